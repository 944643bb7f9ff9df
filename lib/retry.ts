import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from './error.ts'

const FIRST_MS = 250
const LONGEST_MS = 5000

/** Does the work again while it fails in a way that may pass, as long as `patienceMs` in all; then throws what it threw last. Waits as long as the other
 *  side said, else a random part of a limit that doubles from 250 ms to 5 s ("full jitter"). */
export async function patiently<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = performance.now() + patienceMs
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof CodedError) || !error.transient) throw error
      const waitMs =
        error.retryAfterSeconds !== undefined
          ? error.retryAfterSeconds * 1000
          : Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)
      if (performance.now() + waitMs > until) throw error
      await sleep(waitMs)
    }
  }
}
