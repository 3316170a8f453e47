// What calls can be about: the administrator's tree, as the agent chooses from it and as the lists search by it.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { listCallCategories, type CategoryOut } from '@/api'
import { language } from '@/i18n'
import { useSession } from './session'

/** Stands for "calls that nobody gave a category" where one searches. */
export const WITHOUT = 'without'

export interface Branch { id: string; label: string; disabled: boolean; active: boolean; children: Branch[] }

export const categoryName = (one: CategoryOut): string => (language.value === 'zh' ? one.name_zh : one.name_en)

/** The rows as a tree. Those that are archived stay out unless they are asked for, or are `kept`: chosen before they were archived. */
export function branchesOf(rows: CategoryOut[], archived: boolean, kept = ''): Branch[] {
  const known = new Map(rows.map((row) => [row.id, row]))
  const wanted = new Set(rows.filter((row) => archived || row.active).map((row) => row.id))
  for (let at = known.get(kept); at; at = known.get(at.parent_id ?? '')) wanted.add(at.id)
  const places = new Map(rows.filter((row) => wanted.has(row.id)).map((row) => [row.id, { id: row.id, label: categoryName(row), disabled: !row.active && !archived, active: row.active, children: [] as Branch[] }]))
  const top: Branch[] = []
  for (const row of rows) {
    const place = places.get(row.id)
    if (place) (places.get(row.parent_id ?? '')?.children ?? top).push(place)
  }
  return top
}

export function useCategories() {
  const session = useSession()
  const { data } = useQuery({ queryKey: ['categories'], queryFn: () => listCallCategories(), staleTime: 60_000, enabled: () => session.can('calls.view') })
  return { categories: computed(() => data.value ?? []) }
}
