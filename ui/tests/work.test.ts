import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem } from '@/api/problem'
import type { LiveMessage } from '@/live/types'

const noteCall = vi.fn()
vi.mock('@/api', () => ({ noteCall: (...args: unknown[]) => noteCall(...args), setCsrf: () => {}, setLanguage: () => Promise.resolve() }))
vi.mock('@/live/socket', () => ({ LiveSocket: class { constructor(_url: string, _client: string, hooks: { onState(state: string): void }) { hooks.onState('open') } send() {} close() {} } }))

const { useLive } = await import('@/live/store')
const { useSession } = await import('@/app/session')
const { useWork } = await import('@/rooms/agent-desktop/work')

const agent = (callId: string) => ({ id: '7', number: '1001', call_id: callId, can: [] })
const call = (id: string, number: string) => ({ id, direction: 'in', customer_number: number, queue_name: 'q', started_at: 1, answered_at: 2, parties: [] })
const pop = (id: string, number: string, customers: object[]) => ({ call_id: id, number, customers, recent: [], menu_path: [], keys: '', area: '' })
let seq = 0

function send(...messages: object[]): Promise<void> {
  const live = useLive()
  for (const message of messages) live.take({ seq: ++seq, ...message } as unknown as LiveMessage)
  return nextTick()
}

async function ring(id: string, number: string, customers: object[]): Promise<void> {
  await send(
    { t: 'set', entity: 'calls', id, value: call(id, number) }, { t: 'set', entity: 'agents', id: '7', value: agent(id) }, { t: 'set', entity: 'pops', id, value: pop(id, number, customers) },
  )
}

const end = (id: string) => send({ t: 'set', entity: 'agents', id: '7', value: agent('') }, { t: 'del', entity: 'pops', id }, { t: 'del', entity: 'calls', id })

beforeEach(async () => {
  vi.useFakeTimers()
  localStorage.clear()
  noteCall.mockReset().mockImplementation(({ body }) => Promise.resolve({ note: body.text ?? '' }))
  setActivePinia(createPinia())
  seq = 0
  useSession().take({ me: { id: '7', permissions: [], language: 'zh' }, csrf: 'x', at: Date.now(), timezone: 'UTC' } as never)
  useLive().start('7', () => {})
  useWork()
  await send({ t: 'snapshot', at: Date.now(), agents: [agent('')], calls: [], queues: [], lines: [], pops: [] })
})
afterEach(() => vi.useRealTimers())

