// The pages of the menu are brought in while the browser has nothing to do, so that a click only has to draw.
import type { Router } from 'vue-router'
import { useSession } from './session'

/** The log-in and its first page come first. */
const BEGIN_MS = 300

const idle = (work: () => void): void => {
  if ('requestIdleCallback' in window) window.requestIdleCallback(work)
  else setTimeout(work, 50) // Safari has no such thing
}

/** Pages that this person may open from the menu, one after the other. One that does not come is asked for at its click. */
export function warmPages(router: Router): void {
  const session = useSession()
  const pages = router.getRoutes().flatMap((one) => {
    const page: unknown = one.components?.default
    return one.meta.title && !one.path.includes(':') && (!one.meta.needs || session.can(one.meta.needs)) && typeof page === 'function' ? [page as () => Promise<unknown>] : []
  })
  const next = (): void => {
    const page = pages.shift()
    if (page) void Promise.resolve(page()).catch(() => undefined).finally(() => idle(next))
  }
  setTimeout(() => idle(next), BEGIN_MS)
}
