// Two people edit one record: what the other changed comes in, what was typed here stays, and where both did it is told.
import { ApiProblem, asProblem, fieldProblem } from '@/api/problem'
import { t } from '@/i18n'

export interface Merged<Draft> {
  draft: Draft
  /** Fields that only the other changed: taken over. A field of a part of the record: "part.field". */
  theirs: string[]
  /** Fields that both changed, with what the other made of them: what was typed here stays. */
  both: Record<string, unknown>
}

type Fields = Record<string, unknown>
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const isPart = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)

/** What names a row of a list, so that rows are joined one by one: people of a group, reasons for breaks. */
const keyOf = (row: unknown): unknown => (isPart(row) ? row.code ?? row.person_id ?? row.id : undefined)

function keyed(list: unknown): Map<unknown, Fields> | undefined {
  if (!Array.isArray(list)) return undefined
  const rows = new Map<unknown, Fields>(list.map((row) => [keyOf(row), row as Fields]))
  return rows.size === list.length && !rows.has(undefined) && !rows.has(null) ? rows : undefined
}

/** `base` as it was read, `mine` as it was typed, `theirs` as it is stored now. `version` always comes from the store. */
export function merged<Draft extends object>(base: Draft, mine: Draft, theirs: Draft): Merged<Draft> {
  const result = { theirs: [] as string[], both: {} as Fields }

  function join(was: Fields, typed: Fields, stored: Fields, inside: string): Fields {
    const draft = { ...typed }
    for (const [field, value] of Object.entries(stored)) {
      const name = inside + field
      if (field === 'version') draft[field] = value
      else if (same(was[field], value) || same(typed[field], value)) continue
      else if (same(was[field], typed[field])) {
        draft[field] = value
        result.theirs.push(name)
      } else if (isPart(was[field]) && isPart(typed[field]) && isPart(value)) draft[field] = join(was[field], typed[field], value, `${name}.`)
      else if (keyed(was[field]) && keyed(typed[field]) && keyed(value)) draft[field] = rows(keyed(was[field])!, keyed(typed[field])!, keyed(value)!, name)
      else result.both[name] = value
    }
    return draft
  }

  /** In the order as it was typed; what the other added stands at the end, what one of them took away is gone. */
  function rows(was: Map<unknown, Fields>, typed: Map<unknown, Fields>, stored: Map<unknown, Fields>, name: string): Fields[] {
    const joined: Fields[] = []
    for (const [key, row] of typed) {
      const [before, now] = [was.get(key), stored.get(key)]
      if (before && !now && same(before, row)) continue
      joined.push(before && now ? join(before, row, now, `${name}.${joined.length}.`) : row)
    }
    for (const [key, row] of stored) if (!was.has(key) && !typed.has(key)) joined.push(row)
    return joined
  }
  return { draft: join(base as Fields, mine as Fields, theirs as Fields, '') as Draft, ...result }
}

function words(value: unknown): string {
  if (value === null || value === undefined || value === '') return t('word.none')
  if (typeof value === 'boolean') return value ? t('word.active') : t('word.inactive')
  if (Array.isArray(value)) return value.every((one) => typeof one !== 'object') ? value.join(', ') || t('word.none') : t('form.several', { n: value.length })
  return typeof value === 'object' ? '…' : String(value)
}

/** The draft that goes on, and the refusal that says what the other did, each at its field. */
export function reconciled<Draft extends object>(base: Draft, mine: Draft, theirs: Draft): { draft: Draft; problem: ApiProblem } {
  const result = merged(base, mine, theirs)
  const both = Object.entries(result.both)
  const fields = Object.fromEntries(both.map(([field, value]) => [field, fieldProblem('theirs', () => t('form.theirs', { value: words(value) }))]))
  return { draft: result.draft, problem: new ApiProblem(409, 'changed_meanwhile', () => (both.length ? t('form.bothChanged') : t('form.othersChanged')), fields) }
}

/** What a form is made of, for `joined`. `take`: the form's new content, what is stored now, and as what that was read. */
export interface Conflict<Stored, Draft> {
  load: () => Promise<Stored | undefined>
  draftOf: (stored: Stored) => Draft
  base: Draft
  mine: Draft
  take: (draft: Draft, theirs: Draft, stored: Stored) => void
}

/**
 * What to tell of a saving that failed. Where somebody else saved in between, what he changed is taken over, what was typed
 * stays, fields that both changed tell his value, and the next save counts.
 */
export async function joined<Stored, Draft extends object>(error: unknown, form: Conflict<Stored, Draft>): Promise<unknown> {
  const fresh = asProblem(error).code === 'changed_meanwhile' ? await form.load() : undefined
  if (!fresh) return error
  const theirs = form.draftOf(fresh)
  const { draft, problem } = reconciled(form.base, form.mine, theirs)
  form.take(draft, theirs, fresh)
  return problem
}
