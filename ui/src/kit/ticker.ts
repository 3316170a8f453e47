// One heartbeat for every ticking duration on the screen, corrected by the server's clock.
import { computed, onScopeDispose, ref, type ComputedRef } from 'vue'

const beat = ref(Date.now())
let offset = 0
let users = 0
let timer: number | undefined

function start(): void {
  beat.value = Date.now()
  timer = window.setInterval(() => { beat.value = Date.now() }, 500)
}

/** Tell how far the server's clock is ahead of this machine's, from a message stamped `serverNow` (UTC ms). */
export function setServerNow(serverNow: number): void {
  offset = serverNow - Date.now()
}

/** The server's time now, UTC ms. */
export function serverNow(): number {
  return Date.now() + offset
}

/** The server's time, refreshed twice a second while the component lives. */
export function useNow(): ComputedRef<number> {
  if (users++ === 0) start()
  onScopeDispose(() => {
    if (--users === 0) window.clearInterval(timer)
  })
  return computed(() => beat.value + offset)
}
