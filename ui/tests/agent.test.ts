// The agent's verbs: a hand in haste does not undo what it did, and no key is lost.
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LiveMessage } from '@/live/types'

const api = { answerCall: vi.fn(), hangUpCall: vi.fn(), rejectCall: vi.fn(), sendDigits: vi.fn(), prolongWrapUp: vi.fn() }
vi.mock('@/api', () => ({ ...api, setCsrf: () => {} }))
vi.mock('@/live/socket', () => ({ LiveSocket: class { constructor(_url: string, _client: string, hooks: { onState(state: string): void }) { hooks.onState('open') } send() {} close() {} } }))

const { useLive } = await import('@/live/store')
const { useAgent } = await import('@/app/agent')

let seq = 0
function have(can: string[], engagement: string): void {
  const agent = { id: '7', number: '1001', call_id: '1', presence: 'ready', engagement, phone: 'desk', can }
  useLive().take({ t: 'snapshot', seq: ++seq, at: 1, agents: [agent], calls: [{ id: '1', parties: [], held_since: 0 }] } as unknown as LiveMessage)
}

beforeEach(() => {
  vi.useFakeTimers()
  for (const one of Object.values(api)) one.mockReset().mockResolvedValue({})
  setActivePinia(createPinia())
  useLive().start('7', () => {})
})

describe('the key that answers and hangs up', () => {
  it('pressed twice in haste has answered', async () => {
    have(['answer', 'reject'], 'ringing')
    await useAgent().answerOrHangUp()
    have(['reject'], 'ringing') // the phone is lifted, the server does not know yet
    await useAgent().answerOrHangUp()
    have(['hang_up'], 'talking')
    await useAgent().answerOrHangUp()
    expect(api.answerCall).toHaveBeenCalledTimes(1)
    expect(api.rejectCall).not.toHaveBeenCalled()
    expect(api.hangUpCall).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1_500)
    await useAgent().answerOrHangUp()
    expect(api.hangUpCall).toHaveBeenCalledTimes(1)
  })
})

describe('keys of the keypad', () => {
  it('pressed while others are on their way follow in order', async () => {
    have(['digits'], 'talking')
    let arrive = (_: object) => {}
    api.sendDigits.mockImplementationOnce(() => new Promise((done) => { arrive = done }))
    const agent = useAgent()
    for (const key of '1234#') void agent.sendDigits(key)
    arrive({})
    await vi.runAllTimersAsync()
    expect(api.sendDigits.mock.calls.map(([{ body }]) => body.digits)).toEqual(['1', '234#'])
  })
})

describe('a longer wrap-up', () => {
  it('is asked for once while the first click is on its way', async () => {
    have(['prolong'], 'free')
    let arrive = (_: object) => {}
    api.prolongWrapUp.mockImplementationOnce(() => new Promise((done) => { arrive = done }))
    const agent = useAgent()
    void agent.prolong()
    void agent.prolong()
    expect(agent.isBusy('prolong')).toBe(true)
    arrive({})
    await vi.runAllTimersAsync()
    expect(api.prolongWrapUp).toHaveBeenCalledTimes(1)
    expect(agent.isBusy('prolong')).toBe(false)
  })

  it('is live only when the server says so', () => {
    have(['ready'], 'free')
    expect(useAgent().can('prolong')).toBe(false)
    have(['ready', 'prolong'], 'free')
    expect(useAgent().can('prolong')).toBe(true)
  })
})
