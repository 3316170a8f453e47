// How many callers passed each node, while the overlay is on.
import { ref, shallowRef } from 'vue'
import { getFlowStatistics, type FlowFigures } from '@/api'

export interface NodeCounts { entries: number; hangUps: number; errors: number; ways: Record<string, number> }

const on = ref(false)
const figures = shallowRef<FlowFigures>()

/** The server's names of ways ("key:1", "rule:0") under the names of exits. */
function exitField(way: string): string {
  if (way.startsWith('key:')) return `keys.${way.slice(4)}`
  return way.startsWith('rule:') ? `rules.${way.slice(5)}.next` : way
}

export function useFigures() {
  async function load(flowId: string, since: number, until: number): Promise<void> {
    figures.value = await getFlowStatistics({ path: { flow_id: flowId }, query: { since, until } })
    on.value = true
  }

  function figuresOf(key: string): NodeCounts | undefined {
    if (!on.value || !figures.value) return undefined
    const node = figures.value.nodes.find((one) => one.node === key)
    const ways: Record<string, number> = {}
    for (const [way, count] of Object.entries(node?.ways ?? {})) ways[exitField(way)] = count
    return { entries: node?.entries ?? 0, hangUps: node?.hang_ups ?? 0, errors: node?.errors ?? 0, ways }
  }

  return { on, figures, load, figuresOf, hide: () => { on.value = false } }
}