describe('calls on the desk', () => {
  it('settles on the only customer, asks among several, offers a new card for none', async () => {
    await ring('1', '138', [{ id: 'c1' }])
    expect(useWork().open?.customerId).toBe('c1')
    await end('1')
    await ring('2', '139', [{ id: 'c1' }, { id: 'c2' }])
    expect(useWork().open).toMatchObject({ callId: '2', customerId: '', newCustomer: null })
    await end('2')
    await ring('3', '137', [])
    expect(useWork().open?.newCustomer?.phones).toEqual([{ number: '137', label: '' }])
  })

  it('a second call leaves the half-typed note of the first alone', async () => {
    const work = useWork()
    await ring('1', '138', [{ id: 'c1' }])
    work.open!.note = 'half a sen'
    await end('1')
    await ring('2', '139', [])
    expect(work.open?.callId).toBe('2')
    expect(work.items.find((item) => item.callId === '1')?.note).toBe('half a sen')
  })

  it('saves the note when the call has ended, not before', async () => {
    const work = useWork()
    await ring('1', '138', [{ id: 'c1' }])
    work.open!.note = 'done'
    work.changed('1')
    await vi.advanceTimersByTimeAsync(5_000)
    expect(noteCall).not.toHaveBeenCalled()
    await end('1')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(noteCall).toHaveBeenCalledWith({ path: { call_id: '1' }, body: { text: 'done', before: '', customer_id: 'c1' } })
    expect(work.unsaved(work.items[0]!)).toBe(false)
  })

  it('a call that one only listens to is not on the desk, until it is taken over', async () => {
    await send({ t: 'set', entity: 'calls', id: '1', value: call('1', '138') }, { t: 'set', entity: 'agents', id: '7', value: { ...agent('1'), watching: 'listen' } })
    expect(useWork().items).toEqual([])
    await send({ t: 'set', entity: 'agents', id: '7', value: { ...agent('1'), watching: '' } })
    expect(useWork().open?.callId).toBe('1')
  })

  it('a call that was only offered is not written to', async () => {
    await send({ t: 'set', entity: 'calls', id: '1', value: { ...call('1', '138'), answered_at: 0 } }, { t: 'set', entity: 'agents', id: '7', value: agent('1') })
    await end('1')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(noteCall).not.toHaveBeenCalled()
  })

  it('tries again while the record is not there yet, and keeps the text', async () => {
    const work = useWork()
    noteCall.mockRejectedValueOnce(new ApiProblem(404, 'not_found', 'x')).mockRejectedValueOnce(new ApiProblem(503, 'database_away', 'x'))
    await ring('1', '138', [])
    work.open!.note = 'kept'
    await end('1')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(noteCall).toHaveBeenCalledTimes(3)
    expect(work.items[0]).toMatchObject({ noteSaved: 'kept', problem: '' })
  })

  it('says a refusal that will not pass, and stops asking', async () => {
    const work = useWork()
    noteCall.mockRejectedValue(new ApiProblem(403, 'not_allowed', 'no right'))
    await ring('1', '138', [])
    work.open!.note = 'x'
    await end('1')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(noteCall).toHaveBeenCalledTimes(1)
    expect(work.items[0]?.problem).toBe('no right')
  })

  it('sends only what this agent wrote and chose: a colleague of the same call says his part himself', async () => {
    await ring('1', '138', [{ id: 'c1' }])
    await end('1')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(noteCall.mock.calls).toEqual([[{ path: { call_id: '1' }, body: { customer_id: 'c1' } }]])
  })

  it('shows what a colleague wrote at the same call, and goes on from there', async () => {
    const work = useWork()
    noteCall.mockResolvedValueOnce({ note: 'theirs\nmine' })
    await ring('1', '138', [])
    work.open!.note = 'mine'
    await end('1')
    await vi.advanceTimersByTimeAsync(1_000)
    expect(work.open).toMatchObject({ note: 'theirs\nmine', noteSaved: 'theirs\nmine' })
  })

  it('a call that ended while the page was reloaded is saved at the first picture', async () => {
    await ring('1', '138', [])
    useWork().open!.note = 'typed in time'
    await nextTick()
    setActivePinia(createPinia())
    useSession().take({ me: { id: '7', permissions: [], language: 'zh' }, csrf: 'x', at: Date.now(), timezone: 'UTC' } as never)
    useWork()
    useLive().start('7', () => {})
    await vi.advanceTimersByTimeAsync(1_000)
    expect(noteCall).not.toHaveBeenCalled()
    await send({ t: 'snapshot', at: Date.now(), agents: [agent('')], calls: [], queues: [], lines: [], pops: [] })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(noteCall).toHaveBeenCalledWith({ path: { call_id: '1' }, body: { text: 'typed in time', before: '' } })
  })

  it('a second window follows the one that is worked in', async () => {
    await ring('1', '138', [])
    const key = 'yingda.work.7'
    const theirs = JSON.parse(localStorage.getItem(key)!)
    theirs[0].note = 'typed over there'
    localStorage.setItem(key, JSON.stringify(theirs))
    const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(true)
    window.dispatchEvent(new StorageEvent('storage', { key }))
    expect(useWork().open?.note).toBe('')
    focus.mockReturnValue(false)
    window.dispatchEvent(new StorageEvent('storage', { key }))
    expect(useWork().open?.note).toBe('typed over there')
    focus.mockRestore()
  })

  it('leaves nothing of finished calls to whoever logs in next at this computer', async () => {
    const work = useWork()
    await ring('1', '138', [{ id: 'c1' }])
    await end('1')
    await vi.advanceTimersByTimeAsync(1_000)
    noteCall.mockRejectedValue(new ApiProblem(403, 'not_allowed', 'no right'))
    await ring('2', '139', [])
    work.open!.note = 'not saved'
    await end('2')
    useSession().take(undefined)
    await nextTick()
    expect(JSON.parse(localStorage.getItem('yingda.work.7')!).map((one: { callId: string }) => one.callId)).toEqual(['2'])
  })

  it('is found again after a reload of the page', async () => {
    await ring('1', '138', [])
    useWork().open!.note = 'before reload'
    await nextTick()
    setActivePinia(createPinia())
    useSession().take({ me: { id: '7', permissions: [], language: 'zh' }, csrf: 'x', at: Date.now(), timezone: 'UTC' } as never)
    expect(useWork().items[0]?.note).toBe('before reload')
  })
})
