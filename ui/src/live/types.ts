// What the live push carries: the server's views, sent whole at each change. See src/yingda/{calls,agents}/views.py.
export interface AgentView {
  /** A colleague outside of what one may watch: only whether he can be called is told. */
  brief?: boolean
  id: string
  number: string
  name: string
  extension: string
  /** The extension group of that extension, "" none. */
  phone_group: string
  queues: string[]
  presence: 'signed_out' | 'ready' | 'on_break' | 'wrapping_up'
  reason: string
  next_presence: string
  engagement: 'free' | 'reserved' | 'ringing' | 'dialing' | 'talking' | 'held'
  since: number
  state: string
  phone: 'web' | 'desk' | 'outside' | ''
  station: string
  phone_ok: boolean
  call_id: string
  /** How he listens to that call, which is a colleague's: listen | whisper | barge; "" when it is his own. */
  watching?: string
  signed_in_at: number
  free_since: number
  wrap_up_until: number
  prolong_left: number
  calls_today: number
  talk_ms_today: number
  can: string[]
}

export interface PartyView {
  leg: string
  kind: 'caller' | 'agent' | 'outside'
  agent_id: string
  number: string
  state: 'ringing' | 'up' | 'gone'
  muted: boolean
}

export interface CallView {
  id: string
  direction: 'in' | 'out' | 'internal'
  state: string
  caller: string
  called: string
  customer_number: string
  trunk: string
  queue_id: string
  queue_name: string
  agent_id: string
  menu_path: string[]
  keys: string
  pin: string
  started_at: number
  waiting_since: number
  ringing_since: number
  answered_at: number
  held_since: number
  ended_at: number
  outcome: string
  recording: boolean
  parties: PartyView[]
  /** Where it is parked, "" when it is not. */
  slot: string
  parked_by: string
  parked_since: number
  /** The extension that rings and for which another phone may be lifted, "" none. */
  rings_at: string
  /** The extension group of that phone. */
  rings_group: string
}

export interface QueueView {
  id: string
  number: string
  name: string
  waiting: number
  longest_since: number
  agents_ready: number
  agents_talking: number
  agents_signed_in: number
  offered_today: number
  answered_today: number
  abandoned_today: number
  in_time_today: number
  overflowed_today: number
  callbacks: number
  service_level_s: number
}

export interface LinesView {
  id: string
  name: string
  capacity: number
  in_use: number
  peak_today: number
  blocked_today: number
  state: string
  reason: string
  since: number
}

export interface SwitchView { id: string; state: string; version: string; since: number }

export interface PopCustomer {
  id: string
  name: string
  level: string
  vip: boolean
  vehicles: { plate: string; model: string; vin: string }[]
  note: string
}

export interface PopRecent {
  id: string
  started_at: number
  direction: string
  outcome: string
  agent_name: string
  queue_name: string
  talk_ms: number
}

/** The screen pop; its id among the entities is `call_id`. */
export interface PopCard {
  call_id: string
  number: string
  number_masked: string
  area: string
  customers: PopCustomer[]
  recent: PopRecent[]
  menu_path: string[]
  pin: string
  keys: string
  queue_name: string
}

/** Alarms or notices have changed: whoever shows them asks for them anew. */
export interface BellMark { id: string; n: number }
/** Something that pages ask the server for has changed; `id` says what. */
export interface NewsView { id: string; at: number }

export interface Entities {
  agents: AgentView
  calls: CallView
  queues: QueueView
  lines: LinesView
  switch: SwitchView
  pops: PopCard
  bell: BellMark
  news: NewsView
}

export type EntityName = keyof Entities

export type LiveMessage =
  | ({ t: 'snapshot'; seq: number; at: number } & { [K in EntityName]?: K extends 'switch' ? SwitchView | SwitchView[] : Entities[K][] } & { engine?: boolean })
  | { t: 'set'; seq: number; entity: EntityName; id: string; value: Entities[EntityName] }
  | { t: 'del'; seq: number; entity: EntityName; id: string }
  | { t: 'engine'; seq: number; up: boolean }
  | { t: 'beat'; seq: number; at: number }
