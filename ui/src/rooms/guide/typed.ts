// What was typed into a step of the guide and not sent yet.
import { computed, ref } from 'vue'
import { useUnsaved } from '@/app/unsaved'

/** `what`: the fields of the step. Leaving the step keeps them (it stays alive); leaving the page asks. */
export function useTyped(what: () => unknown) {
  const told = (): string => JSON.stringify(what()) ?? ''
  const base = ref(told())
  const dirty = computed(() => told() !== base.value)
  const { mayLeave } = useUnsaved(dirty)

  /** From here on, what stands there is not what somebody typed. */
  function settle(): void {
    base.value = told()
  }

  /** A change that the page makes by itself. */
  function byItself(work: () => void): void {
    const clean = !dirty.value
    work()
    if (clean) settle()
  }

  return { base, dirty, mayLeave, settle, byItself }
}
