// A small read-only handle for the browser tests and for support: what the phone's media is doing.
import { useLive } from '@/live/store'
import { useAgent } from './agent'

declare global {
  interface Window {
    __yingda?: {
      stats(): Promise<Record<string, number | string>>
      live(): { seq: number; stale: boolean; state: string; callId: string }
    }
  }
}

export function exposeForTests(): void {
  const agent = useAgent()
  const live = useLive()
  window.__yingda = Object.freeze({
    stats: () => agent.softphone.stats(),
    live: () => ({ seq: live.picture.seq, stale: live.stale, state: live.me?.state ?? '', callId: live.me?.call_id ?? '' }),
  })
}
