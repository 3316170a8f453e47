import { QueryClient } from '@tanstack/vue-query'
import { asProblem } from '@/api/problem'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only a server that is away or ill is asked again.
      retry: (tries, error) => {
        const { status } = asProblem(error)
        return tries < 3 && (status === 0 || status >= 500)
      },
      retryDelay: (tries) => Math.min(500 * 2 ** tries, 4_000),
    },
  },
})
