// How far the set-up is: every step is marked by what is really there, so it goes on where it was left.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { getGuide, type GuideOut } from '@/api'
import { useSession } from '@/app/session'

export const STEPS = ['departments', 'people', 'line', 'hotline', 'test'] as const
export type Step = (typeof STEPS)[number]

export function doneSteps(guide: GuideOut): Record<Step, boolean> {
  return {
    departments: guide.departments > 0,
    people: guide.workers > 0,
    line: guide.trunks > 0,
    hotline: guide.numbers.length > 0,
    test: guide.answered > 0,
  }
}

export function useGuide() {
  const session = useSession()
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['admin', 'guide'], queryFn: () => getGuide(), enabled: computed(() => session.can('settings.edit')), staleTime: 60_000 })
  return {
    guide: query.data,
    error: query.error,
    again: () => query.refetch(),
    /** After a step: its mark, and every list that shows what it made. */
    refresh: () => Promise.all([queries.invalidateQueries({ queryKey: ['admin'] }), queries.invalidateQueries({ queryKey: ['directory'] })]),
  }
}
