// What every administration page does: a list, a drawer with a draft, checks as one types, saving, loading the list anew.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, ref, watch, type Ref } from 'vue'
import { ApiProblem, fieldProblem } from '@/api/problem'
import type { Read } from '@/app/form'
import { useFieldErrors } from '@/kit/field-errors'
import { joined } from '@/kit/merge'
import { useOnScreen } from '@/kit/on-screen'

/** Sentences for the faulty fields of a draft; `others` are all records but the one that is edited. */
export type Check<Row, Draft> = (draft: Draft, others: Row[]) => Partial<Record<keyof Draft & string, string>>

/** Rows of the first look at a long list: a screen and some. */
export const FIRST = 30
/** Who stays for so long on a page whose first rows stand gets the rest; who only passes by does not make the server read thousands. */
const STAY_MS = 1_000

export function useRecord<Row extends { id: string; rev?: string }, Draft extends object>(
  key: string,
  list: () => Promise<Row[]>,
  empty: () => Draft,
  draftOf: (row: Row) => Draft,
  check: Check<Row, Draft> = () => ({}),
  /** The first rows alone, for lists of thousands: they stand on the page while the rest is on its way. */
  first?: () => Promise<Row[]>,
) {
  const queries = useQueryClient()
  // shallow: there may be thousands of rows, and none of them is changed in place
  const head = useQuery({ queryKey: ['admin', key, 'first'], queryFn: first ?? list, enabled: Boolean(first), shallow: true })
  const whole = ref(!first)
  const onScreen = useOnScreen()
  if (first) watch([head.isFetched, onScreen], ([there, here], _, onCleanup) => {
    if (!there || !here || whole.value) return
    const timer = window.setTimeout(() => { whole.value = true }, STAY_MS)
    onCleanup(() => window.clearTimeout(timer))
  }, { immediate: true })
  const query = useQuery({ queryKey: ['admin', key], queryFn: list, enabled: whole, shallow: true })
  const shown = ref(false)
  /** Id of the record that is edited; "" for a new one. */
  const id = ref('')
  const draft = ref(empty()) as Ref<Draft>
  const before = ref('')
  const rev = ref('')
  const faults = useFieldErrors()
  const dirty = computed(() => JSON.stringify(draft.value) !== before.value)

  /** What the check says of a field at this moment, in the language of this moment. */
  const said = (field: string): string => check(draft.value, others())[field as keyof Draft & string] ?? ''
  const others = (): Row[] => (query.data.value ?? []).filter((row) => row.id !== id.value)

  function begin(from: Draft, recordId: string, readAs = ''): void {
    faults.clear()
    id.value = recordId
    rev.value = readAs
    draft.value = from
    before.value = JSON.stringify(from)
    shown.value = true
    whole.value = true // what is typed is compared with all others
  }

  // Beside the field, as one types: only fields that were touched are spoken of.
  watch(draft, (now) => {
    if (!shown.value) return
    const found = check(now, others())
    const read = JSON.parse(before.value) as Draft
    for (const field of Object.keys(now) as (keyof Draft & string)[]) {
      const fault = found[field]
      if (!fault) faults.drop(field)
      else if (JSON.stringify(now[field]) !== JSON.stringify(read[field])) faults.say(field, () => said(field))
    }
  }, { deep: true })

  /** Saves the draft by `work`, which sends `read` along so that the server notices when somebody else saved in between. */
  async function saving(work: (read: Read) => Promise<unknown>): Promise<void> {
    const found = Object.keys(check(draft.value, others()))
    if (found.length) throw new ApiProblem(422, 'invalid', '', Object.fromEntries(found.map((field) => [field, fieldProblem('check', () => said(field))])))
    const sent = JSON.stringify(draft.value)
    try {
      await work(id.value && rev.value ? { 'If-Match': rev.value } : {})
    } catch (error) {
      throw await joined(error, {
        load: async () => (id.value ? (await query.refetch()).data?.find((row) => row.id === id.value) : undefined),
        draftOf, base: JSON.parse(before.value) as Draft, mine: draft.value,
        take: (both, theirs, fresh) => { [draft.value, before.value, rev.value] = [both, JSON.stringify(theirs), fresh.rev ?? ''] },
      })
    }
    before.value = sent // it is kept: nobody is asked about it while the lists are loaded anew
    await reload()
  }

  /** After a change: everything that names this record is asked for anew. */
  const reload = () => Promise.all([queries.invalidateQueries({ queryKey: ['admin'] }), queries.invalidateQueries({ queryKey: ['directory'] })])

  return {
    rows: computed(() => query.data.value ?? head.data.value),
    /** Only the first rows are there so far: nobody may take their number for the number of all. */
    partial: computed(() => !query.data.value && (head.data.value?.length ?? 0) >= FIRST),
    /** Somebody looks for something: all rows are wanted now. */
    hurry: () => { whole.value = true },
    error: computed(() => query.error.value ?? head.error.value),
    again: () => void query.refetch(),
    shown, id, draft, faults, dirty, saving, reload,
    add: (from: Partial<Draft> = {}) => begin({ ...empty(), ...from }, ''),
    edit: (row: Row) => begin(draftOf(row), row.id, row.rev),
  }
}
