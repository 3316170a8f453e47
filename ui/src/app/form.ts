// A form over one thing that is always there (settings, rules): read, typed, saved, and reconciled with who saved in between.
import { computed, ref, type Ref } from 'vue'
import { t } from '@/i18n'
import { useFieldErrors } from '@/kit/field-errors'
import { joined } from '@/kit/merge'
import { sayDone } from './say'
import { useUnsaved } from './unsaved'

/** What a saving request says of what it was filled with. */
export type Read = { 'If-Match'?: string }

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

export interface FormWork<Stored, Draft> {
  draftOf: (stored: Stored) => Draft
  /** What is stored now; asked for when somebody else saved in between. */
  load: () => Promise<Stored | undefined>
  /** `read`: the header that makes the server notice. */
  store: (draft: Draft, read: Read) => Promise<unknown>
}

export function useForm<Stored extends { rev?: string }, Draft extends object>(work: FormWork<Stored, Draft>) {
  const draft = ref() as Ref<Draft | undefined>
  const base = ref() as Ref<Draft | undefined>
  const rev = ref('')
  const faults = useFieldErrors()
  const saving = ref(false)
  const dirty = computed(() => draft.value !== undefined && JSON.stringify(draft.value) !== JSON.stringify(base.value))
  const guard = useUnsaved(dirty)

  /** Fills the form. */
  function begin(stored: Stored): void {
    faults.clear()
    base.value = work.draftOf(stored)
    draft.value = copy(base.value)
    rev.value = stored.rev ?? ''
  }

  /** The server says what there is: taken over unless something is being typed. */
  function follow(stored: Stored | undefined): void {
    if (stored && !dirty.value && !saving.value) begin(stored)
  }

  function empty(): void {
    draft.value = base.value = undefined
  }

  /** Saves, or throws what is wrong; after a conflict the form holds both people's changes and the next save counts. */
  async function put(): Promise<void> {
    if (!draft.value || !base.value) return
    const sent = copy(draft.value)
    try {
      await work.store(sent, rev.value ? { 'If-Match': rev.value } : {})
      base.value = sent // what is typed while the answer is on its way is not saved yet
    } catch (error) {
      throw await joined(error, {
        load: work.load, draftOf: work.draftOf, base: base.value, mine: draft.value,
        take: (both, theirs, fresh) => { [draft.value, base.value, rev.value] = [both, theirs, fresh.rev ?? ''] },
      })
    }
    const stored = await work.load().catch(() => undefined)
    if (stored) rev.value = stored.rev ?? ''
    follow(stored)
  }

  /** For a button: true when it is saved, else the faults stand at their fields. */
  async function save(): Promise<boolean> {
    if (saving.value) return false
    faults.clear()
    saving.value = true
    try {
      await put()
      sayDone(t('word.saved'))
      return true
    } catch (error) {
      faults.take(error)
      return false
    } finally {
      saving.value = false
    }
  }

  return { draft, dirty, faults, saving, begin, follow, empty, put, save, ...guard }
}
