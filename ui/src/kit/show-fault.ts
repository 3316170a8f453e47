import { nextTick } from 'vue'

/** Brings the first field that is wrong into sight and puts the cursor there: a fault above the fold is no fault to whoever does not see it. */
export async function showFault(form: Element | null | undefined): Promise<void> {
  await nextTick()
  const item = form?.querySelector('.el-form-item.is-error')
  item?.scrollIntoView?.({ block: 'nearest' })
  item?.querySelector<HTMLElement>('input:not([role=combobox]), textarea')?.focus({ preventScroll: true })
}
