// The page of another system that belongs to a call: what the desk opens, and what the settings try.

/** One window for all calls, found again by its name: the next call's page takes the place of the last one's. */
const WINDOW = 'yingda-crm'

/** False: the browser blocked it. */
export function openPage(url: string, newTab: boolean): boolean {
  if (newTab) {
    window.open(url, '_blank', 'noopener,noreferrer') // says nothing of what became of it
    return true
  }
  // A window that is to be found again cannot be let go of (`noopener`). The browser tells it no address of ours:
  // the server sends `Referrer-Policy: same-origin`.
  return window.open(url, WINDOW) !== null
}
