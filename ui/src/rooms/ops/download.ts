// Files from the API, taken with the session's cookie.
import { sayProblem } from '@/app/say'
import { asProblem } from '@/api/problem'

export async function takeFile(path: string, query: Record<string, string | number | undefined>, name: string): Promise<void> {
  const words = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined && value !== '') words.set(key, String(value))
  try {
    const answer = await fetch(`/api/v1${path}?${words}`, { credentials: 'same-origin' })
    if (!answer.ok) throw asProblem(await answer.json().catch(() => undefined), answer.status)
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await answer.blob())
    link.download = /filename="([^"]+)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? name
    link.click()
    URL.revokeObjectURL(link.href)
  } catch (error) {
    sayProblem(error)
  }
}
