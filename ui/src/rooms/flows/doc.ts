// A flow's document as the editor handles it: exits, new nodes, copying, removing, templates. Pure; the form is in docs/flows.md.

export interface Condition { on: string; not?: boolean; days?: number[]; from?: string; to?: string; dates?: string[]; plan?: string; list?: string; numbers?: string[]; prefix?: boolean; areas?: string[]; name?: string; is?: string; value?: string }
export interface Rule { title: string; when: Condition[]; next: string }
export interface FlowNode {
  kind: string
  title: string
  x: number
  y: number
  prompts?: string[]
  keys?: Record<string, string>
  answers?: Record<string, number>
  rules?: Rule[]
  headers?: { name: string; value: string; secret?: boolean }[]
  into?: { path: string; variable: string }[]
  [field: string]: unknown
}
export interface FlowDoc { start: string; error: string; nodes: Record<string, FlowNode> }

/** A way out of a node. `field` is its place in the document ("keys.1"); `optional`: may be left open. */
export interface Exit { field: string; to: string; optional: boolean }

export const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*', '#'] as const
const PLAIN: Record<string, [string, boolean][]> = {
  play: [['next', false]], say: [['next', false]], set: [['next', false]], sub_flow: [['next', false]], language: [['next', false]],
  menu: [['failed', false], ['timed_out', true]], collect: [['next', false], ['failed', false]], http: [['next', false], ['failed', false]],
  survey: [['next', false], ['failed', true]], branch: [['otherwise', false]], pin: [['next', false], ['failed', false], ['locked', false], ['unavailable', true]],
  agent: [['failed', false]], number: [['failed', false]], callback: [['failed', false]],
}

export function emptyDoc(): FlowDoc {
  return { start: '', error: '', nodes: {} }
}

/** A document from the server or a file: whatever is missing gets its place. */
export function readDoc(value: unknown): FlowDoc {
  const raw = (value ?? {}) as Partial<FlowDoc>
  const nodes: Record<string, FlowNode> = {}
  let n = 0
  for (const [key, node] of Object.entries(raw.nodes ?? {})) {
    nodes[key] = { ...node, title: node.title ?? '', x: typeof node.x === 'number' ? node.x : NaN, y: typeof node.y === 'number' ? node.y : (n += 1) }
  }
  return { start: raw.start ?? '', error: raw.error ?? '', nodes }
}

export function exitsOf(node: FlowNode): Exit[] {
  const plain = (PLAIN[node.kind] ?? []).map(([field, optional]) => ({ field, to: String(node[field] ?? ''), optional }))
  if (node.kind === 'menu') return [...sortedKeys(node.keys ?? {}).map((key) => ({ field: `keys.${key}`, to: node.keys?.[key] ?? '', optional: false })), ...plain]
  if (node.kind === 'branch') return [...(node.rules ?? []).map((rule, n) => ({ field: `rules.${n}.next`, to: rule.next, optional: false })), ...plain]
  return plain
}

/** 1 … 9, 0, *, #: the order of a telephone. */
export function sortedKeys(keys: Record<string, unknown>): string[] {
  return Object.keys(keys).sort((a, b) => DIGITS.indexOf(a as '1') - DIGITS.indexOf(b as '1'))
}

export function setExit(node: FlowNode, field: string, to: string): FlowNode {
  if (field.startsWith('keys.')) return { ...node, keys: { ...node.keys, [field.slice(5)]: to } }
  const rule = /^rules\.(\d+)\.next$/.exec(field)
  if (rule) return { ...node, rules: (node.rules ?? []).map((one, n) => (n === Number(rule[1]) ? { ...one, next: to } : one)) }
  return { ...node, [field]: to }
}

/** The first key of the telephone that a menu does not use; "" when all are taken. */
export function freeKey(node: FlowNode): string {
  return DIGITS.find((key) => !(key in (node.keys ?? {}))) ?? ''
}

