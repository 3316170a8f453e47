// The one door to the server's API: the generated client, set up with CSRF, language and our errors.
import { language } from '@/i18n'
import { client } from './client/client.gen'
import { asProblem } from './problem'

export * from './client/sdk.gen'
export type * from './client/types.gen'

let csrf = ''
let onSignedOut = () => {}

export function setCsrf(value: string): void {
  csrf = value
}

/** Called when the server says that the session is over. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act
}

client.setConfig({ baseUrl: '', credentials: 'same-origin' })

client.interceptors.request.use((request) => {
  if (request.method !== 'GET') request.headers.set('X-Yingda-CSRF', csrf)
  request.headers.set('Accept-Language', language.value === 'zh' ? 'zh-CN' : 'en')
  return request
})

client.interceptors.error.use((error, response) => {
  const problem = asProblem(error, response?.status ?? 0)
  if (problem.status === 401 && problem.code !== 'login_failed' && csrf) onSignedOut()
  return problem
})
