// Errors of the API as the page meets them.
import { language, t, tCode } from '@/i18n'

/** Something to say; a function says it in the language of the moment. */
export type Sentence = string | (() => string)

/** `message` follows the language when it is read inside a template or a computed value. */
export interface FieldProblem { code: string; readonly message: string }

export function fieldProblem(code: string, sentence: Sentence): FieldProblem {
  return { code, get message() { return said(sentence) } }
}

const said = (sentence: Sentence): string => (typeof sentence === 'function' ? sentence() : sentence)

/** A refusal with a stable `code`; its message follows the user's language. `status` 0: the server was not reached. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    sentence: Sentence,
    readonly fields: Record<string, FieldProblem> = {},
    readonly params: Record<string, string | number> = {},
    readonly trace = '',
  ) {
    super()
    Object.defineProperty(this, 'message', { get: () => said(sentence) })
  }
}

interface Spoken { message?: string; words?: Record<string, string> }
interface ProblemBody extends Spoken {
  code?: string
  fields?: Record<string, Spoken & { code: string }>
  params?: Record<string, string | number>
  trace?: string
}

/** What the server said, in the language of the moment where it said it in several. */
function spoken(body: Spoken, other: () => string = () => ''): () => string {
  return () => body.words?.[language.value] || body.message || other()
}

/** Anything that was thrown by a call of the API, as an ApiProblem. */
export function asProblem(error: unknown, status = 0): ApiProblem {
  if (error instanceof ApiProblem) return error
  const body = error as ProblemBody | null
  if (body && typeof body === 'object' && typeof body.code === 'string' && !(error instanceof Error)) {
    const code = body.code
    const fields = Object.fromEntries(Object.entries(body.fields ?? {}).map(([name, one]) => [name, fieldProblem(one.code, spoken(one))]))
    return new ApiProblem(status, code, spoken(body, () => tCode('problem', code, code)), fields, body.params, body.trace)
  }
  if (status > 0) return new ApiProblem(status, 'server', () => t('problem.server', { status }))
  return new ApiProblem(0, 'unreachable', () => t('problem.unreachable'))
}