const FRESH: Record<string, Partial<FlowNode>> = {
  play: { prompts: [] }, menu: { prompts: [], keys: {}, timeout_s: 6, retries: 2, invalid_prompts: ['yd/invalid-key'], timeout_prompts: ['yd/no-input'], failed: '' },
  collect: { prompts: [], variable: 'digits', min_length: 1, max_length: 11, end_key: '#', timeout_s: 6, digit_timeout_s: 4, retries: 2, invalid_prompts: ['yd/invalid-key'], timeout_prompts: ['yd/no-input'], next: '', failed: '' },
  branch: { rules: [{ title: '', when: [{ on: 'time', days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }], next: '' }], otherwise: '' },
  http: { method: 'GET', url: '', headers: [], body: '', timeout_s: 5, prompts: [], into: [], next: '', failed: '' },
  pin: { prompts: ['yd/enter-pin'], by: '', length: 6, retries: 2, timeout_s: 6, invalid_prompts: ['yd/wrong-pin'], timeout_prompts: ['yd/no-input'], next: '', failed: '', locked: '' },
  queue: { queue: '', priority: 0, prompts: [] }, agent: { agent: '', failed: '' }, number: { number: '', failed: '' }, voicemail: { box: '' }, callback: { queue: '', failed: '' },
  survey: { question: 'satisfaction', prompts: ['yd/rate-service'], answers: { 1: 3, 2: 2, 3: 1 }, timeout_s: 6, retries: 1, invalid_prompts: ['yd/invalid-key'], timeout_prompts: [], next: '' },
  say: { variable: '', as: 'number', prompts: [], after: [], next: '' }, set: { variable: '', value: '', next: '' }, sub_flow: { flow: '', next: '' }, return: {},
  language: { language: '', prompts: [], keys: { 1: 'zh', 2: 'en' }, timeout_s: 6, retries: 1, invalid_prompts: [], timeout_prompts: [], next: '' }, hang_up: { prompts: ['yd/goodbye'] },
}

export function newNode(kind: string, title: string, x: number, y: number): FlowNode {
  return { kind, title, x, y, ...structuredClone(FRESH[kind] ?? {}) }
}

/** A key that the document does not have yet: menu1, menu2, … */
export function freshKey(doc: FlowDoc, kind: string): string {
  let n = 1
  while (`${kind}${n}` in doc.nodes) n += 1
  return `${kind}${n}`
}

/** Without these nodes; exits that led to them are open again. */
export function without(doc: FlowDoc, gone: Iterable<string>): FlowDoc {
  const dropped = new Set(gone)
  const nodes: Record<string, FlowNode> = {}
  for (const [key, node] of Object.entries(doc.nodes)) {
    if (dropped.has(key)) continue
    nodes[key] = exitsOf(node).filter((exit) => dropped.has(exit.to)).reduce((now, exit) => setExit(now, exit.field, ''), node)
  }
  return { start: dropped.has(doc.start) ? '' : doc.start, error: dropped.has(doc.error) ? '' : doc.error, nodes }
}

/** The nodes named, as they are copied: exits inside the group are kept, those that lead out are not. */
export function cut(doc: FlowDoc, keys: Iterable<string>): Record<string, FlowNode> {
  const chosen = new Set(keys)
  return Object.fromEntries([...chosen].filter((key) => doc.nodes[key]).map((key) => {
    const node = structuredClone(doc.nodes[key]!)
    return [key, exitsOf(node).filter((exit) => !chosen.has(exit.to)).reduce((now, exit) => setExit(now, exit.field, ''), node)]
  }))
}

/** The document with copied nodes put in under new keys, and those keys. */
export function paste(doc: FlowDoc, nodes: Record<string, FlowNode>, dx = 40, dy = 40): { doc: FlowDoc; keys: string[] } {
  const names = new Map<string, string>()
  const grown: FlowDoc = { ...doc, nodes: { ...doc.nodes } }
  for (const [key, node] of Object.entries(nodes)) {
    const fresh = freshKey(grown, node.kind)
    names.set(key, fresh)
    grown.nodes[fresh] = { ...structuredClone(node), x: node.x + dx, y: node.y + dy }
  }
  for (const fresh of names.values()) {
    const node = grown.nodes[fresh]!
    grown.nodes[fresh] = exitsOf(node).filter((exit) => exit.to).reduce((now, exit) => setExit(now, exit.field, names.get(exit.to) ?? ''), node)
  }
  return { doc: grown, keys: [...names.values()] }
}

/** Nodes whose content differs between two documents; where they stand does not count. */
export function compare(before: FlowDoc, after: FlowDoc): { key: string; change: 'added' | 'removed' | 'changed' }[] {
  const plain = ({ x: _x, y: _y, ...rest }: FlowNode) => JSON.stringify(rest, Object.keys(flat(rest)).sort())
  const keys = new Set([...Object.keys(before.nodes), ...Object.keys(after.nodes)])
  return [...keys].flatMap((key): { key: string; change: 'added' | 'removed' | 'changed' }[] => {
    const [old, now] = [before.nodes[key], after.nodes[key]]
    if (!old) return [{ key, change: 'added' }]
    if (!now) return [{ key, change: 'removed' }]
    return plain(old) === plain(now) ? [] : [{ key, change: 'changed' }]
  })
}

function flat(value: unknown, into: Record<string, true> = {}): Record<string, true> {
  if (value && typeof value === 'object') {
    for (const [key, one] of Object.entries(value)) {
      into[key] = true
      flat(one, into)
    }
  }
  return into
}
