// Errors that belong to a form: each at its field, the rest in one line above.
import { reactive, ref, type Ref } from 'vue'
import { asProblem } from '@/api/problem'

export interface FieldErrors {
  errors: Record<string, string>
  /** What belongs to no field; "" when there is nothing. */
  message: Ref<string>
  clear(): void
  /** Puts a refusal of the server at the fields that it names. */
  take(error: unknown): void
}

export function useFieldErrors(): FieldErrors {
  const errors = reactive<Record<string, string>>({})
  const message = ref('')

  function clear(): void {
    for (const name of Object.keys(errors)) delete errors[name]
    message.value = ''
  }

  function take(error: unknown): void {
    clear()
    const problem = asProblem(error)
    for (const [name, field] of Object.entries(problem.fields)) errors[name] = field.message
    if (Object.keys(problem.fields).length === 0 || problem.status === 409) message.value = problem.message
  }

  return { errors, message, clear, take }
}
