// No form of the page loses what was typed: each says that it is not saved, or is one of those that have nothing to lose.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { describe, expect, it, vi } from 'vitest'
import { defineComponent, h, ref } from 'vue'
import { ApiProblem } from '@/api/problem'
import { useForm } from '@/app/form'
import { useTabs } from '@/app/tabs'
import { useUnsaved } from '@/app/unsaved'

vi.mock('vue-router', () => ({ useRoute: () => ({ path: '/page' }) }))
const asked = vi.fn(async () => true)
vi.mock('@/app/say', () => ({ sayDone: () => {}, confirmed: () => asked() }))

/** Forms without a guard, and why that is right. */
const NOTHING_TO_LOSE: Record<string, string> = {
  'rooms/account/ResetPage.vue': 'before the log-in: no tabs yet',
  'rooms/customers/CustomerForm.vue': 'its page and the desk keep the draft',
  'rooms/guide/StepTest.vue': 'one number for one call',
  'rooms/login/LoginPage.vue': 'before the log-in: no tabs yet',
  'rooms/setup/SetupPage.vue': 'before the log-in: no tabs yet; the window asks',
}

function* files(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* files(path)
    else if (entry.name.endsWith('.vue')) yield path
  }
}

describe('what was typed and not saved', () => {
  it('every form guards it', () => {
    const bare = [...files('src')].filter((path) => {
      const text = readFileSync(path, 'utf8')
      return /<ElForm[\s>]/.test(text) && !/\buse(Unsaved|Form|Typed)[(<]|tabs\.mark\(/.test(text)
    }).map((path) => path.replace(/\\/g, '/').replace(/^src\//, ''))
    expect(bare.sort(), 'use useUnsaved or useForm (app/), or say above why nothing is lost').toEqual(Object.keys(NOTHING_TO_LOSE).sort())
  })

  it('every dialog that is typed into asks before it closes', () => {
    const typed = (path: string): boolean => /<ElInput(Number)?[\s>]/.test(readFileSync(path, 'utf8'))
    const bare = [...files('src')].filter((path) => {
      const text = readFileSync(path, 'utf8')
      const parts = [...text.matchAll(/import \w+ from '([.@]\/?[^']+\.vue)'/g)].map(([, part]) => (part!.startsWith('@/') ? part!.replace('@', 'src') : join(dirname(path), part!)))
      return /<ElDialog[\s>]/.test(text) && [path, ...parts].some(typed) && !/<ElDialog[^>]*:before-close=/s.test(text)
    })
    expect(bare, 'give the dialog beforeClose of useUnsaved').toEqual([])
  })
})

it('a dialog asks for what is typed inside its parts, and no more once they are gone', async () => {
  setActivePinia(createPinia())
  const typed = ref(false)
  const inside = ref(true)
  let close!: (done: () => void) => Promise<void>
  const Part = defineComponent({ setup: () => { useUnsaved(typed); return () => h('i') } })
  const Dialog = defineComponent({ setup: (_, { slots }) => { close = useUnsaved().beforeClose; return () => h('div', slots.default?.()) } })
  const box = mount(defineComponent({ setup: () => () => h(Dialog, null, () => (inside.value ? h(Part) : undefined)) }))
  const done = vi.fn()
  await close(done)
  expect([done.mock.calls.length, asked.mock.calls.length]).toEqual([1, 0])
  typed.value = true
  await Promise.resolve()
  expect(useTabs().dirty.has('/page')).toBe(true)
  asked.mockResolvedValueOnce(false)
  await close(done)
  expect([done.mock.calls.length, asked.mock.calls.length], 'the part holds it back').toEqual([1, 1])
  inside.value = false
  await Promise.resolve()
  await close(done)
  expect([done.mock.calls.length, asked.mock.calls.length]).toEqual([2, 1])
  expect(useTabs().dirty.has('/page')).toBe(false)
  box.unmount()
})

interface Kept { rev: string; name: string; count: number }

function formOver(server: { now: Kept }) {
  let form!: ReturnType<typeof useForm<Kept, Omit<Kept, 'rev'>>>
  const seen: (string | undefined)[] = []
  const box = mount(defineComponent({
    setup() {
      form = useForm({
        draftOf: ({ rev: _, ...rest }: Kept) => rest,
        load: async () => ({ ...server.now }),
        store: async (draft: Omit<Kept, 'rev'>, read) => {
          seen.push(read['If-Match'])
          if (read['If-Match'] !== server.now.rev) throw new ApiProblem(409, 'changed_meanwhile', '')
          server.now = { ...draft, rev: `${server.now.rev}+` }
        },
      })
      form.begin(server.now)
      return () => h('div')
    },
  }))
  return { form, seen, box }
}

describe('one thing that two people edit', () => {
  it('the second is told, keeps what he typed, gets what the other did, and then counts', async () => {
    setActivePinia(createPinia())
    const server = { now: { rev: 'a', name: 'x', count: 1 } }
    const { form, seen } = formOver(server)
    server.now = { rev: 'b', name: 'other', count: 1 }
    form.draft.value!.count = 7
    expect(await form.save()).toBe(false)
    expect(server.now.count).toBe(1)
    expect(form.draft.value).toEqual({ name: 'other', count: 7 })
    expect(form.faults.message.value).not.toBe('')
    expect(await form.save()).toBe(true)
    expect(server.now).toMatchObject({ name: 'other', count: 7 })
    form.draft.value!.count = 8
    expect(await form.save()).toBe(true)
    expect(seen).toEqual(['a', 'b', 'b+'])
  })

  it('a refreshed list never overwrites what is being typed; the tab is marked until it is saved or gone', async () => {
    setActivePinia(createPinia())
    const tabs = useTabs()
    const server = { now: { rev: 'a', name: 'x', count: 1 } }
    const { form, box } = formOver(server)
    const second = formOver(server)
    expect(tabs.dirty.has('/page')).toBe(false)
    form.draft.value!.name = 'typed'
    second.form.draft.value!.name = 'also'
    await Promise.resolve()
    form.follow({ rev: 'z', name: 'other', count: 2 })
    expect(form.draft.value!.name).toBe('typed')
    expect(tabs.dirty.has('/page')).toBe(true)
    second.box.unmount()
    expect(tabs.dirty.has('/page')).toBe(true)
    expect(await form.save()).toBe(true)
    await Promise.resolve()
    expect(tabs.dirty.has('/page')).toBe(false)
    box.unmount()
  })

  it('what is typed while a saving is on its way is kept, and not taken for saved', async () => {
    setActivePinia(createPinia())
    const server = { now: { rev: 'a', name: 'x', count: 1 } }
    const { form, box } = formOver(server)
    form.draft.value!.name = 'first'
    const saving = form.save()
    form.draft.value!.count = 5
    expect(await saving).toBe(true)
    expect(server.now).toMatchObject({ name: 'first', count: 1 })
    expect(form.draft.value).toEqual({ name: 'first', count: 5 })
    expect(form.dirty.value).toBe(true)
    expect(await form.save()).toBe(true)
    expect(server.now.count).toBe(5)
    box.unmount()
  })
})
