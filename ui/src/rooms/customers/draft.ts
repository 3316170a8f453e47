// A customer as the form holds it, and the way from and to the API.
import type { CustomerIn, CustomerOut } from '@/api'

export interface PhoneDraft { number: string; label: string }
export interface VehicleDraft { id: string | null; plate: string; vin: string; model: string; purchased_on: string; mileage_km: number; insured_until: string }

export interface CustomerDraft {
  name: string
  kind: 'person' | 'firm'
  level: string
  vip: boolean
  note: string
  id_number: string
  phones: PhoneDraft[]
  vehicles: VehicleDraft[]
}

export function emptyCustomer(number = ''): CustomerDraft {
  return { name: '', kind: 'person', level: '', vip: false, note: '', id_number: '', phones: [{ number, label: '' }], vehicles: [] }
}

export function emptyVehicle(): VehicleDraft {
  return { id: null, plate: '', vin: '', model: '', purchased_on: '', mileage_km: 0, insured_until: '' }
}

export function draftOf(customer: CustomerOut): CustomerDraft {
  return {
    name: customer.name,
    kind: customer.kind === 'firm' ? 'firm' : 'person',
    level: customer.level,
    vip: customer.vip,
    note: customer.note,
    id_number: customer.id_number,
    phones: customer.phones.map(({ number, label }) => ({ number, label })),
    vehicles: customer.vehicles.map((one) => ({ ...one })),
  }
}

/** What goes to the server: rows left wholly empty are not meant. */
export function bodyOf(draft: CustomerDraft): CustomerIn {
  return {
    ...draft,
    phones: draft.phones.filter((phone) => phone.number.trim() !== ''),
    vehicles: draft.vehicles
      .filter((one) => one.id !== null || one.plate.trim() || one.vin.trim() || one.model.trim())
      .map((one) => ({ ...one, purchased_on: one.purchased_on ?? '', insured_until: one.insured_until ?? '', mileage_km: one.mileage_km ?? 0 })),
  }
}
