// One open flow: the document with undo and redo, saved by itself, checked after each saving.
import { computed, inject, provide, ref, shallowRef, type InjectionKey } from 'vue'
import { checkFlow, getFlow, saveFlowDraft, type FaultOut, type FlowDetail } from '@/api'
import { asProblem, type ApiProblem } from '@/api/problem'
import { cut, exitsOf, freshKey, newNode, paste, readDoc, setExit, without, type FlowDoc, type FlowNode } from './doc'
import { arranged, freePlace, placed } from './layout'

const MOST_STEPS = 200
const QUIET_MS = 1_200
const CLIPBOARD = 'yingda.flow.clipboard'

export type Saving = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict'

export function useEditor(flowId: string) {
  const flow = shallowRef<FlowDetail>()
  const doc = shallowRef<FlowDoc>({ start: '', error: '', nodes: {} })
  const past = shallowRef<FlowDoc[]>([])
  const future = shallowRef<FlowDoc[]>([])
  const selected = ref<string[]>([])
  const exit = ref<{ node: string; field: string } | null>(null)
  const faults = ref<FaultOut[]>([])
  const saving = ref<Saving>('saved')
  /** Why the draft is not saved or not checked. */
  const problem = shallowRef<ApiProblem>()
  const trouble = computed(() => problem.value?.message ?? '')
  let timer: number | undefined
  let lastLabel = ''
  let lastAt = 0

  function take(detail: FlowDetail, keepHistory = false): void {
    flow.value = detail
    doc.value = placed(readDoc(detail.draft))
    if (!keepHistory) [past.value, future.value] = [[], []]
    selected.value = selected.value.filter((key) => doc.value.nodes[key])
    saving.value = 'saved'
  }

  async function load(): Promise<void> {
    take(await getFlow({ path: { flow_id: flowId } }))
    await check()
  }

  // ---- changes

  /** A step that can be undone. Steps with the same `label` within a second become one (typing). */
  function change(next: FlowDoc, label = ''): void {
    const now = Date.now()
    if (!label || label !== lastLabel || now - lastAt > 1_000) past.value = [...past.value.slice(-MOST_STEPS), doc.value]
    ;[lastLabel, lastAt] = [label, now]
    future.value = []
    doc.value = next
    later()
  }

  function undo(): void {
    const before = past.value.at(-1)
    if (!before) return
    ;[past.value, future.value] = [past.value.slice(0, -1), [doc.value, ...future.value]]
    doc.value = before
    settle()
  }

  function redo(): void {
    const [after, ...rest] = future.value
    if (!after) return
    ;[past.value, future.value] = [[...past.value, doc.value], rest]
    doc.value = after
    settle()
  }

  function settle(): void {
    lastLabel = ''
    exit.value = null
    selected.value = selected.value.filter((key) => doc.value.nodes[key])
    later()
  }

  const setNode = (key: string, node: FlowNode, label = '') => change({ ...doc.value, nodes: { ...doc.value.nodes, [key]: node } }, label && `${key}.${label}`)

  function patch(key: string, fields: Partial<FlowNode>): void {
    const node = doc.value.nodes[key]
    if (node) setNode(key, { ...node, ...fields }, Object.keys(fields).join())
  }

  function connect(key: string, field: string, to: string): void {
    const node = doc.value.nodes[key]
    if (node && (to === '' || doc.value.nodes[to])) setNode(key, setExit(node, field, to))
  }

  /** A new node; the first one is where the flow starts. `from`: the exit that leads to it. */
  function add(kind: string, title: string, x: number, y: number, from?: { node: string; field: string }): string {
    const key = freshKey(doc.value, kind)
    const place = freePlace(doc.value, Math.round(x), Math.round(y))
    const nodes = { ...doc.value.nodes, [key]: newNode(kind, title, place.x, place.y) }
    const before = from && nodes[from.node]
    if (from && before) nodes[from.node] = setExit(before, from.field, key)
    change({ ...doc.value, start: doc.value.start || key, nodes })
    select([key])
    return key
  }

  function remove(): void {
    if (exit.value) connect(exit.value.node, exit.value.field, '')
    else if (selected.value.length) change(without(doc.value, selected.value))
    exit.value = null
    selected.value = []
  }

  function move(places: { key: string; x: number; y: number }[]): void {
    const nodes = { ...doc.value.nodes }
    for (const { key, x, y } of places) if (nodes[key]) nodes[key] = { ...nodes[key], x: Math.round(x), y: Math.round(y) }
    change({ ...doc.value, nodes })
  }

  function copy(): boolean {
    if (!selected.value.length) return false
    sessionStorage.setItem(CLIPBOARD, JSON.stringify(cut(doc.value, selected.value)))
    return true
  }

  function pasteNodes(): void {
    const kept = sessionStorage.getItem(CLIPBOARD)
    if (!kept) return
    const made = paste(doc.value, JSON.parse(kept) as Record<string, FlowNode>)
    change(made.doc)
    select(made.keys)
  }

  function select(keys: string[]): void {
    exit.value = null
    selected.value = keys
  }

  // ---- saving and checks

  function later(): void {
    if (saving.value === 'conflict') return
    saving.value = 'waiting'
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void save(), QUIET_MS)
  }

  /** Saves what is not saved yet. True when everything is on the server. */
  async function save(): Promise<boolean> {
    window.clearTimeout(timer)
    if (!flow.value || saving.value === 'saved' || saving.value === 'conflict') return saving.value === 'saved'
    if (saving.value === 'saving') return new Promise((resolve) => window.setTimeout(() => resolve(save()), 100))
    const sent = doc.value
    saving.value = 'saving'
    try {
      const detail = await saveFlowDraft({ path: { flow_id: flowId }, body: { rev: flow.value.draft_rev, draft: sent as unknown as Record<string, unknown> } })
      flow.value = detail
      problem.value = undefined
      saving.value = 'saved'
      if (doc.value !== sent) later()
      await check()
      return doc.value === sent
    } catch (error) {
      const refusal = asProblem(error)
      problem.value = refusal
      saving.value = refusal.code === 'changed_meanwhile' ? 'conflict' : 'failed'
      if (saving.value === 'failed' && (refusal.status === 0 || refusal.status >= 500)) timer = window.setTimeout(() => void save(), 5_000)
      return false
    }
  }

  /** After a conflict: mine over theirs, or theirs over mine. */
  async function resolve(mine: boolean): Promise<void> {
    const newest = await getFlow({ path: { flow_id: flowId } })
    if (!mine) return take(newest)
    flow.value = newest
    saving.value = 'waiting'
    await save()
  }

  async function check(): Promise<void> {
    try {
      faults.value = await checkFlow({ path: { flow_id: flowId }, body: {} })
    } catch (error) {
      problem.value = asProblem(error)
    }
  }

  const errors = computed(() => faults.value.filter((fault) => fault.severity === 'error').length)
  const faultsOf = computed(() => {
    const found = new Map<string, FaultOut[]>()
    for (const fault of faults.value) found.set(fault.node, [...(found.get(fault.node) ?? []), fault])
    return found
  })
  /** Where each node is come from: [node, field of the exit]. */
  const comesFrom = computed(() => {
    const found = new Map<string, [string, string][]>()
    for (const [key, node] of Object.entries(doc.value.nodes)) for (const one of exitsOf(node)) if (one.to) found.set(one.to, [...(found.get(one.to) ?? []), [key, one.field]])
    return found
  })

  return {
    flow, doc, selected, exit, faults, faultsOf, errors, saving, problem, trouble, comesFrom,
    canUndo: computed(() => past.value.length > 0), canRedo: computed(() => future.value.length > 0),
    load, take, change, undo, redo, patch, connect, add, remove, move, copy, paste: pasteNodes, select, save, resolve, check,
    arrange: () => change(arranged(doc.value)),
  }
}

export type Editor = ReturnType<typeof useEditor>
const KEY: InjectionKey<Editor> = Symbol('flow editor')
export const provideEditor = (editor: Editor) => provide(KEY, editor)

export function theEditor(): Editor {
  const editor = inject(KEY)
  if (!editor) throw new Error('outside of a flow')
  return editor
}
