// One table of the agent's states: colour and icon, never colour alone. Texts stand under "state.<name>".
import { BellRing, Circle, Coffee, LogOut, Pause, PenLine, Phone, PhoneOutgoing, Unplug } from 'lucide-vue-next'
import type { Component } from 'vue'

export type Tone = 'ready' | 'ringing' | 'talk' | 'wrap' | 'break' | 'off' | 'fault'

export interface StateLook { tone: Tone; icon: Component }

const LOOKS: Record<string, StateLook> = {
  ready: { tone: 'ready', icon: Circle },
  ringing: { tone: 'ringing', icon: BellRing },
  talking: { tone: 'talk', icon: Phone },
  held: { tone: 'talk', icon: Pause },
  dialing: { tone: 'talk', icon: PhoneOutgoing },
  wrapping_up: { tone: 'wrap', icon: PenLine },
  on_break: { tone: 'break', icon: Coffee },
  signed_out: { tone: 'off', icon: LogOut },
  phone_down: { tone: 'fault', icon: Unplug },
}

export function lookOf(state: string): StateLook {
  return LOOKS[state] ?? { tone: 'off', icon: Circle }
}

export const STATE_ORDER = ['ringing', 'talking', 'held', 'dialing', 'ready', 'wrapping_up', 'on_break', 'phone_down', 'signed_out']

/** Outcome of a call → tone of its tag. */
export function outcomeTone(outcome: string): Tone {
  if (outcome === 'answered') return 'ready'
  if (outcome === '') return 'talk'
  if (outcome.startsWith('abandoned') || outcome === 'queue_timeout' || outcome === 'no_agents') return 'break'
  if (outcome === 'switch_lost' || outcome === 'phone_lost' || outcome === 'failed') return 'fault'
  return 'off'
}
