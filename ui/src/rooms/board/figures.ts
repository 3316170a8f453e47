// The board's figures, from the live picture alone.
import type { AgentView, CallView, LinesView, QueueView } from '@/live/types'

export interface Figures {
  waiting: number
  /** Since when the longest waiting caller waits, UTC ms; 0 when nobody does. */
  longestSince: number
  offered: number
  answered: number
  abandoned: number
  /** Share of the offered calls that were answered in time, 0…1; null when there was none. */
  serviceLevel: number | null
  linesUsed: number
  linesAll: number
  blocked: number
  /** Agents by the state shown. */
  byState: Record<string, number>
}

export function figuresOf(queues: QueueView[], lines: LinesView[], agents: AgentView[]): Figures {
  const sum = <T>(rows: T[], pick: (row: T) => number) => rows.reduce((all, row) => all + pick(row), 0)
  const since = queues.map((queue) => queue.longest_since).filter((at) => at > 0)
  const answered = sum(queues, (queue) => queue.answered_today)
  const abandoned = sum(queues, (queue) => queue.abandoned_today)
  const settled = answered + abandoned
  const byState: Record<string, number> = {}
  for (const agent of agents) {
    const state = shownState(agent)
    byState[state] = (byState[state] ?? 0) + 1
  }
  return {
    waiting: sum(queues, (queue) => queue.waiting),
    longestSince: since.length ? Math.min(...since) : 0,
    offered: sum(queues, (queue) => queue.offered_today),
    answered,
    abandoned,
    serviceLevel: settled ? sum(queues, (queue) => queue.in_time_today) / settled : null,
    linesUsed: sum(lines, (line) => line.in_use),
    linesAll: sum(lines, (line) => line.capacity),
    blocked: sum(lines, (line) => line.blocked_today),
    byState,
  }
}

/** A signed-in agent whose phone is gone is never shown as idle. */
export function shownState(agent: AgentView): string {
  return agent.presence !== 'signed_out' && agent.engagement === 'free' && !agent.phone_ok ? 'phone_down' : agent.state
}

export function serviceLevelOf(queue: QueueView): number | null {
  const settled = queue.answered_today + queue.abandoned_today
  return settled ? queue.in_time_today / settled : null
}

/** "83.3%", "–" when there is nothing to divide. */
export function percent(share: number | null): string {
  return share === null ? '–' : `${(share * 100).toFixed(1)}%`
}

/** What rings at other phones and this agent may take by hand, as the engine decides it; the longest first. */
export function ringingCalls(calls: CallView[], me: AgentView | undefined, all: boolean): CallView[] {
  if (!me) return []
  return calls
    .filter((call) => call.rings_at && call.rings_at !== me.extension && (all || (call.state === 'offered' && me.queues.includes(call.queue_id)) || (me.phone_group !== '' && call.rings_group === me.phone_group)))
    .sort((a, b) => (a.ringing_since || a.started_at) - (b.ringing_since || b.started_at))
}

export function waitingCalls(calls: CallView[]): CallView[] {
  return calls
    .filter((call) => call.waiting_since > 0 && (call.state === 'waiting' || call.state === 'offered' || call.state === 'rejoining'))
    .sort((a, b) => a.waiting_since - b.waiting_since)
}
