// Who is signed in on this page.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { getSession, logIn, logOut, setCsrf, setLanguage, type SessionOut } from '@/api'
import { asProblem } from '@/api/problem'
import { hasLanguageChoice, language, type Language } from '@/i18n'
import { setServerNow } from '@/kit/ticker'
import { siteZone } from '@/kit/time'
import { queryClient } from './queries'

export const useSession = defineStore('session', () => {
  const session = ref<SessionOut>()
  const asked = ref(false)

  const person = computed(() => session.value?.me)
  const isAgent = computed(() => can('agent.work') && Boolean(person.value?.extension))
  const mustChangePassword = computed(() => session.value?.must_change_password ?? false)

  const factorDue = computed(() => !mustChangePassword.value && (session.value?.factor_due ?? false))

  function can(permission: string): boolean {
    return session.value?.me.permissions.includes(permission) ?? false
  }

  function take(now: SessionOut | undefined): void {
    session.value = now
    asked.value = true
    setCsrf(now?.csrf ?? '')
    if (!now) return
    setServerNow(now.at)
    siteZone.value = now.timezone || siteZone.value
    if (!hasLanguageChoice()) language.value = now.me.language
    else if (language.value !== now.me.language) void chooseLanguage(language.value)
  }

  /** Asks the server once per page load; afterwards the answer is known. Throws only when the server is not reached. */
  async function find(): Promise<boolean> {
    if (!asked.value) {
      try {
        take(await getSession())
      } catch (error) {
        if (asProblem(error).status === 0 || asProblem(error).status >= 500) throw error
        take(undefined)
      }
    }
    return session.value !== undefined
  }

  async function signIn(number: string, password: string, code = ''): Promise<void> {
    take(await logIn({ body: { number, password, code } }))
  }

  async function signOut(): Promise<void> {
    try {
      await logOut()
    } finally {
      take(undefined)
    }
  }

  /** Switches the page at once, and tells the server, whose messages follow. */
  async function chooseLanguage(wanted: Language): Promise<void> {
    language.value = wanted
    if (!session.value) return
    session.value = { ...session.value, me: { ...session.value.me, language: wanted } }
    await setLanguage({ body: { language: wanted } }).catch(() => { /* the page itself has switched already */ })
    void queryClient.invalidateQueries() // sentences of the server come in the new language too
  }

  /** Something of the person changed, e.g. an extension was given: ask the server again. */
  async function renew(): Promise<void> {
    take(await getSession())
  }

  function passwordChanged(): void {
    if (session.value) session.value = { ...session.value, must_change_password: false }
  }

  return { session, person, isAgent, mustChangePassword, factorDue, can, take, find, renew, signIn, signOut, chooseLanguage, passwordChanged }
})
