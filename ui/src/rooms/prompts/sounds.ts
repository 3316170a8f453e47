// Prompts as pages show them: names, and the addresses of their sounds.
import { useQuery, useQueryClient } from '@tanstack/vue-query'
import { computed } from 'vue'
import { listPrompts, type PromptOut, type TakeOut } from '@/api'

/** Every prompt, own ones first. */
export function usePrompts() {
  const queries = useQueryClient()
  const query = useQuery({ queryKey: ['prompts'], queryFn: () => listPrompts() })
  const byKey = computed(() => new Map((query.data.value ?? []).map((one) => [one.key, one])))
  return { rows: query.data, error: query.error, again: () => void query.refetch(), byKey, reload: () => queries.invalidateQueries({ queryKey: ['prompts'] }) }
}

/** What stands for a prompt in a list: its name, or what a shipped one says. */
export function nameOf(prompt: PromptOut, language: string): string {
  return prompt.name || prompt.takes.find((one) => one.language === language)?.text || prompt.takes[0]?.text || prompt.key
}

export function soundOf(prompt: PromptOut, take: TakeOut): string {
  return take.id ? `/api/v1/prompts/${prompt.id}/takes/${take.id}/audio` : `/api/v1/prompts/shipped/${prompt.key.slice(3)}/${take.language}/audio`
}
