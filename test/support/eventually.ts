import { setTimeout as sleep } from 'node:timers/promises'

/** Tries until `check` no longer throws; its last error when the time is over. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 15_000): Promise<T> {
  const until = performance.now() + withinMs
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > until) throw error
      await sleep(30)
    }
  }
}
