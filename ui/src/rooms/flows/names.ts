// Names of everything that a flow can name, asked for once and shared by all nodes.
import { useQuery } from '@tanstack/vue-query'
import { computed, type ComputedRef } from 'vue'
import { listFlows } from '@/api'
import { useDirectory } from '@/app/directory'
import { usePrompts } from '../prompts/sounds'
import type { Names } from './words'

export function useNames(): ComputedRef<Names> {
  const { queues, people } = useDirectory()
  const { byKey } = usePrompts()
  const { data: flows } = useQuery({ queryKey: ['admin', 'flows'], queryFn: () => listFlows() })
  return computed(() => ({
    prompts: byKey.value,
    queues: new Map(queues.value.map((one) => [one.number, `${one.number} ${one.name}`])),
    people: new Map(people.value.filter((one) => one.extension).map((one) => [one.extension ?? '', `${one.extension} ${one.name}`])),
    flows: new Map((flows.value ?? []).map((one) => [one.id, one.name])),
  }))
}
