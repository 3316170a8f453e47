// Where nodes stand when nobody has placed them: columns from left to right by distance from the start. Pure.
import { exitsOf, type FlowDoc, type FlowNode } from './doc'

export const WIDTH = 196
const HEAD = 62
const ROW = 24
const GAP_X = 60
const GAP_Y = 28

export function heightOf(node: FlowNode): number {
  const exits = exitsOf(node).length + (node.kind === 'menu' ? 1 : 0)
  return HEAD + exits * ROW + (exits ? 6 : 0)
}

/** Column of each node: the longest way from where the flow begins. Ways back (loops) do not push a node to the right. */
function columnsOf(doc: FlowDoc): string[][] {
  const depth = new Map<string, number>()
  const order: string[] = []
  const ahead = new Map<string, string[]>()
  const seen = new Set<string>()
  const open = new Set<string>()
  const visit = (key: string): void => {
    seen.add(key)
    open.add(key)
    const targets: string[] = []
    for (const exit of exitsOf(doc.nodes[key]!)) {
      if (!exit.to || !doc.nodes[exit.to] || open.has(exit.to)) continue
      targets.push(exit.to)
      if (!seen.has(exit.to)) visit(exit.to)
    }
    open.delete(key)
    ahead.set(key, targets)
    order.unshift(key)
  }
  for (const root of [doc.start, doc.error, ...Object.keys(doc.nodes)]) if (doc.nodes[root] && !seen.has(root)) visit(root)
  for (const key of order) for (const to of ahead.get(key) ?? []) depth.set(to, Math.max(depth.get(to) ?? 0, (depth.get(key) ?? 0) + 1))
  const columns: string[][] = []
  for (const key of order) (columns[depth.get(key) ?? 0] ??= []).push(key)
  return columns
}

/** The document with every node placed anew. */
export function arranged(doc: FlowDoc): FlowDoc {
  const columns = ordered(doc, columnsOf(doc))
  const tall = columns.map((column) => column.reduce((sum, key) => sum + heightOf(doc.nodes[key]!) + GAP_Y, -GAP_Y))
  const middle = Math.max(0, ...tall) / 2
  const nodes = { ...doc.nodes }
  columns.forEach((column, n) => {
    let y = Math.round(middle - (tall[n] ?? 0) / 2)
    for (const key of column) {
      nodes[key] = { ...nodes[key]!, x: n * (WIDTH + GAP_X), y }
      y += heightOf(doc.nodes[key]!) + GAP_Y
    }
  })
  return { ...doc, nodes }
}

/** Places what has no place yet; a document that nobody ever drew is arranged as a whole. */
export function placed(doc: FlowDoc): FlowDoc {
  return Object.values(doc.nodes).some((node) => !Number.isFinite(node.x) || !Number.isFinite(node.y)) ? arranged(doc) : doc
}

/** Within each column: in the order in which the nodes before lead there, so that lines cross little. */
function ordered(doc: FlowDoc, columns: string[][]): string[][] {
  const place = new Map<string, number>()
  columns.forEach((column, n) => {
    const wish = new Map(column.map((key, at) => [key, at + 1_000]))
    if (n > 0) {
      columns.slice(0, n).flat().forEach((from) => exitsOf(doc.nodes[from]!).forEach((exit, at) => {
        if (wish.has(exit.to)) wish.set(exit.to, Math.min(wish.get(exit.to)!, (place.get(from) ?? 0) + at / 100))
      }))
    }
    column.sort((a, b) => wish.get(a)! - wish.get(b)!)
    column.forEach((key, at) => place.set(key, at))
  })
  return columns
}

/** The nearest place at or below where no other node stands. */
export function freePlace(doc: FlowDoc, x: number, y: number): { x: number; y: number } {
  const taken = (at: number) => Object.values(doc.nodes).some((node) => Math.abs(node.x - x) < WIDTH && node.y < at + 100 && at < node.y + heightOf(node) + 12)
  let at = y
  while (taken(at)) at += 24
  return { x, y: at }
}
