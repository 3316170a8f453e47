import { afterEach, describe, expect, it } from 'vitest'
import { computed, nextTick } from 'vue'
import { ApiProblem, asProblem } from '@/api/problem'
import { language, t } from '@/i18n'
import { useFault, useFieldErrors } from '@/kit/field-errors'
import { joined } from '@/kit/merge'

const REFUSED = {
  code: 'invalid', message: '有内容不正确', words: { zh: '有内容不正确', en: 'Something is not right' },
  fields: { 'name': { code: 'taken', message: '已被使用', words: { zh: '已被使用', en: 'Already taken' } } },
}

afterEach(() => { language.value = 'zh' })

async function inEnglish(): Promise<void> {
  language.value = 'en'
  await nextTick()
}

describe('what stands wrong on the page', () => {
  it('follows the language: what the server said and what the page says by itself', async () => {
    language.value = 'zh'
    await nextTick()
    const { errors, take, say, drop, clear } = useFieldErrors()
    const shown = computed(() => `${errors.name ?? ''} ${errors.role ?? ''}`)
    take(asProblem(REFUSED, 422))
    say('role', () => t('field.required'))
    const before = t('field.required')
    expect(shown.value).toBe(`已被使用 ${before}`)
    await inEnglish()
    expect(t('field.required')).not.toBe(before)
    expect(shown.value).toBe(`Already taken ${t('field.required')}`)
    expect(Object.entries({ ...errors })).toEqual([['name', 'Already taken'], ['role', t('field.required')]])
    drop('role')
    expect([errors.role, Object.keys(errors)]).toEqual([undefined, ['name']])
    clear()
    expect(Object.keys(errors)).toEqual([])
  })

  it('follows it in the line above the form too, and where there are no fields', async () => {
    language.value = 'zh'
    await nextTick()
    const form = useFieldErrors()
    const place = useFault('name')
    form.take(asProblem({ ...REFUSED, fields: {} }, 422))
    place.take(asProblem(REFUSED, 422))
    expect([form.message.value, place.fault.value]).toEqual(['有内容不正确', '已被使用'])
    await inEnglish()
    expect([form.message.value, place.fault.value]).toEqual(['Something is not right', 'Already taken'])
    form.take(undefined)
    const unreachable = form.message.value
    language.value = 'zh'
    await nextTick()
    expect(form.message.value).not.toBe(unreachable)
  })

  it('a sentence of one language stays as it is', async () => {
    const place = useFault()
    place.take(new ApiProblem(502, 'channel_not_sent', 'Connection refused'))
    await inEnglish()
    expect(place.fault.value).toBe('Connection refused')
  })

  it('puts what the server counts where the eye looks for it', () => {
    const { errors, take } = useFieldErrors()
    take(asProblem(REFUSED, 422), (field) => `row.3.${field}`)
    expect(Object.keys(errors)).toEqual(['row.3.name'])
  })
})

describe('a saving that crossed another', () => {
  const form = { base: { a: 1, b: 1 }, mine: { a: 2, b: 1 }, draftOf: (stored: { a: number; b: number; rev: string }) => ({ a: stored.a, b: stored.b }) }

  it('takes over what the other changed and tells of it', async () => {
    const taken: unknown[] = []
    const told = await joined(new ApiProblem(409, 'changed_meanwhile', ''), {
      ...form, load: () => Promise.resolve({ a: 1, b: 5, rev: 'r2' }), take: (draft, theirs, stored) => taken.push(draft, theirs, stored.rev) })
    expect(taken).toEqual([{ a: 2, b: 5 }, { a: 1, b: 5 }, 'r2'])
    expect(asProblem(told).code).toBe('changed_meanwhile')
  })

  it('leaves another refusal, or a record that is gone, as it is', async () => {
    const take = (): void => { throw new Error('nothing to take') }
    const refused = new ApiProblem(422, 'invalid', '')
    expect(await joined(refused, { ...form, load: () => Promise.reject(new Error()), take })).toBe(refused)
    const gone = new ApiProblem(409, 'changed_meanwhile', '')
    expect(await joined(gone, { ...form, load: () => Promise.resolve(undefined), take })).toBe(gone)
  })
})
