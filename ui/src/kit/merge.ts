// Two people edit one record: what the other changed comes in, what was typed here stays, and where both did it is told.

export interface Merged<Draft> {
  draft: Draft
  /** Fields that only the other changed: taken over. */
  theirs: (keyof Draft & string)[]
  /** Fields that both changed: what was typed here stays. */
  both: (keyof Draft & string)[]
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** `base` as it was read, `mine` as it was typed, `theirs` as it is stored now. `version` always comes from the store. */
export function merged<Draft extends object>(base: Draft, mine: Draft, theirs: Draft): Merged<Draft> {
  const result: Merged<Draft> = { draft: { ...mine }, theirs: [], both: [] }
  for (const field of Object.keys(theirs) as (keyof Draft & string)[]) {
    if (field === 'version') result.draft[field] = theirs[field]
    else if (same(base[field], theirs[field]) || same(mine[field], theirs[field])) continue
    else if (same(base[field], mine[field])) {
      result.draft[field] = theirs[field]
      result.theirs.push(field)
    } else result.both.push(field)
  }
  return result
}
