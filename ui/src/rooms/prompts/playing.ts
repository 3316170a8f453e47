// One voice at a time: whoever begins to play silences the one before.
import { ref } from 'vue'

/** Address of what plays now; "" when nothing does. */
export const playing = ref('')
export const failed = ref('')
/** Seconds played. */
export const at = ref(0)

let audio: HTMLAudioElement | undefined

export function toggle(src: string): void {
  if (playing.value === src) return stop()
  play(src, audio?.src.endsWith(src) && at.value > 0 && !audio.ended ? at.value : 0)
}

export function play(src: string, from = 0): void {
  stop()
  failed.value = ''
  at.value = from
  audio = new Audio(src)
  const own = audio
  own.currentTime = from
  own.ontimeupdate = () => { if (own === audio) at.value = own.currentTime }
  own.onended = () => { if (own === audio) { playing.value = ''; at.value = 0 } }
  own.onerror = () => { if (own === audio) { playing.value = ''; failed.value = src } }
  playing.value = src
  own.play().catch(() => { if (own === audio) playing.value = '' })
}

export function stop(): void {
  audio?.pause()
  playing.value = ''
}
