import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveSocket } from '@/live/socket'

class FakeSocket {
  static all: FakeSocket[] = []
  static readonly OPEN = 1
  readyState = 0
  sent: string[] = []
  onopen = () => {}
  onmessage = (_: { data: string }) => {}
  onclose = (_: { code: number }) => {}
  constructor(readonly url: string) { FakeSocket.all.push(this) }
  send(text: string) { this.sent.push(text) }
  open() { this.readyState = 1; this.onopen() }
  close(code = 1006) { this.readyState = 3; this.onclose({ code }) }
}

const last = () => FakeSocket.all.at(-1)!
const states: string[] = []
const unauthorised = vi.fn()
const messages: unknown[] = []
let socket: LiveSocket

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('WebSocket', FakeSocket)
  FakeSocket.all = []
  states.length = messages.length = 0
  unauthorised.mockReset()
  socket = new LiveSocket('ws://x', 'tab', { onMessage: (one) => messages.push(one), onState: (one) => states.push(one), onUnauthorised: unauthorised })
})
afterEach(() => {
  socket.close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the live socket', () => {
  it('says hello with the tab and hands messages on', () => {
    last().open()
    expect(last().sent).toEqual(['{"t":"hello","client":"tab"}'])
    last().onmessage({ data: '{"t":"beat"}' })
    expect(messages).toEqual([{ t: 'beat' }])
  })

  it('comes back by itself, soon at first and never later than six and a half seconds', () => {
    last().open()
    last().close()
    expect(states.at(-1)).toBe('lost')
    vi.advanceTimersByTime(500)
    expect(FakeSocket.all).toHaveLength(2)
    for (let n = 0; n < 10; n++) {
      last().close()
      vi.advanceTimersByTime(6_500)
    }
    expect(FakeSocket.all).toHaveLength(12)
  })

  it('takes silence for a dead socket', () => {
    last().open()
    vi.advanceTimersByTime(41_000)
    expect(FakeSocket.all.length).toBeGreaterThan(1)
  })

  it('does not come back when the session is over, nor after close()', () => {
    last().open()
    last().close(4401)
    vi.advanceTimersByTime(20_000)
    expect(unauthorised).toHaveBeenCalledOnce()
    expect(FakeSocket.all).toHaveLength(1)
    socket.close()
    vi.advanceTimersByTime(60_000)
    expect(FakeSocket.all).toHaveLength(1)
  })
})
