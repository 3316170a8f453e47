import { describe, expect, it } from 'vitest'
import { emptyPicture, fold, type Picture } from '@/live/reducer'
import type { LiveMessage } from '@/live/types'

const queue = (id: string, waiting: number) => ({ id, number: '801', name: 'q', waiting }) as never
const snapshot: LiveMessage = { t: 'snapshot', seq: 4, at: 1, engine: true, queues: [queue('a', 0), queue('b', 2)], switch: { id: 'switch', state: 'up', version: '22', since: 1 } }

function after(...messages: LiveMessage[]): Picture {
  return messages.reduce<Picture>((picture, message) => {
    const next = fold(picture, message)
    if (next === 'gap') throw new Error('gap')
    return next
  }, emptyPicture())
}

describe('the live picture', () => {
  it('takes a snapshot whole, also a single switch', () => {
    const picture = after(snapshot)
    expect(picture.seq).toBe(4)
    expect(Object.keys(picture.tables.queues)).toEqual(['a', 'b'])
    expect(picture.tables.switch.switch?.state).toBe('up')
  })

  it('sets, replaces and deletes by id', () => {
    const picture = after(snapshot, { t: 'set', seq: 5, entity: 'queues', id: 'a', value: queue('a', 7) }, { t: 'del', seq: 6, entity: 'queues', id: 'b' })
    expect(picture.tables.queues.a?.waiting).toBe(7)
    expect(picture.tables.queues.b).toBeUndefined()
  })

  it('files pops under their call', () => {
    const pop = { call_id: '9', number: '1' } as never
    expect(after({ t: 'snapshot', seq: 1, at: 1, pops: [pop] }).tables.pops['9']).toBe(pop)
  })

  it('a beat uses a number, and a missed one is a gap', () => {
    expect(after(snapshot, { t: 'beat', seq: 5, at: 2 }).seq).toBe(5)
    expect(fold(after(snapshot), { t: 'beat', seq: 6, at: 2 })).toBe('gap')
    expect(fold(after(snapshot), { t: 'set', seq: 6, entity: 'queues', id: 'a', value: queue('a', 1) })).toBe('gap')
  })

  it('before the first snapshot everything is a gap; what is old changes nothing', () => {
    expect(fold(emptyPicture(), { t: 'engine', seq: 1, up: false })).toBe('gap')
    const picture = after(snapshot)
    expect(fold(picture, { t: 'engine', seq: 3, up: false })).toBe(picture)
  })

  it('knows whether the engine is up', () => {
    expect(after(snapshot, { t: 'engine', seq: 5, up: false }).engineUp).toBe(false)
    expect(after({ ...snapshot, engine: false } as LiveMessage).engineUp).toBe(false)
  })

  it('leaves the picture before untouched', () => {
    const before = after(snapshot)
    fold(before, { t: 'del', seq: 5, entity: 'queues', id: 'a' })
    expect(before.tables.queues.a).toBeDefined()
  })
})
