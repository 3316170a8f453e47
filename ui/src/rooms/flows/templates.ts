// Flows to begin with: a simple menu, day and night, a choice of language.
import { arranged } from './layout'
import type { FlowDoc, FlowNode } from './doc'
import { newNode } from './doc'

export const TEMPLATES = ['menu', 'day_night', 'languages', 'empty'] as const
export type TemplateName = (typeof TEMPLATES)[number]

/** `say` gives the titles in the reader's language; `queues`: numbers of the groups to lead to, in order. */
export function template(name: TemplateName, say: (key: string) => string, queues: string[]): FlowDoc {
  const made = (kind: string, title: string, fields: Partial<FlowNode> = {}): FlowNode => ({ ...newNode(kind, say(title), 0, 0), ...fields })
  const first = queues[0] ?? ''
  const second = queues[1] ?? first
  const menu = made('menu', 'mainMenu', { prompts: ['yd/main-menu'], keys: { 1: 'sales', 2: 'service' }, failed: 'excuse' })
  const targets = { sales: made('queue', 'sales', { queue: first }), service: made('queue', 'service', { queue: second }), excuse: made('play', 'excuse', { prompts: ['yd/too-many-tries'], next: 'sales' }) }
  const welcome = made('play', 'welcome', { prompts: ['yd/welcome'], next: 'menu' })
  const nodes: Record<TemplateName, Record<string, FlowNode>> = {
    menu: { welcome, menu, ...targets },
    day_night: {
      hours: made('branch', 'hours', { rules: [{ title: say('open'), when: [{ on: 'time', days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }], next: 'welcome' }], otherwise: 'closed' }),
      welcome, menu, ...targets,
      closed: made('play', 'closed', { prompts: ['yd/after-hours'], next: 'message' }), message: made('voicemail', 'message', { box: first }),
    },
    languages: {
      choose: made('language', 'choose', { prompts: ['tone:beep'], keys: { 1: 'zh', 2: 'en' }, next: 'welcome' }), welcome, menu, ...targets,
    },
    empty: {},
  }
  const start = { menu: 'welcome', day_night: 'hours', languages: 'choose', empty: '' }[name]
  return arranged({ start, error: '', nodes: nodes[name] })
}
