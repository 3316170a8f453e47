// Errors of the API as the page meets them.
import { t, tCode } from '@/i18n'

export interface FieldProblem { code: string; message: string }

/** A refusal with a stable `code`; `message` is already in the user's language. `status` 0: the server was not reached. */
export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, FieldProblem> = {},
    readonly params: Record<string, string | number> = {},
    readonly trace = '',
  ) {
    super(message)
  }
}

interface ProblemBody {
  code?: string
  message?: string
  fields?: Record<string, FieldProblem>
  params?: Record<string, string | number>
  trace?: string
}

/** Anything that was thrown by a call of the API, as an ApiProblem. */
export function asProblem(error: unknown, status = 0): ApiProblem {
  if (error instanceof ApiProblem) return error
  const body = error as ProblemBody | null
  if (body && typeof body === 'object' && typeof body.code === 'string' && !(error instanceof Error)) {
    return new ApiProblem(status, body.code, body.message || tCode('problem', body.code, body.code), body.fields, body.params, body.trace)
  }
  if (status > 0) return new ApiProblem(status, 'server', t('problem.server', { status }))
  return new ApiProblem(0, 'unreachable', t('problem.unreachable'))
}
