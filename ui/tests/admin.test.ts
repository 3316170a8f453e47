// What the administration's forms and lists owe to whoever types fast, half, or early.
import { VueQueryPlugin } from '@tanstack/vue-query'
import { flushPromises, mount } from '@vue/test-utils'
import { ElFormItem, ElInput, ElSelect } from 'element-plus'
import { Hash } from 'lucide-vue-next'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick, ref } from 'vue'
import { ApiProblem } from '@/api/problem'
import type { TrunkOut } from '@/api'
import { inWords } from '@/app/say'
import { i18n } from '@/i18n'
import YColumn from '@/kit/YColumn'
import { useFieldErrors } from '@/kit/field-errors'
import AdminTable from '@/rooms/admin/AdminTable.vue'
import EditDrawer from '@/rooms/admin/EditDrawer.vue'
import { FIRST, useRecord } from '@/rooms/admin/record'
import { choosable } from '@/rooms/admin/trunks'
import { changesOf } from '@/rooms/ops/changes'
import WayOn from '@/rooms/admin/WayOn.vue'

vi.mock('vue-router', () => ({ useRoute: () => ({ path: '/page' }), useRouter: () => ({}) }))
vi.mock('@/app/directory', () => ({ useDirectory: () => ({ people: ref([]), queues: ref([{ id: '1', number: '801', name: 'Sales', active: true }]), flows: ref([]) }) }))
const plugins = [i18n, createPinia(), VueQueryPlugin]
const others = Array.from({ length: FIRST + 5 }, (_, n) => ({ id: String(n), name: `Person ${n}` }))

beforeEach(() => setActivePinia(createPinia()))

describe('a form', () => {
  it('that is sent twice before the answer is there makes one record', async () => {
    let answer!: () => void
    const save = vi.fn(() => new Promise<void>((done) => { answer = done }))
    mount(EditDrawer, { props: { modelValue: true, title: 'New', faults: useFieldErrors(), dirty: true, save, saveText: 'Save' }, slots: { default: () => h(ElFormItem, () => h(ElInput)) }, global: { plugins }, attachTo: document.body })
    await flushPromises()
    const send = document.querySelector<HTMLElement>('[data-submit]')!
    send.click()
    send.click()
    expect(save).toHaveBeenCalledTimes(1)
    answer()
    await flushPromises()
    send.click()
    expect(save).toHaveBeenCalledTimes(2)
  })

  it('puts the cursor into the first field that is wrong', async () => {
    const faults = useFieldErrors()
    const fields = () => ['name', 'number'].map((name) => h(ElFormItem, { error: faults.errors[name] }, () => h(ElInput, { 'data-testid': name })))
    const save = () => Promise.reject(new ApiProblem(422, 'invalid', '', { number: { code: 'taken', message: 'Taken.' } }))
    const drawer = mount(EditDrawer, { props: { modelValue: true, title: 'Numbers', faults, dirty: true, save }, slots: { default: fields }, global: { plugins }, attachTo: document.body })
    await flushPromises()
    const all = [...document.querySelectorAll<HTMLElement>('[data-submit]')]
    all.at(-1)!.click()
    await vi.waitFor(() => expect((document.activeElement as HTMLElement).dataset.testid).toBe('number'))
    drawer.unmount()
  })

  it('tells "go to" without a target as that, and not as "wait on"', async () => {
    const told = vi.fn()
    const way = mount(WayOn, { props: { modelValue: '', label: 'Nobody', staying: true, testid: 'way', 'onUpdate:modelValue': told }, global: { plugins } })
    const pick = (name: string) => way.findAllComponents(ElSelect).find((one) => one.attributes('data-testid') === name)!
    pick('way-mode').vm.$emit('update:modelValue', 'go')
    expect(told).toHaveBeenLastCalledWith('queue:')
    await way.setProps({ modelValue: 'queue:' })
    pick('way-kind').vm.$emit('update:modelValue', 'voicemail')
    expect(told).toHaveBeenLastCalledWith('voicemail:')
    await way.setProps({ modelValue: 'voicemail:' })
    pick('way-value').vm.$emit('update:modelValue', '801')
    expect(told).toHaveBeenLastCalledWith('voicemail:801')
  })
})

it('a refusal of fields that no form shows is told in the words of those fields', () => {
  const [long, missing] = [{ code: 'too_long', message: 'Too long.' }, { code: 'required', message: 'Required.' }]
  expect(inWords(new ApiProblem(422, 'invalid', 'See the marked fields.', { name: long, note: long, number: missing }))).toBe('Too long. Required.')
  expect(inWords(new ApiProblem(409, 'in_use', 'In use.'))).toBe('In use.')
})

it('lines out of use and the test caller\'s own cannot be chosen, what is chosen already stays', () => {
  const line = (id: string, active: boolean, endpoint = `trunk-${id}`) => ({ id, active, endpoint }) as TrunkOut
  const all = [line('a', true), line('b', false), line('c', true, 'trunk-test-call')]
  expect(choosable(all, []).map((one) => one.id)).toEqual(['a'])
  expect(choosable(all, ['b', null]).map((one) => one.id)).toEqual(['a', 'b'])
})

describe('a long list', () => {
  it('says that it is still loading while only its first rows are searched, and fetches the rest at once', async () => {
    let answer!: (rows: typeof others) => void
    const whole = vi.fn(() => new Promise<typeof others>((done) => { answer = done }))
    const find = ref('')
    let hurry!: () => void
    const Page = defineComponent({
      setup() {
        const list = useRecord('people', whole, () => ({ name: '' }), ({ name }) => ({ name }), undefined, async () => others.slice(0, FIRST))
        hurry = list.hurry
        return () => h(AdminTable, { title: 'People', addText: 'New', rows: list.rows.value?.filter((row) => row.name.includes(find.value)), partial: list.partial.value, error: null, icon: Hash, emptyTitle: 'Nobody', emptyText: '', testid: 'people' }, () => h(YColumn, { label: 'Name', prop: 'name' }))
      },
    })
    const page = mount(Page, { global: { plugins } })
    await flushPromises()
    expect(page.find('[data-testid="people-rest"]').exists()).toBe(false)
    expect(whole).not.toHaveBeenCalled()
    find.value = String(FIRST)
    hurry()
    await nextTick()
    await flushPromises()
    expect(whole).toHaveBeenCalledTimes(1)
    expect(page.text()).not.toContain('Nobody')
    find.value = '1'
    await nextTick()
    expect(page.find('[data-testid="people-rest"]').exists()).toBe(true)
    answer(others)
    await vi.waitFor(() => expect(page.find('[data-testid="people-rest"]').exists()).toBe(false))
    find.value = String(FIRST)
    await nextTick()
    expect(page.text()).toContain(`Person ${FIRST}`)
  })
})

it('the audit log tells kinds and roles in words, and what has none as it is', () => {
  const lines = changesOf(null, { kind: 'black', role: 'agent', note: 'x', strategy: 'no such' })
  expect(lines.map((line) => line.after)).toEqual([i18n.global.t('callerKind.black'), i18n.global.t('role.agent'), 'x', 'no such'])
})
