// What every administration page does: a list, a drawer with a draft, checks as one types, saving, loading the list anew.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch, type Ref } from 'vue'
import { ApiProblem, asProblem } from '@/api/problem'
import { t } from '@/i18n'
import { useFieldErrors } from '@/kit/field-errors'
import { merged } from '@/kit/merge'

/** Sentences for the faulty fields of a draft; `others` are all records but the one that is edited. */
export type Check<Row, Draft> = (draft: Draft, others: Row[]) => Partial<Record<keyof Draft & string, string>>

function words(value: unknown): string {
  if (value === null || value === undefined || value === '') return t('word.none')
  if (typeof value === 'boolean') return value ? t('word.active') : t('word.inactive')
  return Array.isArray(value) ? value.filter((one) => typeof one !== 'object').join(', ') : String(value)
}

export function useRecord<Row extends { id: string }, Draft extends object>(
  key: string,
  list: () => Promise<Row[]>,
  empty: () => Draft,
  draftOf: (row: Row) => Draft,
  check: Check<Row, Draft> = () => ({}),
) {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['admin', key], queryFn: list })
  const shown = ref(false)
  /** Id of the record that is edited; "" for a new one. */
  const id = ref('')
  const draft = ref(empty()) as Ref<Draft>
  const before = ref('')
  const faults = useFieldErrors()
  const dirty = computed(() => JSON.stringify(draft.value) !== before.value)

  const others = (): Row[] => (query.data.value ?? []).filter((row) => row.id !== id.value)

  function begin(from: Draft, recordId: string): void {
    faults.clear()
    id.value = recordId
    draft.value = from
    before.value = JSON.stringify(from)
    shown.value = true
  }

  // Beside the field, as one types: only fields that were touched are spoken of.
  watch(draft, (now) => {
    if (!shown.value) return
    const found = check(now, others())
    const read = JSON.parse(before.value) as Draft
    for (const field of Object.keys(now) as (keyof Draft & string)[]) {
      const fault = found[field]
      if (!fault) delete faults.errors[field]
      else if (JSON.stringify(now[field]) !== JSON.stringify(read[field])) faults.errors[field] = fault
    }
  }, { deep: true })

  /**
   * Saves the draft by `work`. Somebody else saved in between: what he changed is taken over, what was typed stays, fields that
   * both changed tell his value, and the next save counts.
   */
  async function saving(work: () => Promise<unknown>): Promise<void> {
    const found = Object.entries(check(draft.value, others())) as [string, string][]
    if (found.length) throw new ApiProblem(422, 'invalid', '', Object.fromEntries(found.map(([field, message]) => [field, { code: 'check', message }])))
    try {
      await work()
    } catch (error) {
      const fresh = asProblem(error).code === 'changed_meanwhile' && id.value ? (await query.refetch()).data?.find((row) => row.id === id.value) : undefined
      if (!fresh) throw error
      const theirs = draftOf(fresh)
      const result = merged(JSON.parse(before.value) as Draft, draft.value, theirs)
      draft.value = result.draft
      before.value = JSON.stringify(theirs)
      const fields = Object.fromEntries(result.both.map((field) => [field, { code: 'theirs', message: t('form.theirs', { value: words(theirs[field]) }) }]))
      throw new ApiProblem(409, 'changed_meanwhile', result.both.length ? t('form.bothChanged') : t('form.othersChanged'), fields)
    }
    await reload()
  }

  /** After a change: everything that names this record is asked for anew. */
  const reload = () => Promise.all([queries.invalidateQueries({ queryKey: ['admin'] }), queries.invalidateQueries({ queryKey: ['directory'] })])

  return {
    rows: computed(() => query.data.value),
    error: query.error,
    again: () => void query.refetch(),
    shown, id, draft, faults, dirty, saving, reload,
    add: (from: Partial<Draft> = {}) => begin({ ...empty(), ...from }, ''),
    edit: (row: Row) => begin(draftOf(row), row.id),
  }
}
