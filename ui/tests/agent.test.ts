// The agent's verbs: a hand in haste does not undo what it did, and no key is lost.
import { mount } from '@vue/test-utils'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia, setActivePinia, type Pinia } from 'pinia'
import { nextTick } from 'vue'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { LiveMessage } from '@/live/types'

const api = { answerCall: vi.fn(), hangUpCall: vi.fn(), rejectCall: vi.fn(), sendDigits: vi.fn(), prolongWrapUp: vi.fn(), listBreakReasons: vi.fn() }
vi.mock('@/api', () => ({ ...api, setCsrf: () => {} }))
vi.mock('@/live/socket', () => ({ LiveSocket: class { constructor(_url: string, _client: string, hooks: { onState(state: string): void }) { hooks.onState('open') } send() {} close() {} } }))

const { useLive } = await import('@/live/store')
const { useAgent } = await import('@/app/agent')
const { i18n } = await import('@/i18n')
const { default: StateControl } = await import('@/app/callbar/StateControl.vue')

let seq = 0
let pinia: Pinia
function have(can: string[], engagement: string, more: object = {}): void {
  const agent = { id: '7', number: '1001', call_id: '1', presence: 'ready', engagement, phone: 'desk', can, ...more }
  useLive().take({ t: 'snapshot', seq: ++seq, at: 1, agents: [agent], calls: [{ id: '1', parties: [], held_since: 0 }] } as unknown as LiveMessage)
}

beforeEach(() => {
  vi.useFakeTimers()
  for (const one of Object.values(api)) one.mockReset().mockResolvedValue({})
  pinia = createPinia()
  setActivePinia(pinia)
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

  it('has its button in the wrap-up alone, live only when the server says so', async () => {
    api.listBreakReasons.mockResolvedValue([])
    const wrapping = { presence: 'wrapping_up', state: 'wrapping_up', call_id: '', phone_ok: true, wrap_up_until: Date.now() + 9_000 }
    have(['ready'], 'free')
    const control = mount(StateControl, { global: { plugins: [pinia, i18n, VueQueryPlugin] } })
    const button = () => control.find('[data-testid="prolong"]')
    expect(button().exists()).toBe(false)
    have(['ready', 'prolong'], 'free', { ...wrapping, prolong_left: 2 })
    await nextTick()
    expect(button().attributes('disabled')).toBeUndefined()
    expect(button().attributes('title')).toContain('2')
    await button().trigger('click')
    expect(api.prolongWrapUp).toHaveBeenCalledTimes(1)
    have(['ready'], 'free', { ...wrapping, prolong_left: 0 })
    await nextTick()
    expect(button().attributes('disabled')).toBeDefined()
    control.unmount()
  })
})
