// Short messages at the foot of the page: at the top they would lie over the buttons that were just used.
import { ElMessage, ElMessageBox } from 'element-plus'
import { h } from 'vue'
import { asProblem } from '@/api/problem'
import { t } from '@/i18n'

export function sayDone(message: string, duration = 2_000): void {
  ElMessage({ message, type: 'success', duration, grouping: true, showClose: duration > 2_000 })
}

/** A refusal in a line of its own. Where no form marks the fields that are wrong, what is said of them is the reason. */
export function inWords(error: unknown): string {
  const problem = asProblem(error)
  const marked = [...new Set(Object.values(problem.fields).map((field) => field.message))]
  return problem.status === 422 && marked.length ? marked.join(' ') : problem.message
}

export function sayProblem(error: unknown): void {
  ElMessage({ message: inWords(error), type: 'error', duration: 6_000, showClose: true, grouping: true })
}

/** Says what was done, with a button that takes it back. */
export function sayUndo(message: string, undo: () => Promise<unknown>): void {
  const said = ElMessage({
    type: 'success', duration: 8_000, showClose: true,
    message: h('span', [message, h('button', {
      type: 'button', class: 'undo', 'data-testid': 'undo',
      onClick: () => { said.close(); void undo().then(() => sayDone(t('word.undone')), sayProblem) },
    }, t('word.undo'))]),
  })
}

/** Asks once before a dangerous act; true when the user agreed. */
export async function confirmed(title: string, text: string, yes: string): Promise<boolean> {
  try {
    await ElMessageBox.confirm(text, title, {
      confirmButtonText: yes, cancelButtonText: t('word.cancel'), type: 'warning', confirmButtonClass: 'el-button--danger', autofocus: false,
    })
    return true
  } catch {
    return false
  }
}
