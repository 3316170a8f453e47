// Chinese is the source language; every other language has the type of the Chinese messages, so a missing key does not compile.
import { createI18n } from 'vue-i18n'
import { ref, watch } from 'vue'
import zh from './zh'
import en from './en'

export type Language = 'zh' | 'en'

type Leaves<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Leaves<T[K]>}` }[keyof T & string]
export type MessageKey = Leaves<typeof zh>

const KEY = 'yingda.language'

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEY)
  if (kept === 'zh' || kept === 'en') return kept
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

export const language = ref<Language>(firstLanguage())

export const i18n = createI18n({ legacy: false, locale: language.value, fallbackLocale: 'zh', messages: { zh, en } })

watch(language, (now) => {
  i18n.global.locale.value = now
  localStorage.setItem(KEY, now)
  document.documentElement.lang = now === 'zh' ? 'zh-CN' : 'en'
}, { immediate: true })

/** The sentence for `key` in the language of the moment; `params` fill its places. Reactive inside a template or computed. */
export function t(key: MessageKey, params: Record<string, string | number> = {}): string {
  return i18n.global.t(key, params)
}

/** The sentence for a code that the server sent, or `other` when this page does not know the code. */
export function tCode(group: string, code: string, other: string = code): string {
  const key = `${group}.${code}`
  return i18n.global.te(key, 'zh') ? i18n.global.t(key) : other
}

export function hasLanguageChoice(): boolean {
  return localStorage.getItem(KEY) !== null
}
