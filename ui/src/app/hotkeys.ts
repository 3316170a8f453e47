// Hot keys of the call bar. Never taken while an input method composes.
import { onMounted, onUnmounted } from 'vue'

export const HOT_KEYS = ['F2', 'F4', 'F6', 'F7', 'F8', 'F9'] as const
export type HotKey = (typeof HOT_KEYS)[number]

export function useHotKeys(keys: Partial<Record<HotKey, () => void>>): void {
  function onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
    const act = keys[event.key as HotKey]
    if (!act) return
    event.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', onKey))
  onUnmounted(() => window.removeEventListener('keydown', onKey))
}
