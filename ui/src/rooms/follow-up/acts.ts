// What one does with an item, wherever it is shown: the answer is told, and every list is asked for anew.
import { useQueryClient } from '@tanstack/vue-query'
import { ref } from 'vue'
import { assignFollowUp, callFollowUp, claimFollowUp, releaseFollowUp, reopenFollowUp, type FollowUpItem } from '@/api'
import { sayProblem } from '@/app/say'

export function useActs() {
  const queries = useQueryClient()
  const busy = ref('')

  async function act(item: { id: string }, work: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = item.id
    try {
      await work()
      return true
    } catch (problem) {
      sayProblem(problem)
      return false
    } finally {
      busy.value = ''
      await queries.invalidateQueries({ queryKey: ['follow-ups'] })
    }
  }

  const key = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return {
    busy,
    call: (item: FollowUpItem) => act(item, () => callFollowUp({ path: { item_id: item.id }, body: { key: key() } })),
    claim: (item: FollowUpItem) => act(item, () => claimFollowUp({ path: { item_id: item.id } })),
    release: (item: FollowUpItem) => act(item, () => releaseFollowUp({ path: { item_id: item.id } })),
    reopen: (item: FollowUpItem) => act(item, () => reopenFollowUp({ path: { item_id: item.id } })),
    assign: (item: FollowUpItem, person: string) => act(item, () => assignFollowUp({ path: { item_id: item.id }, body: { person_id: person } })),
  }
}
