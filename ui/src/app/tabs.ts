// The open pages. A page keeps its state while its tab is open.
import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import type { RouteLocationNormalizedLoaded } from 'vue-router'
import type { MessageKey } from '@/i18n'

export interface Tab {
  /** The address; also the name under which the page is kept alive. */
  key: string
  path: string
  title: MessageKey
  /** The object's own name, e.g. the customer's, shown instead of the title. */
  label: string
}

const PAGE = Symbol('page')
const KEY = 'yingda.tabs'
const MOST = 12

function kept(): Tab[] {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? '[]') as Tab[]
  } catch {
    return []
  }
}

export const useTabs = defineStore('tabs', () => {
  const tabs = ref<Tab[]>(kept())
  const current = ref('')
  /** The forms of each tab that hold something unsaved. */
  const marks = ref(new Map<string, Set<symbol>>())
  const dirty = computed(() => new Set(marks.value.keys()))
  const names = computed(() => tabs.value.map((tab) => tab.key))

  watch(tabs, (now) => sessionStorage.setItem(KEY, JSON.stringify(now)), { deep: true })

  function visit(route: RouteLocationNormalizedLoaded): void {
    const title = route.meta.title
    if (!title) return
    const key = route.path
    current.value = key
    const open = tabs.value.find((tab) => tab.key === key)
    if (open) {
      open.path = route.fullPath
      return
    }
    tabs.value.push({ key, path: route.fullPath, title, label: '' })
    if (tabs.value.length > MOST) {
      const oldest = tabs.value.findIndex((tab) => tab.key !== current.value && !dirty.value.has(tab.key))
      if (oldest >= 0) tabs.value.splice(oldest, 1)
    }
  }

  /** Closes and gives the address to go to when the tab was the open one, else "". */
  function close(key: string): string {
    const at = tabs.value.findIndex((tab) => tab.key === key)
    if (at < 0) return ''
    tabs.value.splice(at, 1)
    marks.value.delete(key)
    if (current.value !== key) return ''
    return tabs.value[Math.min(at, tabs.value.length - 1)]?.path ?? '/'
  }

  function closeOthers(key: string): void {
    tabs.value = tabs.value.filter((tab) => tab.key === key || dirty.value.has(tab.key))
  }

  function label(key: string, text: string): void {
    const tab = tabs.value.find((one) => one.key === key)
    if (tab) tab.label = text
  }

  /** Whether a form of the tab holds changes that are not saved. */
  function mark(key: string, unsaved: boolean, form = PAGE): void {
    const forms = new Set(marks.value.get(key))
    if (unsaved) forms.add(form)
    else forms.delete(form)
    if (forms.size) marks.value.set(key, forms)
    else marks.value.delete(key)
  }

  function clear(): void {
    marks.value.clear()
    tabs.value = []
    current.value = ''
  }

  return { tabs, current, dirty, names, visit, close, closeOthers, label, mark, clear }
})
