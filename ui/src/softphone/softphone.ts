// The browser's phone. The server decides over calls; this class only registers, opens media and closes it.
import { UA, WebSocketInterface } from 'jssip'
import type { RTCSession, SDPEvent } from 'jssip/lib/RTCSession'
import type { IncomingRTCSessionEvent, RTCSessionEvent } from 'jssip/lib/UA'
import { openChosen, route } from './devices'
import { MicrophoneError, type MicrophoneFault } from './microphone'

export interface Credentials { endpoint: string; secret: string; realm: string }

export type Phase = 'off' | 'starting' | 'registered' | 'lost' | 'failed'
export type SessionState = 'none' | 'ringing' | 'answering' | 'up'
export type Fault = '' | MicrophoneFault | 'elsewhere' | 'server'

export interface SoftphoneState { phase: Phase; session: SessionState; fault: Fault }

export interface SoftphonePort {
  /**
   * New credentials for this tab. Rejects with 'elsewhere' when another tab holds the phone, else with any error.
   * `talking`: the sound of the call has outlived the connection, nobody need ring here anew.
   */
  open(takeOver: boolean, talking: boolean): Promise<Credentials>
  close(): Promise<void>
  changed(state: SoftphoneState): void
}

const MEDIA = { mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: [] } }
const ICE_PATIENCE_MS = 500
const RETRY_MS = 2_000
const HAND_OVER_MS = 3_000

export class Elsewhere extends Error {}

export class Softphone {
  private state: SoftphoneState = { phase: 'off', session: 'none', fault: '' }
  private ua: UA | undefined
  private session: RTCSession | undefined
  private microphone: MediaStream | undefined
  private retry: number | undefined
  private wantRenegotiate = false
  private readonly speaker = Object.assign(new Audio(), { autoplay: true })

  constructor(private readonly url: string, private readonly port: SoftphonePort) {
    // A headset that is plugged in again is taken at once.
    navigator.mediaDevices?.addEventListener('devicechange', () => {
      if (this.state.phase === 'registered' && !this.hears()) void this.replaceMicrophone()
    })
  }

  private closeMicrophone(): void {
    this.microphone?.getTracks().forEach((track) => track.stop())
    this.microphone = undefined
  }

  private hears(): boolean {
    return this.microphone?.getAudioTracks().some((track) => track.readyState === 'live') ?? false
  }

  /** After a fault: with the phone itself well only the microphone is opened anew, and a running call goes on. */
  async again(takeOver: boolean): Promise<void> {
    if (this.state.phase === 'registered') await this.replaceMicrophone()
    else await this.start(takeOver)
  }

  get stream(): MediaStream | undefined { return this.microphone }
  get connection(): RTCPeerConnection | undefined { return this.session?.connection ?? undefined }

  /** Open the microphone, get credentials, register. Settles when registered or failed; the state says which. */
  async start(takeOver = false): Promise<void> {
    this.show({ phase: 'starting', fault: '' })
    try {
      await this.openMicrophone()
      const credentials = await this.port.open(takeOver, false)
      await this.register(credentials)
    } catch (error) {
      this.fail(error)
    }
  }

  async stop(): Promise<void> {
    window.clearTimeout(this.retry)
    const had = this.ua !== undefined
    this.dropUa()
    this.closeMicrophone()
    this.show({ phase: 'off', session: 'none', fault: '' })
    if (had) await this.port.close()
  }

  answer(): void {
    if (!this.session || this.state.session !== 'ringing') return
    this.show({ session: 'answering' })
    this.session.answer({ ...MEDIA, ...(this.microphone ? { mediaStream: this.microphone } : {}) })
  }

  /** End the media of the call from this side; the server sees a hang-up of the agent's phone. */
  hangUp(): void {
    if (this.session && !this.session.isEnded()) this.session.terminate()
  }

