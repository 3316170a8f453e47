// Half-typed forms: their tab shows them, and whatever would lose them asks first.
import { inject, onUnmounted, provide, reactive, toValue, watch, type InjectionKey, type MaybeRefOrGetter } from 'vue'
import { useRoute } from 'vue-router'
import { t } from '@/i18n'
import { confirmed } from './say'
import { useTabs } from './tabs'

/** True when the user lets go of what he typed. */
export const letGo = (): Promise<boolean> => confirmed(t('word.unsaved'), t('word.discardText'), t('word.discard'))

/** What stands inside a dialog or drawer tells it of its own unsaved forms: closing the outer one loses them too. */
type Tell = (form: symbol, unsaved: boolean) => void
const OUTER: InjectionKey<Tell> = Symbol('outer form')

/**
 * Says of a form whether something in it is not saved. Several forms may stand on one page, and one inside another.
 * Closing the tab, the window, or logging out then asks; `beforeClose` does the same for a dialog or drawer.
 */
export function useUnsaved(dirty: MaybeRefOrGetter<boolean> = false) {
  const tabs = useTabs()
  const page = useRoute().path
  const form = Symbol('form')
  const tellOuter = inject(OUTER, undefined)
  const inner = reactive(new Set<symbol>())
  const unsaved = (): boolean => toValue(dirty) || inner.size > 0
  provide(OUTER, (one, is) => void (is ? inner.add(one) : inner.delete(one)))

  function tell(is: boolean): void {
    tabs.mark(page, is, form)
    tellOuter?.(form, is)
  }
  watch(unsaved, tell, { immediate: true })
  onUnmounted(() => tell(false))

  const mayLeave = async (): Promise<boolean> => !unsaved() || letGo()

  async function beforeClose(done: () => void): Promise<void> {
    if (await mayLeave()) done()
  }

  return { mayLeave, beforeClose }
}
