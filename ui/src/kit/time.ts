// Instants are UTC epoch milliseconds; screens show them in the site's zone.
import { ref } from 'vue'

export const siteZone = ref('Asia/Shanghai')

const formats = new Map<string, Intl.DateTimeFormat>()

function parts(at: number, zone: string): Record<string, string> {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit',
      hour: '2-digit', minute: '2-digit', second: '2-digit',
    })
    formats.set(zone, format)
  }
  return Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]))
}

/** "2026-11-22" */
export function day(at: number, zone = siteZone.value): string {
  const p = parts(at, zone)
  return `${p.year}-${p.month}-${p.day}`
}

/** "14:05:09" */
export function clock(at: number, zone = siteZone.value): string {
  const p = parts(at, zone)
  return `${p.hour}:${p.minute}:${p.second}`
}

/** "2026-11-22 14:05:09"; "" for 0 (not yet). */
export function stamp(at: number, zone = siteZone.value): string {
  return at > 0 ? `${day(at, zone)} ${clock(at, zone)}` : ''
}

/** "14:05" when it lies on the same day as `now`, else "11-21 14:05", else with the year. */
export function shortStamp(at: number, now = Date.now(), zone = siteZone.value): string {
  if (at <= 0) return ''
  const date = day(at, zone)
  const today = day(now, zone)
  const time = clock(at, zone).slice(0, 5)
  if (date === today) return time
  return date.slice(0, 4) === today.slice(0, 4) ? `${date.slice(5)} ${time}` : `${date} ${time}`
}

/** Milliseconds as "03:25", from one hour on "1:03:25". Never negative. */
export function duration(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000))
  const s = String(all % 60).padStart(2, '0')
  const m = Math.floor(all / 60) % 60
  const h = Math.floor(all / 3600)
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${String(m).padStart(2, '0')}:${s}`
}

/** The instant at which the wall clock of `zone` shows the given date and time. */
export function instantOf(date: string, time = '00:00:00', zone = siteZone.value): number {
  const wanted = Date.parse(`${date}T${time}Z`)
  let at = wanted
  // Twice, since the first guess may lie on the other side of a clock change.
  for (let n = 0; n < 2; n++) {
    const shown = Date.parse(`${day(at, zone)}T${clock(at, zone)}Z`)
    at += wanted - shown
  }
  return at
}

/** Start of today in the site's zone. */
export function startOfToday(now = Date.now()): number {
  return instantOf(day(now))
}

/** Midnight that ends the given date: the day after begins, even where the clocks change. */
export function nextDay(date: string): number {
  return instantOf(day(Date.parse(`${date}T12:00:00Z`) + 86_400_000, 'UTC'))
}
