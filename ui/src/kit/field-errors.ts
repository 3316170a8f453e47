// Errors that belong to a form: each at its field, the rest in one line above. They follow the page's language.
import { computed, reactive, shallowRef, type ComputedRef } from 'vue'
import { asProblem, type ApiProblem } from '@/api/problem'

export interface FieldErrors {
  /** The sentences as they stand, in the language of the moment. */
  readonly errors: Readonly<Record<string, string>>
  /** What belongs to no field; "" when there is nothing. */
  message: ComputedRef<string>
  clear(): void
  /** Puts a sentence at a field; it is said anew when the language changes. */
  say(field: string, sentence: () => string): void
  drop(field: string): void
  /** Puts a refusal of the server at the fields that it names; `placed`: where a field of the server's stands in the form. */
  take(error: unknown, placed?: (field: string) => string): void
}

export function useFieldErrors(): FieldErrors {
  const kept = reactive<Record<string, () => string>>({})
  const whole = shallowRef<ApiProblem>()
  const errors = new Proxy(kept, {
    get: (all, name) => (typeof name === 'string' && Object.hasOwn(all, name) ? all[name]?.() : Reflect.get(all, name) as unknown),
  }) as unknown as Readonly<Record<string, string>>

  function clear(): void {
    for (const name of Object.keys(kept)) delete kept[name]
    whole.value = undefined
  }

  function say(field: string, sentence: () => string): void {
    kept[field] = sentence
  }

  function drop(field: string): void {
    delete kept[field]
  }

  function take(error: unknown, placed = (field: string): string => field): void {
    clear()
    const problem = asProblem(error)
    for (const [name, field] of Object.entries(problem.fields)) say(placed(name), () => field.message)
    if (Object.keys(problem.fields).length === 0 || problem.status === 409) whole.value = problem
  }

  return { errors, message: computed(() => whole.value?.message ?? ''), clear, say, drop, take }
}

/** One sentence for a place without fields of its own; of a refusal that names `field`, what is said there. */
export function useFault(field = '') {
  const kept = shallowRef<() => string>()
  return {
    fault: computed(() => kept.value?.() ?? ''),
    clear(): void { kept.value = undefined },
    say(sentence: () => string): void { kept.value = sentence },
    take(error: unknown): void {
      const problem = asProblem(error)
      kept.value = () => problem.fields[field]?.message ?? problem.message
    },
  }
}
