// Words for nodes, exits and faults, and the one line that says what a node does.
import { language, t, tCode } from '@/i18n'
import { nameOf } from '../prompts/sounds'
import type { PromptOut } from '@/api'
import type { FlowNode } from './doc'

export interface Names { prompts: Map<string, PromptOut>; queues: Map<string, string>; people: Map<string, string>; flows: Map<string, string> }

export function exitName(field: string, node?: FlowNode): string {
  if (field.startsWith('keys.')) return t('flow.key', { key: field.slice(5) })
  const rule = /^rules\.(\d+)\.next$/.exec(field)
  if (rule) return node?.rules?.[Number(rule[1])]?.title || t('flow.rule', { n: Number(rule[1]) + 1 })
  return tCode(`flowExit.${node?.kind ?? ''}`, field, tCode('flowExit', field))
}

export function titleOf(node: FlowNode): string {
  return node.title || tCode('flowKind', node.kind)
}

function promptText(key: string, names: Names): string {
  const prompt = names.prompts.get(key)
  return prompt ? nameOf(prompt, language.value) : key
}

/** What the node does, in one line. "" when nothing is set yet. */
export function summary(node: FlowNode, names: Names): string {
  const said = (node.prompts ?? []).map((key) => promptText(key, names)).join(' ')
  const text = (field: string) => String(node[field] ?? '')
  switch (node.kind) {
    case 'queue': case 'callback': return names.queues.get(text('queue')) ?? text('queue')
    case 'agent': return names.people.get(text('agent')) ?? text('agent')
    case 'number': return text('number')
    case 'voicemail': return names.queues.get(text('box')) ?? names.people.get(text('box')) ?? text('box')
    case 'set': return node.variable ? `${text('variable')} = ${text('value')}` : ''
    case 'say': return node.variable ? `{${text('variable')}} ${tCode('flowAs', text('as'))}` : ''
    case 'collect': return node.variable ? `→ {${text('variable')}} · ${said}` : said
    case 'http': return text('url').replace(/^https?:\/\//, '')
    case 'sub_flow': return names.flows.get(text('flow')) ?? ''
    case 'language': return text('language') && !said ? tCode('promptLanguage', text('language')) : said
    case 'branch': return (node.rules ?? []).map((rule) => rule.title).filter(Boolean).join(' / ')
    default: return said
  }
}
