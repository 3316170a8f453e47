// What may be written as the address of another system's page; `org/url_pop.py` says the same when it is saved.
export const HOLDERS = ['number', 'call_id', 'called', 'queue', 'queue_name', 'agent', 'customer_id'] as const
export type Holder = (typeof HOLDERS)[number]
export const LONGEST = 1_000

const HOLDER = /\{([^{}]*)\}/g
const PARTS = /^https?:\/\/([^/?#]*)(.*)$/iu
const HOST = /^(\[[0-9a-f:.]+\]|[^@:{}[\]]+)(:[0-9]{1,5})?$/iu

export type Fault = 'too_long' | 'malformed' | 'address_scheme' | 'address_host' | 'address_holder'

/** The code of what is wrong; "" when nothing is, or nothing is written. */
export function fault(typed: string): Fault | '' {
  const address = typed.trim()
  if (!address) return ''
  if ([...address].length > LONGEST) return 'too_long'
  if (/[\\\p{C}\p{Z}]/u.test(address)) return 'malformed'
  const parts = PARTS.exec(address)
  if (!parts) return 'address_scheme'
  if (!HOST.test(parts[1] ?? '')) return 'address_host'
  const left = (parts[2] ?? '').replace(HOLDER, (_, name: string) => ((HOLDERS as readonly string[]).includes(name) ? '' : '{'))
  return /[{}]/.test(left) ? 'address_holder' : ''
}

export function render(address: string, values: Record<Holder, string>): string {
  return address.trim().replace(HOLDER, (_, name: string) => encodeURIComponent(values[name as Holder] ?? ''))
}
