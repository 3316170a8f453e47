// What the search form of the call list asks for, and how it becomes a query of the API.
import type { ListCallsData } from '@/api'
import { WITHOUT } from '@/app/categories'
import { day, instantOf, nextDay } from '@/kit/time'

export interface CallFilter {
  number: string
  agentId: string
  queueId: string
  categoryId: string
  direction: '' | 'in' | 'out' | 'internal'
  outcome: string
  /** Two dates "2026-11-22" of the site's calendar, both inclusive. */
  days: [string, string] | null
  minS: number | null
  maxS: number | null
}

export const MISSED = 'abandoned_menu,abandoned_queue,abandoned_ring,no_agents,queue_timeout,queue_full,left_queue,out_of_hours,abandoned_message,unknown_number,lines_full,blocked'

export function emptyFilter(now: number): CallFilter {
  return { number: '', agentId: '', queueId: '', categoryId: '', direction: '', outcome: '', days: [day(now), day(now)], minS: null, maxS: null }
}

export function queryOf(filter: CallFilter): NonNullable<ListCallsData['query']> {
  const { number, agentId, queueId, categoryId, direction, outcome, days, minS, maxS } = filter
  return {
    ...(number.trim() && { number: number.replace(/[\s-]/g, '') }),
    ...(agentId && { agent_id: agentId }),
    ...(queueId && { queue_id: queueId }),
    ...(categoryId && (categoryId === WITHOUT ? { uncategorised: true } : { category_id: categoryId })),
    ...(direction && { direction }),
    ...(outcome && { outcome }),
    ...(days && { from: instantOf(days[0]), to: nextDay(days[1]) }),
    ...(minS !== null && { min_s: minS }),
    ...(maxS !== null && { max_s: maxS }),
  }
}
