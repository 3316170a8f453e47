// v-enter-next on a form: Enter goes to the next field, from the last one it submits. The users' habit from other systems.
import type { Directive } from 'vue'

const FIELDS = 'input:not([type=hidden]):not([disabled]):not([readonly]), textarea:not([disabled])'

function onKey(event: KeyboardEvent): void {
  if (event.key !== 'Enter' || event.isComposing || event.ctrlKey || event.shiftKey) return
  const field = event.target as HTMLElement
  if (field.tagName !== 'INPUT') return
  if (field.getAttribute('aria-expanded') === 'true') return
  const form = event.currentTarget as HTMLElement
  const fields = [...form.querySelectorAll<HTMLElement>(FIELDS)].filter((one) => one.offsetParent !== null)
  const next = fields[fields.indexOf(field) + 1]
  event.preventDefault()
  if (next) next.focus()
  else form.querySelector<HTMLElement>('[data-submit]')?.click()
}

export const vEnterNext: Directive<HTMLElement> = {
  mounted: (form) => form.addEventListener('keydown', onKey),
  unmounted: (form) => form.removeEventListener('keydown', onKey),
}
