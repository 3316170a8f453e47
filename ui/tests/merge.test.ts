import { describe, expect, it } from 'vitest'
import { merged, reconciled } from '@/kit/merge'

const base = { name: 'a', title: 'b', skills: ['x'], version: 1 }

describe('two who edit one record', () => {
  it('what only the other changed comes in, what was typed stays', () => {
    const result = merged(base, { ...base, title: 'mine' }, { ...base, name: 'theirs', version: 2 })
    expect(result.draft).toEqual({ name: 'theirs', title: 'mine', skills: ['x'], version: 2 })
    expect(result.theirs).toEqual(['name'])
    expect(result.both).toEqual({})
  })

  it('where both changed, what was typed stays and is told', () => {
    const result = merged(base, { ...base, skills: ['x', 'y'] }, { ...base, skills: ['z'], version: 2 })
    expect(result.draft.skills).toEqual(['x', 'y'])
    expect(result.both).toEqual({ skills: ['z'] })
  })

  it('the same change on both sides is no conflict', () => {
    const same = { ...base, name: 'n' }
    expect(merged(base, same, { ...same, version: 2 }).both).toEqual({})
  })

  it('parts of a record are joined field by field', () => {
    const queue = { name: 'q', policy: { full_to: 'a', wait_to: 'b', sticky: false } }
    const mine = { name: 'q', policy: { full_to: 'mine', wait_to: 'b', sticky: true } }
    const theirs = { name: 'q', policy: { full_to: 'theirs', wait_to: 'c', sticky: false } }
    const result = merged(queue, mine, theirs)
    expect(result.draft.policy).toEqual({ full_to: 'mine', wait_to: 'c', sticky: true })
    expect(result.theirs).toEqual(['policy.wait_to'])
    expect(Object.keys(reconciled(queue, mine, theirs).problem.fields)).toEqual(['policy.full_to'])
  })

  it('lists are joined row by row: both add somebody, one takes somebody away, one changes a level', () => {
    const [anna, ben, cleo, dan] = ['1', '2', '3', '4'].map((person_id) => ({ person_id, level: 1 }))
    const result = merged({ members: [anna, ben] }, { members: [ben, cleo] }, { members: [anna, { ...ben, level: 3 }, dan] })
    expect(result.draft.members).toEqual([{ ...ben, level: 3 }, cleo, dan])
    expect(result.both).toEqual({})
    expect(Object.keys(merged({ members: [ben] }, { members: [{ ...ben, level: 2 }] }, { members: [{ ...ben, level: 3 }] }).both)).toEqual(['members.0.level'])
  })
})
