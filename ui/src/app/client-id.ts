// Names this tab to the server. Survives a reload; a duplicated tab copies sessionStorage, so a lock tells the copies apart.
const KEY = 'yingda.client'

function fresh(): string {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  sessionStorage.setItem(KEY, id)
  return id
}

let id = ''

/** Must have run before `clientId()`: settles whether the id kept from before the reload is still free. */
export async function claimClientId(): Promise<void> {
  const kept = sessionStorage.getItem(KEY)
  id = kept ?? fresh()
  if (!kept || !('locks' in navigator)) return hold()
  const free = await navigator.locks.query().then((state) => !state.held?.some((lock) => lock.name === lockName(id)))
  if (!free) id = fresh()
  hold()
}

function lockName(of: string): string {
  return `yingda.client.${of}`
}

function hold(): void {
  if (!('locks' in navigator)) return
  void navigator.locks.request(lockName(id), () => new Promise(() => { /* until the tab closes */ }))
}

export function clientId(): string {
  if (!id) id = sessionStorage.getItem(KEY) ?? fresh()
  return id
}