  /** The server says that there is no call: a BYE sent to a dead socket never came, so tear down here. */
  dropIfUp(): void {
    if (this.state.session === 'up' || this.state.session === 'ringing') this.hangUp()
  }

  async stats(): Promise<Record<string, number | string>> {
    const found: Record<string, number | string> = { ...this.state, connection: this.connection?.connectionState ?? 'none' }
    const reports = await this.connection?.getStats()
    reports?.forEach((report) => {
      if (report.type === 'inbound-rtp') {
        found.inEnergy = report.totalAudioEnergy ?? 0
        found.inPackets = report.packetsReceived ?? 0
        found.inLost = report.packetsLost ?? 0
        found.jitter = report.jitter ?? 0
      }
      if (report.type === 'media-source') found.outEnergy = report.totalAudioEnergy ?? 0
      if (report.type === 'outbound-rtp') found.outPackets = report.packetsSent ?? 0
    })
    return found
  }

  private async openMicrophone(): Promise<void> {
    void route(this.speaker, 'speaker')
    if (this.hears()) return
    const stream = await openChosen()
    this.microphone = stream
    // A headset that is pulled out ends the track: take the next one and put it into the running call.
    stream.getAudioTracks()[0]?.addEventListener('ended', () => { void this.replaceMicrophone() })
  }

  /** Other devices were chosen: a running call goes over to them. */
  async useDevices(): Promise<void> {
    await route(this.speaker, 'speaker')
    if (!this.microphone) return
    const before = this.microphone
    await this.replaceMicrophone()
    if (this.microphone !== before) before.getTracks().forEach((track) => track.stop())
  }

  private async replaceMicrophone(): Promise<void> {
    this.microphone = undefined
    try {
      await this.openMicrophone()
      const track = (this.microphone as MediaStream | undefined)?.getAudioTracks()[0] ?? null
      await this.connection?.getSenders().find((sender) => sender.track?.kind !== 'video')?.replaceTrack(track)
      this.show({ fault: '' })
    } catch (error) {
      this.show({ fault: error instanceof MicrophoneError ? error.fault : 'busy' })
    }
  }

  private register(credentials: Credentials): Promise<void> {
    this.dropUa()
    const ua = new UA({
      sockets: [new WebSocketInterface(this.url)],
      uri: `sip:${credentials.endpoint}@${credentials.realm || location.hostname}`,
      authorization_user: credentials.endpoint,
      password: credentials.secret,
      register_expires: 60,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 4,
      user_agent: 'Yingda',
    })
    this.ua = ua
    return new Promise((settled) => {
      ua.on('registered', () => {
        this.show({ phase: 'registered', fault: '' })
        this.refreshTarget()
        settled()
      })
      ua.on('registrationFailed', () => {
        settled()
        this.reopenSoon(ua)
      })
      ua.on('disconnected', () => {
        if (this.ua !== ua || this.state.phase === 'off') return
        const again = this.state.phase === 'lost'
        this.wantRenegotiate = true
        this.show({ phase: 'lost' })
        settled()
        // The server refuses the socket of a tab whose phone was taken over: ask, or this tab would try for ever.
        if (again) this.reopenSoon(ua)
      })
      ua.on('newRTCSession', (event: RTCSessionEvent) => this.onSession(event))
      ua.start()
    })
  }

  /** The secret is no longer taken (another tab took over, or the server was restarted): ask for a new one. */
  private reopenSoon(ua: UA): void {
    if (this.ua !== ua || this.state.phase === 'off') return
    this.show({ phase: 'lost' })
    window.clearTimeout(this.retry)
    this.retry = window.setTimeout(async () => {
      if (this.ua !== ua) return
      try {
        const { secret } = await this.port.open(false, this.state.session === 'up')
        if (this.ua !== ua) return
        ua.set('password', secret)
        ua.register()
      } catch (error) {
        if (error instanceof Elsewhere) return this.fail(error)
        this.reopenSoon(ua)
      }
    }, RETRY_MS)
  }

