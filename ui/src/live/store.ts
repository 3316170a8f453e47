// The live picture for the whole page.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { setServerNow } from '@/kit/ticker'
import { clientId } from '@/app/client-id'
import { emptyPicture, fold, type Picture } from './reducer'
import { LiveSocket, type LinkState } from './socket'
import type { AgentView, CallView, LiveMessage, PopCard } from './types'

export const useLive = defineStore('live', () => {
  const picture = shallowRef<Picture>(emptyPicture())
  const link = ref<LinkState>('connecting')
  const meId = ref('')
  let socket: LiveSocket | undefined
  let askedFor = 0

  const ready = computed(() => picture.value.seq >= 0)
  const stale = computed(() => link.value !== 'open' || !picture.value.engineUp)
  const agents = computed(() => Object.values(picture.value.tables.agents))
  /** Those whose work may be watched; of the others one knows only whether they can be called. */
  const watched = computed(() => agents.value.filter((one) => !one.brief))
  const calls = computed(() => Object.values(picture.value.tables.calls))
  const queues = computed(() => Object.values(picture.value.tables.queues).sort((a, b) => a.number.localeCompare(b.number)))
  const lines = computed(() => Object.values(picture.value.tables.lines))
  const switchView = computed(() => Object.values(picture.value.tables.switch)[0])
  const me = computed<AgentView | undefined>(() => picture.value.tables.agents[meId.value])
  const myCall = computed<CallView | undefined>(() => {
    const id = me.value?.call_id
    return id ? picture.value.tables.calls[id] : undefined
  })
  const myPop = computed<PopCard | undefined>(() => {
    const id = me.value?.call_id
    return id ? picture.value.tables.pops[id] : undefined
  })

  function take(message: LiveMessage): void {
    if (message.t === 'snapshot' || message.t === 'beat') setServerNow(message.at)
    const next = fold(picture.value, message)
    if (next === 'gap') return askForSnapshot()
    picture.value = next
  }

  function askForSnapshot(): void {
    // One request in flight is enough; every message of a gap would ask again.
    if (Date.now() - askedFor < 1_000) return
    askedFor = Date.now()
    socket?.send({ t: 'resync' })
  }

  function start(personId: string, onUnauthorised: () => void): void {
    stop()
    meId.value = personId
    const scheme = location.protocol === 'https:' ? 'wss' : 'ws'
    socket = new LiveSocket(`${scheme}://${location.host}/api/v1/live`, clientId(), {
      onMessage: (message) => take(message as LiveMessage),
      onState: (state) => { link.value = state },
      onUnauthorised,
    })
  }

  function stop(): void {
    socket?.close()
    socket = undefined
    picture.value = emptyPicture()
    link.value = 'connecting'
    meId.value = ''
  }

  return { picture, link, meId, ready, stale, agents, watched, calls, queues, lines, switchView, me, myCall, myPop, take, start, stop }
})
