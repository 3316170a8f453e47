// The agent's own phone and state: joins the softphone, the live picture and the verbs of the API.
import { defineStore } from 'pinia'
import { computed, markRaw, ref, watch, type Ref } from 'vue'
import * as api from '@/api'
import { ApiProblem, asProblem } from '@/api/problem'
import { useLive } from '@/live/store'
import { Elsewhere, Softphone, type SoftphoneState } from '@/softphone/softphone'
import { clientId } from './client-id'
import { sayProblem } from './say'

export type PhoneKind = 'web' | 'desk' | 'outside'
const LAST_PHONE = 'yingda.phone'
const LAST_STATION = 'yingda.station.'
const GONE_PATIENCE_MS = 1_500
/** A second press so soon after the answer is the hand that pressed twice, not a wish to hang up. */
const ANSWERED_MS = 1_000
const MOST_DIGITS = 32
const SHOWN_MS = 1_000

export const useAgent = defineStore('agent', () => {
  const live = useLive()
  const phoneState = ref<SoftphoneState>({ phase: 'off', session: 'none', fault: '' })
  const busy = ref(new Set<string>())
  const kept = localStorage.getItem(LAST_PHONE)
  const lastPhone = ref<PhoneKind>(kept === 'desk' || kept === 'outside' ? kept : 'web')
  const lastStation = (phone: PhoneKind) => localStorage.getItem(LAST_STATION + phone) ?? ''

  const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
  // Raw: seen through a reactive proxy its fields would not be the objects that it put there.
  const softphone = markRaw(new Softphone(`${scheme}://${location.host}/api/v1/sip`, {
    open: async (takeOver, talking) => {
      try {
        return await api.openSoftphone({ body: { client: clientId(), take_over: takeOver, talking } })
      } catch (error) {
        throw asProblem(error).code === 'softphone_elsewhere' ? new Elsewhere() : error
      }
    },
    close: async () => { await api.closeSoftphone({ query: { client: clientId() } }) },
    changed: (state) => { phoneState.value = state },
  }))

  const view = computed(() => live.me)
  const call = computed(() => live.myCall)
  const usesWeb = computed(() => view.value?.phone === 'web')
  const signedIn = computed(() => view.value !== undefined && view.value.presence !== 'signed_out')
  const ownParty = computed(() => call.value?.parties.find((party) => party.agent_id === view.value?.id && party.state !== 'gone'))
  const muted = computed(() => ownParty.value?.muted ?? false)
  /** The customer is on hold with this agent; one who is asked meanwhile holds nobody. */
  const held = computed(() => (call.value?.held_since ?? 0) > 0 && call.value?.agent_id === view.value?.id)
  /** Listening to a colleague's call: it is not this person's to describe, and he stays where he is. */
  const watching = computed(() => view.value?.watching ?? '')
  const ringing = computed(() => view.value?.engagement === 'ringing')

  function can(verb: string): boolean {
    return !live.stale && (view.value?.can.includes(verb) ?? false)
  }

  const canAnswer = computed(() => (usesWeb.value ? phoneState.value.session === 'ringing' : can('answer')))
  /** The chosen phone is this browser's, and it does not work here. */
  const phoneTrouble = computed(() => usesWeb.value && signedIn.value && (phoneState.value.fault !== '' || !['registered', 'starting'].includes(phoneState.value.phase)))
  const canHangUp = computed(() => can('hang_up') || can('reject') || phoneState.value.session === 'up' || phoneState.value.session === 'ringing')

  /** Runs one verb; a refusal is told and gives undefined. The same verb does not run twice at once. */
  async function act<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    if (busy.value.has(name)) return undefined
    busy.value.add(name)
    try {
      return await work()
    } catch (error) {
      sayProblem(error)
      return undefined
    } finally {
      busy.value.delete(name)
    }
  }

  const isBusy = (name: string): boolean => busy.value.has(name)

  /** `station`: another extension (desk), or the number that is dialled for each call (outside). */
  async function startWork(phone: PhoneKind, takeOver = false, station = ''): Promise<boolean> {
    lastPhone.value = phone
    localStorage.setItem(LAST_PHONE, phone)
    localStorage.setItem(LAST_STATION + phone, station)
    const done = await act('sign_in', async () => {
      if (phone === 'web') {
        if (phoneState.value.phase !== 'registered') await softphone.start(takeOver)
        if (phoneState.value.phase !== 'registered') return false
      } else if (phoneState.value.phase !== 'off') await softphone.stop()
      await signInPatiently(phone, station)
      return true
    })
    return done ?? false
  }

  /** The switch tells the engine of a new registration a moment after it told the browser. */
  async function signInPatiently(phone: PhoneKind, station: string): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        await api.signInAgent({ body: { phone, station } })
        return
      } catch (error) {
        const early = phone === 'web' && error instanceof ApiProblem && error.code === 'phone_not_registered'
        if (!early || tries >= 8) throw error
        await new Promise((later) => setTimeout(later, 250))
      }
    }
  }

  async function endWork(): Promise<void> {
    await act('sign_out', async () => {
      await api.signOutAgent()
      if (phoneState.value.phase !== 'off') await softphone.stop()
    })
  }

  const ready = () => act('ready', () => api.setReady())
  /** A minute more to write; the server counts how often. */
  const prolong = () => act('prolong', () => api.prolongWrapUp())
  const takeBreak = (reason: string) => act('break', () => api.setBreak({ body: { reason } }))

  let answeredAt = -ANSWERED_MS
  async function answer(): Promise<void> {
    answeredAt = performance.now()
    if (usesWeb.value) return softphone.answer()
    const id = call.value?.id
    if (id) await act('answer', () => api.answerCall({ path: { call_id: id } }))
  }

  async function hangUp(): Promise<void> {
    const id = call.value?.id
    // With the engine away the phone itself can still end the call.
    if (!id || live.stale) return softphone.hangUp()
    await act('hang_up', () => (ringing.value && can('reject') ? api.rejectCall({ path: { call_id: id } }) : api.hangUpCall({ path: { call_id: id } })))
  }

  /** One key for both; who presses it twice in haste has still only answered. */
  async function answerOrHangUp(): Promise<void> {
    if (canAnswer.value) return answer()
    if (canHangUp.value && performance.now() - answeredAt > ANSWERED_MS) await hangUp()
  }

  const toggleHold = () => toggle('hold', held, (id, on) => (on ? api.holdCall : api.resumeCall)({ path: { call_id: id } }))
  const toggleMute = () => toggle('mute', muted, (id, on) => api.muteCall({ path: { call_id: id }, body: { on } }))

  /** Busy until the page shows it: a second press before that would ask for the same thing again and be refused. */
  const toggle = (name: string, state: Ref<boolean>, work: (id: string, on: boolean) => Promise<unknown>) => withCall(name, async (id) => {
    const before = state.value
    await work(id, !before)
    await new Promise<void>((done) => {
      const stop = watch(state, () => end())
      const late = window.setTimeout(() => end(), SHOWN_MS)
      const end = (): void => { stop(); window.clearTimeout(late); done() }
      if (state.value !== before) end()
    })
  })

  /** Keys go out in the order they were pressed; those pressed while others are on their way follow together. */
  let pressed = ''
  async function sendDigits(digits: string): Promise<void> {
    pressed += digits
    while (pressed && !isBusy('digits')) {
      const now = pressed.slice(0, MOST_DIGITS)
      pressed = pressed.slice(now.length)
      await withCall('digits', (id) => api.sendDigits({ path: { call_id: id }, body: { digits: now } }))
    }
  }

  async function withCall(name: string, work: (id: string) => Promise<unknown>): Promise<void> {
    const id = call.value?.id
    if (id) await act(name, () => work(id))
  }

  /** Take a call by hand: this one, what rings at this colleague, or who has waited longest in this group. */
  const pickUp = (which: { call_id?: string; agent_id?: string; queue_id?: string }) => act('pick_up', () => api.pickUpCall({ body: which }))

  /** Take the call that is parked in this slot. */
  const fetchParked = (slot: string) => act('fetch', () => api.fetchParked({ body: { slot } }))

  async function dial(number: string, customerId?: string | null): Promise<boolean> {
    const key = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')
    return (await act('dial', () => api.dial({ body: { number, key, ...(number.includes('*') && { customer_id: customerId ?? null }) } }))) !== undefined
  }

  /** After a reload: the server still knows us on the browser phone, so take it up again and let it ring back. */
  watch(() => [live.ready, view.value?.phone] as const, ([known, phone]) => {
    if (known && phone === 'web' && signedIn.value && phoneState.value.phase === 'off') void softphone.start()
  })

  /** The server says there is no call, yet media is open: the goodbye was lost with a dead socket. */
  let gone: number | undefined
  watch(() => [live.stale, view.value?.call_id, view.value?.engagement, phoneState.value.session] as const, () => {
    window.clearTimeout(gone)
    const idle = !live.stale && view.value !== undefined && !view.value.call_id && view.value.engagement === 'free'
    if (idle && phoneState.value.session === 'up') gone = window.setTimeout(() => softphone.dropIfUp(), GONE_PATIENCE_MS)
  })

  return {
    softphone, phoneState, isBusy, lastPhone, lastStation, view, call, usesWeb, signedIn, muted, held, ringing, watching, canAnswer, canHangUp, phoneTrouble,
    can, startWork, endWork, ready, prolong, takeBreak, answer, hangUp, answerOrHangUp, toggleHold, toggleMute, sendDigits, dial, pickUp, fetchParked,
  }
})
