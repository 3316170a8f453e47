import { beforeEach, describe, expect, it, vi } from 'vitest'
import { acting, removing, turning } from '@/app/acts'
import * as say from '@/app/say'

vi.mock('@/app/say', () => ({ confirmed: vi.fn(), sayDone: vi.fn(), sayProblem: vi.fn(), sayUndo: vi.fn() }))
const { confirmed, sayDone, sayProblem, sayUndo } = vi.mocked(say)

/** What is done, in the order in which it is done. */
let log: string[]
const step = (name: string) => vi.fn(async () => { log.push(name) })

beforeEach(() => {
  vi.clearAllMocks()
  log = []
  confirmed.mockResolvedValue(true)
})

describe('acts of one click', () => {
  it('removes after asking, shows the new list, and takes it back', async () => {
    const act = { work: step('work'), back: step('back'), reload: step('reload') }
    expect(await removing('138', 'Remove?', 'It goes.', act)).toBe(true)
    expect(confirmed).toHaveBeenCalledOnce()
    expect(log).toEqual(['work', 'reload'])
    const undo = sayUndo.mock.calls[0]![1]
    await undo()
    expect(log).toEqual(['work', 'reload', 'back', 'reload'])
  })

  it('does nothing when the question is answered with no', async () => {
    confirmed.mockResolvedValue(false)
    expect(await removing('138', 'Remove?', 'It goes.', { work: step('work'), reload: step('reload') })).toBe(false)
    expect(log).toEqual([])
  })

  it('offers no way back where there is none, nor after a refusal; the list is loaded anew all the same', async () => {
    await removing('room', 'Remove?', 'It goes.', { work: step('work'), reload: step('reload') })
    expect([sayUndo.mock.calls.length, sayDone.mock.calls.length]).toEqual([0, 1])
    const refused = new Error('no')
    expect(await acting({ work: () => Promise.reject(refused), said: 'x', back: step('back'), reload: step('again') })).toBe(false)
    expect(sayProblem).toHaveBeenCalledWith(refused)
    expect(sayUndo).not.toHaveBeenCalled()
    expect(log).toEqual(['work', 'reload', 'again'])
  })

  it('asks before archiving, not before bringing back, and turns back to what it was', async () => {
    const set = vi.fn(async (active: boolean) => { log.push(String(active)) })
    await turning('group', true, ['Archive?', ''], set, step('reload'))
    await sayUndo.mock.calls[0]![1]()
    expect([log, confirmed.mock.calls.length]).toEqual([['false', 'reload', 'true', 'reload'], 1])
    log = []
    await turning('group', false, ['Archive?', ''], set, step('reload'))
    expect([log, confirmed.mock.calls.length]).toEqual([['true', 'reload'], 1])
  })
})
