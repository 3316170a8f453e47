// The guide's last step tells whoever sets up in the evening why the phone does not ring.
import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { i18n } from '@/i18n'
import StepTest from '@/rooms/guide/StepTest.vue'

let state = 'closed'
vi.mock('@/api', () => ({
  listNumbers: async () => [{ number: '4008002000', plan_id: '7' }, { number: '4008002001', plan_id: null }],
  listHours: async () => [{ id: '7', state }],
}))
vi.mock('vue-router', () => ({ useRouter: () => ({}) }))
vi.mock('@/app/agent', () => ({ useAgent: () => ({ view: undefined, call: undefined, ringing: false }) }))
vi.mock('@/app/session', () => ({ useSession: () => ({ isAgent: true, can: () => true }) }))

const warned = async (numbers: string[]): Promise<boolean> => {
  const page = mount(StepTest, { props: { guide: { numbers } as never }, global: { plugins: [i18n, createPinia(), VueQueryPlugin], stubs: { RouterLink: true } } })
  await flushPromises()
  await vi.waitFor(() => expect(page.find('[data-testid="test-marks"]').exists()).toBe(true))
  await flushPromises()
  return page.find('[data-testid="test-closed"]').exists()
}

it('a test call outside the opening hours is told to reach nobody', async () => {
  expect(await warned(['4008002000'])).toBe(true)
  expect(await warned(['4008002001'])).toBe(false)
  state = 'open'
  expect(await warned(['4008002000'])).toBe(false)
})
