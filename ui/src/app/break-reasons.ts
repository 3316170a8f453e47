// The site's break reasons, and the words for the reasons that the engine itself sets.
import { useQuery } from '@tanstack/vue-query'
import { computed } from 'vue'
import { listBreakReasons } from '@/api'
import { language, tCode } from '@/i18n'

export function useBreakReasons() {
  const { data } = useQuery({ queryKey: ['break-reasons'], queryFn: () => listBreakReasons(), staleTime: 300_000 })
  const reasons = computed(() => (data.value ?? []).map((one) => ({ ...one, text: language.value === 'zh' ? one.name_zh : one.name_en })))

  function textOf(code: string): string {
    if (!code) return tCode('state', 'on_break')
    return reasons.value.find((one) => one.code === code)?.text ?? tCode('reason', code, tCode('state', 'on_break'))
  }

  /** Whether a break that began at `since` has lasted longer than its reason allows at `now` (UTC ms). */
  function overdue(code: string, since: number, now: number): boolean {
    const limit = reasons.value.find((one) => one.code === code)?.limit_s ?? 0
    return limit > 0 && now - since > limit * 1000
  }

  return { reasons, textOf, overdue }
}
