// The calls on the agent's desk: each keeps its pop card, its note and a half-typed new customer until it is put away.
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { noteCall } from '@/api'
import { asProblem } from '@/api/problem'
import { queryClient } from '@/app/queries'
import { useSession } from '@/app/session'
import { serverNow } from '@/kit/ticker'
import { useLive } from '@/live/store'
import type { CallView, PopCard } from '@/live/types'
import { emptyCustomer, type CustomerDraft } from '../customers/draft'

export interface WorkItem {
  callId: string
  direction: CallView['direction']
  number: string
  queueName: string
  startedAt: number
  ended: boolean
  /** The agent talked: a call that was only offered is the next agent's to describe. */
  talked: boolean
  pop: PopCard | null
  /** The customer that the agent settled on; "" while undecided. */
  customerId: string
  newCustomer: CustomerDraft | null
  note: string
  /** What the call was about, of the tree of categories; "" for none. */
  categoryId: string
  /** What the server has. */
  noteSaved: string
  customerSaved: string
  categorySaved: string
  savedAt: number
  problem: string
}

const MOST = 6
const TYPING_MS = 900
// A call stands in the record about a second after its end; a database that is away takes longer.
const WAITS_MS = [700, 1_500, 3_000, 6_000, 15_000, 30_000]

export const useWork = defineStore('work', () => {
  const live = useLive()
  const session = useSession()
  const items = ref<WorkItem[]>([])
  const openId = ref('')
  const timers = new Map<string, number>()
  let key = ''

  const open = computed(() => items.value.find((item) => item.callId === openId.value))

  function read(): void {
    try {
      // what an earlier version of the page left knows no categories
      items.value = (JSON.parse(localStorage.getItem(key) ?? '[]') as WorkItem[]).map((one) => ({ ...one, categoryId: one.categoryId ?? '', categorySaved: one.categorySaved ?? '' }))
    } catch {
      items.value = []
    }
    if (!open.value) openId.value = items.value[0]?.callId ?? ''
    for (const item of items.value) if (unsaved(item)) saveLater(item.callId)
  }

  watch(() => session.person?.id, (id) => {
    // Whoever logs in next at this computer finds nothing of calls that are done with; what is not saved waits for its agent.
    if (!id) items.value = items.value.filter(unsaved)
    else {
      key = `yingda.work.${id}`
      read()
    }
  }, { immediate: true })
  watch(items, (now) => { if (key) localStorage.setItem(key, JSON.stringify(now)) }, { deep: true })

  // Two windows of one agent share what is written. The one that is worked in says what it is; the other follows, and
  // looks once more when it becomes the one.
  window.addEventListener('storage', (event) => { if (event.key === key && !document.hasFocus()) read() })
  window.addEventListener('focus', () => { if (session.person && localStorage.getItem(key) !== JSON.stringify(items.value)) read() })

  watch(() => [live.myCall, live.myPop, live.me?.watching ?? ''] as const, ([call, pop, watching]) => {
    if (!call || watching) return // what one only listens to is its agent's to describe
    let item = items.value.find((one) => one.callId === call.id)
    if (!item) {
      items.value.unshift(fresh(call))
      items.value = items.value.filter((one, at) => at < MOST || unsaved(one))
      item = items.value[0] as WorkItem
      openId.value = call.id
    }
    if (pop && !item.pop) takePop(item, pop)
    item.queueName ||= call.queue_name
    item.talked ||= call.answered_at > 0 && live.me?.engagement !== 'ringing'
  }, { immediate: true })

  // At the first picture after a reload too: the call may have ended meanwhile.
  watch(() => [live.ready && !live.stale, live.calls.map((call) => call.id).join()] as const, ([sure]) => {
    if (!sure) return
    for (const item of items.value) {
      if (item.ended || live.picture.tables.calls[item.callId]) continue
      item.ended = true
      if (unsaved(item)) saveLater(item.callId)
      window.setTimeout(() => void queryClient.invalidateQueries({ queryKey: ['calls'] }), 1_200)
    }
  }, { immediate: true })

  function fresh(call: CallView): WorkItem {
    return {
      callId: call.id, direction: call.direction, number: call.customer_number, queueName: call.queue_name, startedAt: call.started_at, ended: false, talked: false,
      pop: null, customerId: '', newCustomer: null, note: '', categoryId: '', noteSaved: '', customerSaved: '', categorySaved: '', savedAt: 0, problem: '',
    }
  }

  function takePop(item: WorkItem, pop: PopCard): void {
    item.pop = pop
    const [only, ...others] = pop.customers
    if (only && others.length === 0) item.customerId = only.id
    if (!only && item.direction !== 'internal') item.newCustomer ??= emptyCustomer(pop.number)
  }

  function unsaved(item: WorkItem): boolean {
    return item.note !== item.noteSaved || item.categoryId !== item.categorySaved || (item.talked && item.customerId !== item.customerSaved)
  }

  function changed(callId: string): void {
    saveLater(callId)
  }

  function choose(item: WorkItem, customerId: string): void {
    item.customerId = customerId
    saveLater(item.callId)
  }

  function saveLater(callId: string, tries = 0): void {
    window.clearTimeout(timers.get(callId))
    const wait = tries === 0 ? TYPING_MS : (WAITS_MS[Math.min(tries, WAITS_MS.length) - 1] ?? 30_000)
    timers.set(callId, window.setTimeout(() => void save(callId, tries), wait))
  }

  async function save(callId: string, tries: number): Promise<void> {
    const item = items.value.find((one) => one.callId === callId)
    // While the call lasts it is not in the record; the draft is kept here.
    if (!item?.ended || !unsaved(item)) return
    const { note, customerId, categoryId } = item
    // Only what this agent wrote and chose: whoever had the call before or after says his part himself.
    const body = {
      ...(note !== item.noteSaved && { text: note, before: item.noteSaved }),
      ...(item.talked && customerId !== item.customerSaved && { customer_id: customerId || null }),
      ...(categoryId !== item.categorySaved && { category_id: categoryId || null }),
    }
    try {
      const stored = await noteCall({ path: { call_id: callId }, body })
      if (item.talked) item.customerSaved = customerId
      Object.assign(item, { noteSaved: note, categorySaved: categoryId, savedAt: serverNow(), problem: '' })
      // What a colleague wrote at the same call is shown, unless one types just now.
      if (item.note === note && stored.note !== note.trim()) item.note = item.noteSaved = stored.note
      void queryClient.invalidateQueries({ queryKey: ['calls'] })
      if (unsaved(item)) saveLater(callId)
    } catch (error) {
      const problem = asProblem(error)
      const passing = problem.status === 0 || problem.status === 404 || problem.status >= 500
      if (!passing || tries >= 3) item.problem = problem.message
      if (passing) saveLater(callId, tries + 1)
    }
  }

  function putAway(callId: string): void {
    const at = items.value.findIndex((item) => item.callId === callId)
    items.value.splice(at, 1)
    if (openId.value === callId) openId.value = items.value[Math.min(at, items.value.length - 1)]?.callId ?? ''
  }

  return { items, openId, open, unsaved, changed, choose, putAway }
})
