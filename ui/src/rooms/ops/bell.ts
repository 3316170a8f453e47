// What is new for this person; asked for again whenever the server rings.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed, watch } from 'vue'
import { getBell } from '@/api'
import { useSession } from '@/app/session'
import { useLive } from '@/live/store'

export function useBell() {
  const live = useLive()
  const session = useSession()
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['bell'], queryFn: () => getBell(), enabled: computed(() => Boolean(session.person) && !session.mustChangePassword) })

  /** Everything of this room that is on a screen. */
  function refresh(): Promise<unknown> {
    return Promise.all(['bell', 'alarms', 'notices'].map((key) => queries.invalidateQueries({ queryKey: [key] })))
  }
  watch(() => live.picture.tables.bell, () => void refresh())
  return { news: computed(() => query.data.value), refresh }
}
