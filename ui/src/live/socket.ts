// One WebSocket to /api/v1/live that comes back by itself. Knows nothing of what the messages mean.
export type LinkState = 'connecting' | 'open' | 'lost'

export interface LiveSocketHooks {
  onMessage(message: unknown): void
  onState(state: LinkState): void
  /** The server closed because the session is over (4401). */
  onUnauthorised(): void
}

// The server beats every 15 s; silence for longer means the socket is dead though nobody closed it.
const SILENCE_MS = 40_000
const FIRST_WAIT_MS = 300
const LONGEST_WAIT_MS = 5_000
const UNAUTHORISED = new Set([4401, 4403])

export class LiveSocket {
  private socket: WebSocket | undefined
  private wait = FIRST_WAIT_MS
  private again: number | undefined
  private silence: number | undefined
  private closed = false

  constructor(private readonly url: string, private readonly client: string, private readonly hooks: LiveSocketHooks) {
    window.addEventListener('online', this.hurry)
    document.addEventListener('visibilitychange', this.hurry)
    this.open()
  }

  send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message))
  }

  close(): void {
    this.closed = true
    window.clearTimeout(this.again)
    window.clearTimeout(this.silence)
    window.removeEventListener('online', this.hurry)
    document.removeEventListener('visibilitychange', this.hurry)
    this.socket?.close(1000)
  }

  private open(): void {
    window.clearTimeout(this.again)
    this.hooks.onState('connecting')
    const socket = new WebSocket(this.url)
    this.socket = socket
    this.listenForSilence()
    socket.onopen = () => {
      this.wait = FIRST_WAIT_MS
      this.hooks.onState('open')
      this.send({ t: 'hello', client: this.client })
    }
    socket.onmessage = (event) => {
      if (this.socket !== socket) return
      this.listenForSilence()
      this.hooks.onMessage(JSON.parse(String(event.data)))
    }
    socket.onclose = (event) => {
      if (this.socket !== socket || this.closed) return
      if (UNAUTHORISED.has(event.code)) return this.hooks.onUnauthorised()
      this.hooks.onState('lost')
      this.again = window.setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2))
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS)
    }
  }

  private listenForSilence(): void {
    window.clearTimeout(this.silence)
    this.silence = window.setTimeout(() => this.socket?.close(), SILENCE_MS)
  }

  /** The network or the user came back: do not sit out a long wait. */
  private readonly hurry = (): void => {
    if (this.closed || document.hidden) return
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return
    this.wait = FIRST_WAIT_MS
    this.open()
  }
}
