// What was typed beside a list and not saved yet: kept while other rows are looked at, and over a reload of the page.
import { ref, watch, type Ref } from 'vue'

/** The half-typed text under `key`, else `stored`; forgotten once it equals what is stored. */
export function useDraft(key: string, stored: () => string): Ref<string> {
  const place = `yingda.draft.${key}`
  const text = ref(sessionStorage.getItem(place) ?? stored())
  watch([text, stored], ([now, saved]) => {
    if (now === saved) sessionStorage.removeItem(place)
    else sessionStorage.setItem(place, now)
  })
  return text
}
