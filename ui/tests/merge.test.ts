import { describe, expect, it } from 'vitest'
import { merged } from '@/kit/merge'

const base = { name: 'a', title: 'b', skills: ['x'], version: 1 }

describe('two who edit one record', () => {
  it('what only the other changed comes in, what was typed stays', () => {
    const result = merged(base, { ...base, title: 'mine' }, { ...base, name: 'theirs', version: 2 })
    expect(result.draft).toEqual({ name: 'theirs', title: 'mine', skills: ['x'], version: 2 })
    expect(result.theirs).toEqual(['name'])
    expect(result.both).toEqual([])
  })

  it('where both changed, what was typed stays and is told', () => {
    const result = merged(base, { ...base, skills: ['x', 'y'] }, { ...base, skills: ['z'], version: 2 })
    expect(result.draft.skills).toEqual(['x', 'y'])
    expect(result.both).toEqual(['skills'])
  })

  it('the same change on both sides is no conflict', () => {
    const same = { ...base, name: 'n' }
    expect(merged(base, same, { ...same, version: 2 }).both).toEqual([])
  })
})