  /** After the socket came back the far side still sends to the dead one: a re-INVITE tells it the new address. */
  private refreshTarget(): void {
    if (!this.wantRenegotiate) return
    this.wantRenegotiate = false
    if (this.session?.isEstablished()) this.session.renegotiate()
  }

  private onSession(event: RTCSessionEvent): void {
    if (event.originator !== 'remote') return
    const { session, request } = event as IncomingRTCSessionEvent
    const lifts = ['X-Yingda-Auto', 'Call-Info', 'Alert-Info'].some((name) => {
      const value = String(request.getHeader(name) ?? '').toLowerCase()
      return name === 'X-Yingda-Auto' ? value !== '' && value !== '0' : /answer-after=0|auto-?answer/.test(value)
    })
    const before = this.session
    if (before && !before.isEnded() && !lifts) {
      session.terminate({ status_code: 486 })
      return
    }
    this.session = session
    this.wire(session)
    if (before && !before.isEnded()) this.handOver(before, session)
    this.show({ session: 'ringing' })
    if (lifts) this.answer()
  }

  /**
   * The call is brought to this phone anew while it still has it: the server ends the old line once the new one is up.
   * Ended before, the old line would be the agent's hang-up, and the customer would be cut off.
   */
  private handOver(before: RTCSession, session: RTCSession): void {
    session.on('confirmed', () => {
      window.setTimeout(() => { if (!before.isEnded()) before.terminate() }, HAND_OVER_MS)
    })
    session.on('failed', () => {
      if (this.session || before.isEnded()) return
      this.session = before
      this.listen(before.connection)
      this.show({ session: 'up' })
    })
  }

  private listen(connection: RTCPeerConnection | undefined): void {
    const tracks = connection?.getReceivers().map((one) => one.track) ?? []
    if (tracks.length) this.speaker.srcObject = new MediaStream(tracks)
  }

  private wire(session: RTCSession): void {
    session.on('sdp', (event: SDPEvent) => {
      // Hidden local addresses give c=0.0.0.0, which reads as "on hold" to the switch.
      if (event.originator === 'local') event.sdp = event.sdp.replace(/c=IN IP4 0\.0\.0\.0/g, 'c=IN IP4 127.0.0.1')
    })
    let patience: number | undefined
    session.on('icecandidate', (event) => {
      // Virtual network cards can stall the gathering for many seconds; inside a LAN the first candidates serve.
      patience ??= window.setTimeout(() => event.ready(), ICE_PATIENCE_MS)
    })
    session.on('peerconnection', ({ peerconnection }) => {
      peerconnection.addEventListener('track', (event) => {
        this.speaker.srcObject = event.streams[0] ?? new MediaStream([event.track])
        void this.speaker.play().catch(() => { /* the page holds the microphone, so playing is allowed; else the next click */ })
      })
    })
    session.on('confirmed', () => this.ofCurrent(session, () => this.show({ session: 'up' })))
    const over = () => this.ofCurrent(session, () => {
      window.clearTimeout(patience)
      this.session = undefined
      this.speaker.srcObject = null
      this.show({ session: 'none' })
    })
    session.on('ended', over)
    session.on('failed', over)
  }

  private ofCurrent(session: RTCSession, act: () => void): void {
    if (this.session === session) act()
  }

  private dropUa(): void {
    const ua = this.ua
    this.ua = undefined
    this.session = undefined
    ua?.stop()
  }

  private fail(error: unknown): void {
    const fault: Fault = error instanceof MicrophoneError ? error.fault : error instanceof Elsewhere ? 'elsewhere' : 'server'
    this.dropUa()
    if (fault === 'elsewhere') this.closeMicrophone() // the other window talks: this one must not listen in
    this.show({ phase: 'failed', session: 'none', fault })
  }

  private show(change: Partial<SoftphoneState>): void {
    this.state = { ...this.state, ...change }
    this.port.changed(this.state)
  }
}
