import { createApp, h, nextTick, ref, type VNode } from 'vue'
import { describe, expect, it } from 'vitest'
import { i18n } from '@/i18n'
import YColumn from '@/kit/YColumn'
import YLink from '@/kit/YLink'
import YTable from '@/kit/YTable.vue'

interface Line { id: string; name: string }

function shown(columns: () => VNode[], rows: () => Line[], more: () => Record<string, unknown> = () => ({})): HTMLElement {
  const place = document.createElement('div')
  document.body.append(place)
  createApp({ render: () => h(YTable, { rows: rows(), ...more() }, { default: columns, empty: () => 'nobody' }) }).use(i18n).mount(place)
  return place
}

const texts = (place: HTMLElement, what: string): string[] => [...place.querySelectorAll(what)].map((one) => one.textContent ?? '')
const two = [{ id: '1', name: 'Wang' }, { id: '2', name: 'Li' }]

describe('the plain table', () => {
  it('draws declared columns, each cell once, and follows the rows', async () => {
    const rows = ref(two)
    let drawn = 0
    const place = shown(() => [
      h(YColumn, { label: 'Name', 'min-width': '120' }, { default: ({ row }: { row: Line }) => { drawn += 1; return h('b', row.name) } }),
      h(YColumn, { label: 'No.', prop: 'id', width: '60', align: 'right' }),
    ], () => rows.value)
    expect(drawn).toBe(2)
    expect(texts(place, 'th')).toEqual(['Name', 'No.'])
    expect(texts(place, 'td')).toEqual(['Wang', '1', 'Li', '2'])
    expect(place.querySelector('table')?.style.minWidth).toBe('180px')
    expect(place.querySelector('table')?.style.getPropertyValue('--tracks')).toBe('minmax(120px, 120fr) 60px')
    rows.value = [...two].reverse()
    await nextTick()
    expect(texts(place, 'td')).toEqual(['Li', '2', 'Wang', '1'])
    rows.value = []
    await nextTick()
    expect(texts(place, 'td')).toEqual([])
    expect(place.textContent).toContain('nobody')
  })

  it('a row leads on, the acts within it do not', () => {
    const picked: unknown[] = []
    const acted: string[] = []
    const place = shown(() => [h(YColumn, { label: 'x' }, { default: ({ row }: { row: Line }) => h(YLink, { tone: 'danger', onClick: (event: Event) => { event.stopPropagation(); acted.push(row.id) } }, () => 'go') })],
      () => two, () => ({ pickable: true, onPick: (row: Line) => picked.push(row.id) }))
    place.querySelectorAll('button')[1]!.click()
    expect([picked, acted]).toEqual([[], ['2']])
    place.querySelectorAll<HTMLElement>('tbody tr')[0]!.click()
    expect([picked, acted]).toEqual([['1'], ['2']])
  })

  it('ticks one row, takes it back, ticks all', async () => {
    const chosen = ref<Line[]>([])
    const picked: unknown[] = []
    const place = shown(() => [h(YColumn, { type: 'selection', width: 44 })], () => two,
      () => ({ chosen: chosen.value, 'onUpdate:chosen': (rows: Line[]) => { chosen.value = rows }, onPick: (row: Line) => picked.push(row) }))
    const box = (at: number): HTMLInputElement => place.querySelectorAll<HTMLInputElement>('input')[at]!
    box(2).click()
    await nextTick()
    expect(chosen.value.map((one) => one.id)).toEqual(['2'])
    expect([box(0).checked, box(1).checked, box(2).checked]).toEqual([false, false, true])
    box(0).click()
    await nextTick()
    expect(chosen.value.map((one) => one.id)).toEqual(['1', '2'])
    box(1).click()
    await nextTick()
    expect(chosen.value.map((one) => one.id)).toEqual(['2'])
    expect(picked).toEqual([])
  })
})
