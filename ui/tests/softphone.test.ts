// The browser's phone when a call is brought to it anew: the old line must not be put down before the new one is up.
import { EventEmitter } from 'node:events'
import { beforeEach, describe, expect, it, vi } from 'vitest'

class FakeUa extends EventEmitter {
  static last: FakeUa
  constructor() {
    super()
    FakeUa.last = this
  }
  start() { this.emit('registered') }
  stop() {}
  set() {}
  register() { this.emit('registered') }
}
vi.mock('jssip', () => ({ UA: FakeUa, WebSocketInterface: class {} }))
vi.mock('@/softphone/devices', () => ({ openChosen: () => Promise.resolve({ getAudioTracks: () => [], getTracks: () => [] }), route: () => Promise.resolve() }))
const { Softphone } = await import('@/softphone/softphone')

class Line extends EventEmitter {
  connection = { getReceivers: () => [] }
  answer = vi.fn()
  renegotiate = vi.fn()
  over = false
  terminate = vi.fn(() => { this.over = true; this.emit('ended') })
  isEnded() { return this.over }
  isEstablished() { return !this.over }
  rings(lifts: boolean) {
    FakeUa.last.emit('newRTCSession', { originator: 'remote', session: this, request: { getHeader: (name: string) => (lifts && name === 'X-Yingda-Auto' ? '1' : undefined) } })
    return this
  }
}

const open = vi.fn()
let state: { phase: string; session: string }
beforeEach(async () => {
  vi.useFakeTimers()
  open.mockReset().mockResolvedValue({ endpoint: 'web-1001', secret: 's', realm: 'r' })
  const phone = new Softphone('ws://x', { open, close: async () => {}, changed: (now) => { state = now } })
  await phone.start()
})

function talking(): Line {
  const line = new Line().rings(true)
  line.emit('confirmed')
  expect(state.session).toBe('up')
  return line
}

describe('a call brought anew to a phone that still has it', () => {
  it('lifts the new line and leaves the old one to the server, which ends it', async () => {
    const old = talking()
    const fresh = new Line().rings(true)
    expect(fresh.answer).toHaveBeenCalled()
    expect(old.terminate).not.toHaveBeenCalled()
    fresh.emit('confirmed')
    old.terminate()
    expect(state.session).toBe('up')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(old.terminate).toHaveBeenCalledTimes(1)
  })

  it('puts down an old line that nobody ended', async () => {
    const old = talking()
    new Line().rings(true).emit('confirmed')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(old.terminate).toHaveBeenCalledTimes(1)
    expect(state.session).toBe('up')
  })

  it('goes on talking on the old line when the new one fails', () => {
    const old = talking()
    const fresh = new Line().rings(true)
    fresh.over = true
    fresh.emit('failed')
    expect(state.session).toBe('up')
    expect(old.terminate).not.toHaveBeenCalled()
  })

  it('says that it still has the call when it asks for a new secret', async () => {
    talking()
    FakeUa.last.emit('registrationFailed')
    await vi.advanceTimersByTimeAsync(3_000)
    expect(open.mock.calls).toEqual([[false, false], [false, true]])
  })

  it('refuses a second caller', () => {
    const old = talking()
    const other = new Line().rings(false)
    expect(other.terminate).toHaveBeenCalledWith({ status_code: 486 })
    expect(old.terminate).not.toHaveBeenCalled()
  })
})
