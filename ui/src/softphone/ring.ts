// The ring of the page: a sound made here (no file), the title that blinks, a notification when the page is hidden.
import { ringVolume, route } from './devices'

const RATE = 8000

function ringWave(): Blob {
  const seconds = 3
  const data = new DataView(new ArrayBuffer(44 + RATE * seconds * 2))
  const text = (at: number, value: string) => [...value].forEach((c, n) => data.setUint8(at + n, c.charCodeAt(0)))
  text(0, 'RIFF'); data.setUint32(4, 36 + RATE * seconds * 2, true); text(8, 'WAVEfmt ')
  data.setUint32(16, 16, true); data.setUint16(20, 1, true); data.setUint16(22, 1, true)
  data.setUint32(24, RATE, true); data.setUint32(28, RATE * 2, true); data.setUint16(32, 2, true); data.setUint16(34, 16, true)
  text(36, 'data'); data.setUint32(40, RATE * seconds * 2, true)
  for (let n = 0; n < RATE * seconds; n++) {
    const at = n / RATE
    // Two soft notes, 0.9 s in all, then silence: heard through a headset all day, so it must not hurt.
    const note = at < 0.42 ? 659.25 : 523.25
    const from = at < 0.42 ? 0 : 0.42
    const envelope = at < 0.95 ? Math.exp(-(at - from) * 4.5) * Math.min(1, (at - from) * 120) : 0
    const value = envelope * (Math.sin(2 * Math.PI * note * at) + 0.25 * Math.sin(4 * Math.PI * note * at))
    data.setInt16(44 + n * 2, value * 9000, true)
  }
  return new Blob([data.buffer], { type: 'audio/wav' })
}

let sound: HTMLAudioElement | undefined
let wanted = false
let blink: number | undefined
let notice: Notification | undefined
let plainTitle = ''
let ringTitle = ''

function play(audio: HTMLAudioElement): void {
  audio.volume = ringVolume()
  wanted = true
  void route(audio, 'ringer').then(() => (wanted ? audio.play() : undefined)).catch(() => { /* no gesture yet: the title and the card still show it */ })
}

/** The ring once, to hear where it comes out and how loud. */
export function tryRing(): void {
  const audio = new Audio(URL.createObjectURL(ringWave()))
  audio.volume = ringVolume()
  void route(audio, 'ringer').then(() => audio.play()).catch(() => { /* the chosen device is gone */ })
}

/** The same through the speaker of the talk. */
export function trySpeaker(): void {
  const audio = new Audio(URL.createObjectURL(ringWave()))
  void route(audio, 'speaker').then(() => audio.play()).catch(() => { /* the chosen device is gone */ })
}

export function startRinging(title: string, body: string, audible: boolean): void {
  stopRinging()
  if (audible) {
    sound ??= Object.assign(new Audio(URL.createObjectURL(ringWave())), { loop: true })
    play(sound)
  }
  plainTitle = document.title
  ringTitle = title
  let on = false
  blink = window.setInterval(() => {
    on = !on
    document.title = on ? ringTitle : plainTitle
  }, 700)
  notify(body)
}

/** Who it is became known while it rings: the phone rings before anything else is told. */
export function nameRinging(title: string, body: string): void {
  if (blink === undefined) return
  ringTitle = title
  if (notice) notify(body)
}

function notify(body: string): void {
  if (document.hidden && 'Notification' in window && Notification.permission === 'granted') {
    notice = new Notification(ringTitle, { body, tag: 'yingda-ring', requireInteraction: true })
    notice.onclick = () => window.focus()
  }
}

export function stopRinging(): void {
  wanted = false
  sound?.pause()
  if (sound) sound.currentTime = 0
  if (blink !== undefined) {
    window.clearInterval(blink)
    blink = undefined
    document.title = plainTitle
  }
  notice?.close()
  notice = undefined
}

/** Ask once, in answer to a click of the user. */
export function askForNotifications(): void {
  if ('Notification' in window && Notification.permission === 'default') void Notification.requestPermission()
}
