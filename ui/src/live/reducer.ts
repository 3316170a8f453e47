// The live picture as a pure fold over the server's messages. A hole in the sequence is answered with 'gap': ask for a snapshot.
import type { Entities, EntityName, LiveMessage } from './types'

export type Tables = { [K in EntityName]: Record<string, Entities[K]> }

export interface Picture {
  /** Number of the last message folded in; -1 before the first snapshot. */
  seq: number
  /** Whether the call engine answers the web part. */
  engineUp: boolean
  tables: Tables
}

export const ENTITIES: readonly EntityName[] = ['agents', 'calls', 'queues', 'lines', 'switch', 'pops', 'news', 'bell']

export function emptyPicture(): Picture {
  return { seq: -1, engineUp: true, tables: { agents: {}, calls: {}, queues: {}, lines: {}, switch: {}, pops: {}, news: {}, bell: {} } }
}

export function idOf(entity: EntityName, value: Entities[EntityName]): string {
  return entity === 'pops' ? (value as Entities['pops']).call_id : (value as { id: string }).id
}

function tablesOf(message: Extract<LiveMessage, { t: 'snapshot' }>): Tables {
  const { tables } = emptyPicture()
  for (const entity of ENTITIES) {
    const sent = message[entity]
    if (!sent) continue
    const rows = (Array.isArray(sent) ? sent : [sent]) as Entities[EntityName][]
    const table = tables[entity] as Record<string, Entities[EntityName]>
    for (const row of rows) table[idOf(entity, row)] = row
  }
  return tables
}

/** The next picture, or 'gap' when a message was missed. A message already seen changes nothing. */
export function fold(picture: Picture, message: LiveMessage): Picture | 'gap' {
  if (message.t === 'snapshot') {
    return { seq: message.seq, engineUp: message.engine ?? true, tables: tablesOf(message) }
  }
  if (picture.seq < 0) return 'gap'
  if (message.seq <= picture.seq) return picture
  if (message.seq !== picture.seq + 1) return 'gap'
  if (message.t === 'beat') return { ...picture, seq: message.seq }
  if (message.t === 'engine') return { ...picture, seq: message.seq, engineUp: message.up }
  const table = { ...picture.tables[message.entity] } as Record<string, Entities[EntityName]>
  if (message.t === 'set') table[message.id] = message.value
  else delete table[message.id]
  return { ...picture, seq: message.seq, tables: { ...picture.tables, [message.entity]: table } }
}
