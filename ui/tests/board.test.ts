// @vitest-environment jsdom
import { mount } from '@vue/test-utils'
import { VueQueryPlugin } from '@tanstack/vue-query'
import { createPinia, setActivePinia } from 'pinia'
import { nextTick } from 'vue'
import { describe, expect, it } from 'vitest'
import { i18n } from '@/i18n'
import { useLive } from '@/live/store'
import AgentGrid from '@/rooms/board/AgentGrid.vue'

const agent = (n: number, presence = 'signed_out') => ({
  id: String(n), number: String(10_000 + n), name: `员工${n}`, presence, state: presence, engagement: 'free', phone: '', reason: '', station: '', call_id: '', since: 1, calls_today: 0, queues: [], brief: false,
})

async function board(many: number, working: number) {
  const pinia = createPinia()
  setActivePinia(pinia)
  const live = useLive()
  const agents = Array.from({ length: many }, (_, n) => agent(n, n >= many - working ? 'ready' : 'signed_out'))
  live.take({ t: 'snapshot', seq: 1, at: 1, engine: true, agents } as never)
  const grid = mount(AgentGrid, { props: { wall: false }, global: { plugins: [pinia, i18n, VueQueryPlugin] } })
  await nextTick()
  return grid
}

describe('the board of a company of thousands', () => {
  it('draws the first cards alone, those at work before those signed out', async () => {
    const cards = (await board(2_000, 3)).findAll('article')
    expect(cards.length).toBe(120)
    expect(cards.slice(0, 4).map((one) => one.attributes('data-agent'))).toEqual(['11997', '11998', '11999', '10000'])
  })

  it('draws on as one scrolls to the end, up to the last', async () => {
    const grid = await board(150, 0)
    expect(grid.findAll('article').length).toBe(120)
    await grid.find('[data-testid="board-agents"]').trigger('scroll')  // without a layout every place is the end
    expect(grid.findAll('article').length).toBe(150)
  })
})
