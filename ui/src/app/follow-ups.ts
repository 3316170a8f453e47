// The follow-up's counts for menu and page: asked anew when the server says that something changed.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, watch } from 'vue'
import { countFollowUps } from '@/api'
import { useLive } from '@/live/store'
import { useSession } from './session'

export function useFollowUpCounts() {
  const session = useSession()
  const live = useLive()
  const queries = useQueryClient()
  const { data } = useQuery({ queryKey: ['follow-ups', 'counts'], queryFn: () => countFollowUps(), enabled: computed(() => session.can('follow_ups.work')), refetchInterval: 60_000 })
  watch(() => [live.picture.tables.news.follow_ups?.at, live.stale] as const, ([at, stale], [was, wasStale]) => {
    if (at !== was || (wasStale && !stale)) void queries.invalidateQueries({ queryKey: ['follow-ups'] })
  })
  return data
}
