// An audit entry's before and after as lines to read: one per field, only what differs.
import { t, tCode } from '@/i18n'
import { stamp } from '@/kit/time'

/** `field` is the code, `name` its words; what has no words stays a code. */
export interface Line { field: string; name: string; before: string; after: string }

/** Fields whose values are codes, and where their words may stand: a kind of customer, of caller's list, of channel, of day. */
const CODES: Record<string, string[]> = { role: ['role'], strategy: ['strategy'], kind: ['kind', 'callerKind', 'channelKind', 'dayKind'], severity: ['alarmSeverity'] }

function words(value: unknown, field: string): string {
  if (value === null || value === undefined || value === '') return ''
  if (typeof value === 'boolean') return t(value ? 'audit.yes' : 'audit.no')
  if (typeof value === 'number' && field.endsWith('_at')) return value ? stamp(value) : ''
  if (typeof value === 'string' && field in CODES) return (CODES[field] ?? []).map((group) => tCode(group, value, '')).find(Boolean) ?? value
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function changesOf(before: Record<string, unknown> | null, after: Record<string, unknown> | null): Line[] {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return fields.map((field) => ({ field, name: tCode('auditField', field), before: words(before?.[field], field), after: words(after?.[field], field) }))
    .filter((line) => line.before !== line.after)
}

/** "person.update" → "Person · Change"; what has no words stays a code. */
export function actionWords(action: string): string {
  const [object = '', ...rest] = action.split('.')
  const verb = rest.join('_')
  return verb ? `${tCode('auditObject', object)} · ${tCode('auditVerb', verb)}` : tCode('auditVerb', object, tCode('auditObject', object))
}
