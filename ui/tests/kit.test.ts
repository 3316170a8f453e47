import { describe, expect, it } from 'vitest'
import { pretty } from '@/kit/numbers'
import { clock, day, duration, instantOf, shortStamp, stamp } from '@/kit/time'
import { loudness } from '@/rooms/calls/peaks'
import { queryOf, emptyFilter } from '@/rooms/calls/filter'
import { bodyOf, emptyCustomer, emptyVehicle } from '@/rooms/customers/draft'
import { figuresOf, percent, ringingCalls, shownState } from '@/rooms/board/figures'

const at = Date.UTC(2026, 10, 22, 22, 5, 9)

describe('time', () => {
  it('is shown in the site\'s zone', () => {
    expect(stamp(at, 'Asia/Shanghai')).toBe('2026-11-23 06:05:09')
    expect(stamp(at, 'UTC')).toBe('2026-11-22 22:05:09')
    expect(stamp(0)).toBe('')
    expect(clock(Date.UTC(2026, 0, 1, 16), 'Asia/Shanghai')).toBe('00:00:00')
  })

  it('goes back to instants, across clock changes too', () => {
    expect(instantOf('2026-11-23', '06:05:09', 'Asia/Shanghai')).toBe(at)
    for (const date of ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-25', '2026-10-26']) {
      expect(day(instantOf(date, '00:00:00', 'Europe/Berlin'), 'Europe/Berlin')).toBe(date)
      expect(clock(instantOf(date, '00:00:00', 'Europe/Berlin'), 'Europe/Berlin')).toBe('00:00:00')
    }
  })

  it('shortens what is obvious', () => {
    expect(shortStamp(at, at + 1000, 'UTC')).toBe('22:05')
    expect(shortStamp(at, at + 86_400_000, 'UTC')).toBe('11-22 22:05')
    expect(shortStamp(at, at + 86_400_000 * 60, 'UTC')).toBe('2026-11-22 22:05')
  })

  it('durations', () => {
    expect([0, 999, 61_000, 3_600_000, -5].map(duration)).toEqual(['00:00', '00:00', '01:01', '1:00:00', '00:00'])
  })
})

describe('numbers', () => {
  it.each([
    ['13812345678', '138 1234 5678'], ['8613812345678', '138 1234 5678'], ['138****5678', '138 **** 5678'], ['4008001000', '400 800 1000'],
    ['01062345678', '010 6234 5678'], ['057112345678', '0571 1234 5678'], ['1002', '1002'], ['', ''], ['13+1', '13+1'],
  ])('%s', (number, shown) => expect(pretty(number)).toBe(shown))
})

describe('waveform', () => {
  it('takes the louder of both sides per point, for each voice', () => {
    const [agent, customer] = loudness({ version: 1, rate: 20, bits: 8, channels: [[-128, 10, 0, 0], [-1, 127]] })
    expect(agent).toEqual([1, 0])
    expect(customer[0]).toBeCloseTo((127 / 128) ** 0.6)
  })

  it('bears a file without a second voice', () => {
    expect(loudness({ version: 1, rate: 20, bits: 8, channels: [[]] })).toEqual([[], []])
  })
})

describe('search for calls', () => {
  it('asks for whole days of the site\'s calendar', () => {
    expect(queryOf(emptyFilter(at))).toEqual({ from: instantOf('2026-11-23'), to: instantOf('2026-11-24') })
  })

  it('leaves out what is not filled in, cleans the number', () => {
    expect(queryOf({ ...emptyFilter(at), days: null, number: ' 138 1234-5678', minS: 0 })).toEqual({ number: '13812345678', min_s: 0 })
  })
})

describe('customer form', () => {
  it('does not send rows that were left empty', () => {
    const body = bodyOf({ ...emptyCustomer(), name: 'x', vehicles: [emptyVehicle(), { ...emptyVehicle(), id: '5' }] })
    expect(body.phones).toEqual([])
    expect(body.vehicles?.map((one) => one.id)).toEqual(['5'])
  })
})

describe('board', () => {
  const queue = { waiting: 2, longest_since: 50, answered_today: 8, abandoned_today: 2, in_time_today: 7, offered_today: 12 } as never

  it('sums queues and lines', () => {
    const figures = figuresOf([queue, { ...(queue as object), longest_since: 0, waiting: 0 } as never], [{ in_use: 3, capacity: 20, blocked_today: 1 } as never], [])
    expect(figures).toMatchObject({ waiting: 2, longestSince: 50, answered: 16, abandoned: 4, serviceLevel: 0.7, linesUsed: 3, linesAll: 20, blocked: 1 })
    expect(percent(figures.serviceLevel)).toBe('70.0%')
    expect(percent(figuresOf([], [], []).serviceLevel)).toBe('–')
  })

  it('never shows an agent without a phone as idle', () => {
    const agent = { presence: 'ready', engagement: 'free', phone_ok: false, state: 'ready' } as never
    expect(shownState(agent)).toBe('phone_down')
    expect(shownState({ ...(agent as object), presence: 'signed_out', state: 'signed_out' } as never)).toBe('signed_out')
    expect(shownState({ ...(agent as object), engagement: 'talking', state: 'talking' } as never)).toBe('talking')
  })
})

describe('what rings at other phones', () => {
  const call = (id: string, over: object) => ({ id, state: 'transferring', queue_id: '', rings_at: '1002', rings_group: '', ringing_since: 0, started_at: 5, ...over })
  const calls = [
    call('direct', { rings_group: '5' }), call('group', { state: 'offered', queue_id: '1', started_at: 1 }), call('far', {}),
    call('own', { rings_at: '1001', rings_group: '5' }), call('talks', { rings_at: '', rings_group: '' }), call('passed on', { queue_id: '1', ringing_since: 9 }),
  ] as never
  const ids = (all: boolean, me: object = {}) => ringingCalls(calls, { extension: '1001', queues: ['1'], phone_group: '5', ...me } as never, all).map((one) => one.id)

  it('is offered to whom the server lets take it, the longest first', () => {
    expect(ids(false)).toEqual(['group', 'direct'])
    expect(ids(false, { queues: [], phone_group: '' })).toEqual([])
    expect(ids(true)).toEqual(['group', 'direct', 'far', 'passed on'])
    expect(ringingCalls(calls, undefined, true)).toEqual([])
  })
})
