// The page of another system for a call: what may be written, and when the desk opens it.
import { readFileSync } from 'node:fs'
import { QueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { reactive } from 'vue'
import type { CallPageOut } from '@/api'
import { i18n } from '@/i18n'
import type { WorkItem } from '@/rooms/agent-desktop/work'
import { fault, LONGEST, render } from '@/rooms/settings/url-pop'

const getCallPage = vi.fn()
vi.mock('@/api', () => ({ getCallPage: (...args: unknown[]) => getCallPage(...args), setLanguage: () => Promise.resolve() }))
const PopPage = (await import('@/rooms/agent-desktop/PopPage.vue')).default

const cases = JSON.parse(readFileSync('../tests/pure/url_pop_addresses.json', 'utf8')) as [string, string][]
const open = vi.spyOn(window, 'open')
const page: CallPageOut = { url: 'https://crm.example.com/?n=138', name_zh: '打开系统', name_en: 'Open it', opens: 'button', new_tab: false }

function desk(over: Partial<WorkItem> = {}) {
  const item = reactive({ callId: '1', direction: 'in', customerId: 'c1', pop: { call_id: '1' }, talked: false, ended: false, ...over } as WorkItem)
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const seen = mount(PopPage, { props: { item }, global: { plugins: [i18n, [VueQueryPlugin, { queryClient }]] } })
  return { item, seen, button: () => seen.find('[data-testid="pop-page"]') }
}

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
  getCallPage.mockReset().mockResolvedValue(page)
  open.mockReset().mockReturnValue({} as Window)
})

describe('an address that is typed', () => {
  it.each(cases)('%s: "%s"', (address, wrong) => expect(fault(address)).toBe(wrong))

  it('may be empty, and not longer than the server takes', () => {
    expect(fault('  ')).toBe('')
    expect(fault('https://crm/'.padEnd(LONGEST, 'x'))).toBe('')
    expect(fault('https://crm/'.padEnd(LONGEST + 1, 'x'))).toBe('too_long')
  })

  it('is tried with values that stay values', () => {
    const values = { number: '1&2', call_id: '/', called: '', queue: '', queue_name: '#', agent: '', customer_id: '' }
    expect(render('https://crm/{call_id}?n={number}#{queue_name}', values)).toBe('https://crm/%2F?n=1%262#%23')
  })
})

describe('the button at a call', () => {
  it('opens the page of this call and customer in the one window, and only when it is pressed', async () => {
    const { button, item } = desk()
    await flushPromises()
    expect(getCallPage).toHaveBeenCalledWith({ path: { call_id: '1' }, query: { customer_id: 'c1' } })
    expect(open).not.toHaveBeenCalled()
    await button().trigger('click')
    expect(open.mock.calls).toEqual([[page.url, 'yingda-crm']])
    item.customerId = 'c2'
    await flushPromises()
    expect(getCallPage).toHaveBeenLastCalledWith({ path: { call_id: '1' }, query: { customer_id: 'c2' } })
    item.ended = true
    await flushPromises()
    expect(button().exists()).toBe(false)
  })

  it('opens a tab of its own that knows nothing of ours, when that is set', async () => {
    getCallPage.mockResolvedValue({ ...page, new_tab: true })
    const { button } = desk()
    await flushPromises()
    await button().trigger('click')
    expect(open.mock.calls).toEqual([[page.url, '_blank', 'noopener,noreferrer']])
  })

  it('is not there without an address, within the house, and before the card has come', async () => {
    for (const over of [{ direction: 'internal' as const }, { pop: null }]) {
      const { button } = desk(over)
      await flushPromises()
      expect(button().exists()).toBe(false)
    }
    expect(getCallPage).not.toHaveBeenCalled()
    getCallPage.mockResolvedValue({ ...page, url: '', opens: 'ring' })
    const { button } = desk()
    await flushPromises()
    expect(button().exists()).toBe(false)
    expect(open).not.toHaveBeenCalled()
  })
})

describe('a page that opens by itself', () => {
  it('does so once when it rings, in the one window, also after a reload and for another customer', async () => {
    getCallPage.mockResolvedValue({ ...page, opens: 'ring', new_tab: true })
    const { item } = desk()
    await flushPromises()
    expect(open.mock.calls).toEqual([[page.url, 'yingda-crm']])
    item.customerId = 'c2'
    await flushPromises()
    desk()
    await flushPromises()
    expect(open).toHaveBeenCalledTimes(1)
    desk({ callId: '2' })
    await flushPromises()
    expect(open).toHaveBeenCalledTimes(2)
  })

  it('waits for the answer when that is set', async () => {
    getCallPage.mockResolvedValue({ ...page, opens: 'answer' })
    const { item } = desk()
    await flushPromises()
    expect(open).not.toHaveBeenCalled()
    item.talked = true
    await flushPromises()
    expect(open).toHaveBeenCalledTimes(1)
  })

  it('says that the browser blocked it, until the button has opened it', async () => {
    getCallPage.mockResolvedValue({ ...page, opens: 'ring' })
    open.mockReturnValueOnce(null)
    const { seen, button } = desk()
    await flushPromises()
    expect(seen.find('[data-testid="pop-page-blocked"]').exists()).toBe(true)
    await button().trigger('click')
    expect(open).toHaveBeenCalledTimes(2)
    expect(seen.find('[data-testid="pop-page-blocked"]').exists()).toBe(false)
  })
})
