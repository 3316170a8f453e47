// The kinds of nodes: icon, colour and where they stand in the palette. Texts under "flowKind.<kind>".
import { Banknote, Calculator, CircleStop, CornerDownLeft, GitBranch, Grid3x3, Headset, KeyRound, Languages, ListTree, MessageSquareHeart, PhoneForwarded, PhoneIncoming, PlugZap, Variable, Voicemail, Volume2, Workflow } from 'lucide-vue-next'
import type { Component } from 'vue'

export type KindGroup = 'speak' | 'decide' | 'connect' | 'end'
export interface KindLook { icon: Component; group: KindGroup }

export const KINDS: Record<string, KindLook> = {
  play: { icon: Volume2, group: 'speak' },
  menu: { icon: Grid3x3, group: 'speak' },
  collect: { icon: Calculator, group: 'speak' },
  say: { icon: Banknote, group: 'speak' },
  language: { icon: Languages, group: 'speak' },
  survey: { icon: MessageSquareHeart, group: 'speak' },
  branch: { icon: GitBranch, group: 'decide' },
  set: { icon: Variable, group: 'decide' },
  http: { icon: PlugZap, group: 'decide' },
  pin: { icon: KeyRound, group: 'decide' },
  sub_flow: { icon: Workflow, group: 'decide' },
  queue: { icon: ListTree, group: 'connect' },
  agent: { icon: Headset, group: 'connect' },
  number: { icon: PhoneForwarded, group: 'connect' },
  voicemail: { icon: Voicemail, group: 'end' },
  callback: { icon: PhoneIncoming, group: 'end' },
  return: { icon: CornerDownLeft, group: 'end' },
  hang_up: { icon: CircleStop, group: 'end' },
}
export const GROUPS: KindGroup[] = ['speak', 'decide', 'connect', 'end']

export function lookOfKind(kind: string): KindLook {
  return KINDS[kind] ?? { icon: CircleStop, group: 'end' }
}
