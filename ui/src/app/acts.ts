// Acts of one click on something kept: each asks at most once and can be taken back for a while.
import { t } from '@/i18n'
import { confirmed, sayDone, sayProblem, sayUndo } from './say'

export interface Act {
  /** Title and text of the question; nothing is asked without. */
  ask?: readonly [title: string, text: string, yes: string]
  work: () => Promise<unknown>
  /** What was done, in a word. */
  said: string
  /** Makes it as it was; left out where it cannot be, for it held a secret that nobody tells again. */
  back?: () => Promise<unknown>
  /** Loads anew what shows it; after a refusal too, since somebody else may have changed it. */
  reload: () => Promise<unknown>
}

/** True when it was done. */
export async function acting({ ask, work, said, back, reload }: Act): Promise<boolean> {
  if (ask && !(await confirmed(...ask))) return false
  try {
    await work()
  } catch (problem) {
    sayProblem(problem)
    return false
  } finally {
    await reload().catch(() => undefined)
  }
  if (back) sayUndo(said, () => back().finally(reload))
  else sayDone(said)
  return true
}

/** Takes `name` away after asking. */
export function removing(name: string, title: string, text: string, act: Pick<Act, 'work' | 'back' | 'reload'>): Promise<boolean> {
  return acting({ ...act, ask: [title, text, t('word.remove')], said: t('word.removed', { name }) })
}

/** Archives `name` (with a question where there is one) or brings it back. `set`: whether it is in use. */
export function turning(name: string, active: boolean, ask: readonly [title: string, text: string] | undefined, set: (active: boolean) => Promise<unknown>, reload: () => Promise<unknown>): Promise<boolean> {
  return acting({
    ...(active && ask && { ask: [...ask, t('word.archive')] as const }), reload,
    work: () => set(!active), back: () => set(active), said: t(active ? 'word.archivedName' : 'word.restoredName', { name }),
  })
}
