// Departments and roles, as the pages of this room need them.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { listDepartments, listPermissions, listRoles, type DepartmentOut } from '@/api'
import { useSession } from '@/app/session'
import { language, tCode } from '@/i18n'

/** What is told once of a person whose password was made. */
export interface NewPassword { number: string; name: string; password: string }

export interface Place extends DepartmentOut { depth: number; children: Place[] }

/** The departments as a tree, by number. A department whose parent is not among them stands at the top. */
export function treeOf(rows: DepartmentOut[]): Place[] {
  const places = new Map(rows.map((row) => [row.id, { ...row, depth: 0, children: [] as Place[] }]))
  const top: Place[] = []
  for (const place of places.values()) (places.get(place.parent_id ?? '')?.children ?? top).push(place)
  const deepen = (list: Place[], depth: number): void => {
    list.sort((a, b) => a.number.localeCompare(b.number, undefined, { numeric: true }))
    for (const place of list) {
      place.depth = depth
      deepen(place.children, depth + 1)
    }
  }
  deepen(top, 0)
  return top
}

const flat = (list: Place[]): Place[] => list.flatMap((place) => [place, ...flat(place.children)])

export function useDepartments() {
  const { data, error, refetch } = useQuery({ queryKey: ['admin', 'departments'], queryFn: () => listDepartments() })
  const all = computed(() => data.value ?? [])
  const indented = computed(() => flat(treeOf(all.value.filter((one) => one.active))))

  /** Ids of a department and all below it. */
  function below(id: string): Set<string> {
    const find = (list: Place[]): Place | undefined => list.map((one) => (one.id === id ? one : find(one.children))).find(Boolean)
    const place = find(treeOf(all.value))
    return new Set(place ? flat([place]).map((one) => one.id) : [])
  }

  return { all, known: computed(() => data.value !== undefined), error, refetch, indented, below }
}

export function useRoles() {
  const session = useSession()
  const { data, error, refetch } = useQuery({ queryKey: ['admin', 'roles'], queryFn: () => listRoles(), enabled: () => session.can('people.view') })
  const roles = computed(() => data.value ?? [])
  const roleName = (code: string): string => roles.value.find((one) => one.code === code)?.name || tCode('role', code)
  return { roles, roleName, error, refetch }
}

const AREAS: Record<string, RegExp> = {
  work: /^(agent|live|calls|recordings)\./, customers: /^(customers\.|numbers\.(reveal|ask))/, people: /^(people|departments|roles|data|audit)\./,
}

/** All rights, by area, with name and explanation in the language of the moment. */
export function usePermissions() {
  const { data } = useQuery({ queryKey: ['permissions'], queryFn: () => listPermissions(), staleTime: Infinity })
  const rights = computed(() => (data.value ?? []).map((one) => ({
    code: one.code, scoped: one.scoped, name: language.value === 'zh' ? one.name_zh : one.name_en, note: language.value === 'zh' ? one.note_zh : one.note_en,
    area: Object.keys(AREAS).find((area) => AREAS[area]?.test(one.code)) ?? 'system',
  })))
  const areas = computed(() => [...Object.keys(AREAS), 'system'].map((code) => ({ code, rights: rights.value.filter((one) => one.area === code) })).filter((one) => one.rights.length))
  return { rights, areas }
}
