// What the form of a service group edits, and its defaults.
import type { PolicyIn, QueueIn, QueueOut } from '@/api'

export type Policy = Required<PolicyIn>
export type QueueDraft = Omit<Required<QueueIn>, 'policy'> & { policy: Policy }
export const STRATEGIES = ['longest_idle', 'round_robin', 'fewest_calls', 'least_talk', 'level', 'area', 'ring_all'] as const

export function emptyQueue(): QueueDraft {
  return {
    number: '', name: '', strategy: 'longest_idle', wrap_up_s: 15, ring_s: 20, max_wait_s: 600, service_level_s: 20, music: 'default', priority: 0, active: true, survey_flow_id: null, members: [],
    policy: {
      plan_id: null, closed_to: 'hang_up:', nobody_to: '', breaks_to: '', full_length: 0, full_to: 'hang_up:yd/no-agent', wait_to: 'hang_up:yd/no-agent', sticky: false, sticky_days: 30, sticky_wait_s: 20,
      announce_every_s: 30, say_position: true, say_wait: true, comfort: 'yd/still-busy', exit_key: '', exit_to: '', say_agent: false, auto_answer: false, survey_link: false, box_greeting: '', box_longest_s: 180,
    },
  }
}

export function draftOfQueue({ id: _, rev: __, members, strategy, policy, ...row }: QueueOut): QueueDraft {
  return {
    ...row, strategy: strategy as QueueDraft['strategy'], policy: { ...policy },
    members: members.map(({ person_id, level, areas }) => ({ person_id, level, areas })),
  }
}
