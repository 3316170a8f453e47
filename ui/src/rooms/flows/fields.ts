// Which fields the form shows for each kind of node, in order.
export type Field =
  | { kind: 'prompts'; name: string; required?: boolean }
  | { kind: 'text'; name: string; template?: boolean; long?: boolean; required?: boolean; max?: number }
  | { kind: 'number'; name: string; min: number; max: number }
  | { kind: 'choice'; name: string; options: readonly string[]; group: string }
  | { kind: 'switch'; name: string }
  | { kind: 'queue' | 'person' | 'flow' | 'box'; name: string }
  | { kind: 'keys' | 'answers' | 'rules' | 'headers' | 'into' | 'languages'; name: string }

const prompts: Field = { kind: 'prompts', name: 'prompts', required: true }
const wait: Field = { kind: 'number', name: 'timeout_s', min: 1, max: 60 }
const again: Field[] = [{ kind: 'number', name: 'retries', min: 0, max: 9 }, { kind: 'prompts', name: 'invalid_prompts' }, { kind: 'prompts', name: 'timeout_prompts' }]

/** `more`: shown folded, since its defaults do. */
export const FIELDS: Record<string, { first: Field[]; more: Field[] }> = {
  play: { first: [prompts], more: [] },
  menu: { first: [prompts, { kind: 'keys', name: 'keys' }], more: [wait, ...again] },
  collect: {
    first: [prompts, { kind: 'text', name: 'variable', required: true, max: 40 }, { kind: 'number', name: 'min_length', min: 1, max: 30 }, { kind: 'number', name: 'max_length', min: 1, max: 30 }, { kind: 'choice', name: 'end_key', options: ['#', '*', ''], group: 'flowEndKey' }],
    more: [{ kind: 'switch', name: 'masked' }, wait, { kind: 'number', name: 'digit_timeout_s', min: 1, max: 20 }, ...again],
  },
  branch: { first: [{ kind: 'rules', name: 'rules' }], more: [] },
  http: {
    first: [{ kind: 'choice', name: 'method', options: ['GET', 'POST'], group: 'flowMethod' }, { kind: 'text', name: 'url', template: true, required: true, max: 500 }, { kind: 'into', name: 'into' }],
    more: [{ kind: 'headers', name: 'headers' }, { kind: 'text', name: 'body', template: true, long: true, max: 4000 }, { kind: 'number', name: 'timeout_s', min: 1, max: 20 }, { kind: 'prompts', name: 'prompts' }],
  },
  pin: { first: [prompts, { kind: 'text', name: 'by', max: 40 }, { kind: 'number', name: 'length', min: 4, max: 12 }], more: [wait, ...again] },
  queue: { first: [{ kind: 'queue', name: 'queue' }, { kind: 'prompts', name: 'prompts' }, { kind: 'number', name: 'priority', min: 0, max: 100 }], more: [] },
  agent: { first: [{ kind: 'person', name: 'agent' }], more: [] },
  number: { first: [{ kind: 'text', name: 'number', template: true, required: true, max: 60 }], more: [] },
  voicemail: { first: [{ kind: 'box', name: 'box' }], more: [] },
  callback: { first: [{ kind: 'queue', name: 'queue' }], more: [] },
  survey: { first: [prompts, { kind: 'text', name: 'question', required: true, max: 40 }, { kind: 'answers', name: 'answers' }], more: [wait, ...again] },
  say: { first: [{ kind: 'text', name: 'variable', required: true, max: 40 }, { kind: 'choice', name: 'as', options: ['number', 'digits', 'amount', 'date'], group: 'flowAs' }, { kind: 'prompts', name: 'prompts' }, { kind: 'prompts', name: 'after' }], more: [] },
  set: { first: [{ kind: 'text', name: 'variable', required: true, max: 40 }, { kind: 'text', name: 'value', template: true, max: 500 }], more: [] },
  sub_flow: { first: [{ kind: 'flow', name: 'flow' }], more: [] },
  return: { first: [], more: [] },
  language: { first: [{ kind: 'choice', name: 'language', options: ['', 'zh', 'en'], group: 'flowLanguage' }, { kind: 'prompts', name: 'prompts' }, { kind: 'languages', name: 'keys' }], more: [wait, ...again] },
  hang_up: { first: [{ kind: 'prompts', name: 'prompts' }], more: [] },
}
