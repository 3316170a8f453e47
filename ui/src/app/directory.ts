// Names of people, queues and flows, for filters and lists.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { getDirectory } from '@/api'

export function useDirectory() {
  const { data } = useQuery({ queryKey: ['directory'], queryFn: () => getDirectory(), staleTime: 60_000 })
  return {
    people: computed(() => data.value?.people ?? []),
    queues: computed(() => data.value?.queues ?? []),
    flows: computed(() => data.value?.flows ?? []),
    departments: computed(() => data.value?.departments ?? []),
  }
}
