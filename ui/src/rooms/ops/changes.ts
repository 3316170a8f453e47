// An audit entry's before and after as lines to read: one per field, only what differs.
import { tCode } from '@/i18n'

export interface Line { field: string; before: string; after: string }

function words(value: unknown): string {
  if (value === null || value === undefined || value === '') return ''
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function changesOf(before: Record<string, unknown> | null, after: Record<string, unknown> | null): Line[] {
  const fields = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  return fields.map((field) => ({ field, before: words(before?.[field]), after: words(after?.[field]) }))
    .filter((line) => line.before !== line.after)
}

/** "person.update" → "Person · Change"; what has no words stays a code. */
export function actionWords(action: string): string {
  const [object = '', verb] = action.split('.')
  return verb ? `${tCode('auditObject', object)} · ${tCode('auditVerb', verb)}` : tCode('auditVerb', object, tCode('auditObject', object))
}
