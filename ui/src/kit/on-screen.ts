// Whether the page that a component belongs to is the one shown: kept pages must not leave their drawers over another.
import { onActivated, onDeactivated, ref, type Ref } from 'vue'

export function useOnScreen(): Ref<boolean> {
  const on = ref(true)
  onActivated(() => { on.value = true })
  onDeactivated(() => { on.value = false })
  return on
}
