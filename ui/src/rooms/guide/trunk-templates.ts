// What is usual at Chinese carriers and gateways. The carrier's own sheet goes first: every field can be changed.
import type { Numbering } from '@/api'

export interface TrunkTemplate {
  code: string
  /** With a user name and password at the carrier, or by its address alone. */
  register: boolean
  /** Example of the address. */
  host: string
  user: string
  capacity: number
  numbering: Partial<Numbering>
}

export const TRUNK_TEMPLATES: readonly TrunkTemplate[] = [
  { code: 'ims', register: true, host: '10.0.0.1:5060', user: '+862161234567', capacity: 30, numbering: { called_as: 'national', shown_as: 'e164' } },
  { code: 'cloud', register: true, host: 'sip.example.com', user: '1000123', capacity: 30, numbering: {} },
  { code: 'peer', register: false, host: '10.0.0.1:5060', user: '', capacity: 30, numbering: {} },
  { code: 'digital', register: false, host: '192.168.1.10:5060', user: '', capacity: 30, numbering: {} },
  { code: 'analogue', register: false, host: '192.168.1.11:5060', user: '', capacity: 8, numbering: { mobile_zero: 'outside' } },
]
