// Names of people, queues and flows, for filters and lists.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { getDirectory } from '@/api'

/** `wanted`: where only a drawer needs the names, whether it is open. */
export function useDirectory(wanted: () => boolean = () => true) {
  const { data } = useQuery({ queryKey: ['directory'], queryFn: () => getDirectory(), enabled: wanted, staleTime: 60_000, shallow: true })
  return {
    people: computed(() => data.value?.people ?? []),
    queues: computed(() => data.value?.queues ?? []),
    flows: computed(() => data.value?.flows ?? []),
    departments: computed(() => data.value?.departments ?? []),
  }
}
