import type { Clock } from '../port/log.ts'

/** What `get` gives is `load`ed when it is first asked for, and again when it has run out (`endsMs`, Unix milliseconds) or was dropped.
 *  Who asks while it is being loaded gets the same; a failure is not kept. `drop(value)`: only if that is still the one that is kept. */
export type Cached<T> = { readonly get: () => Promise<T>; readonly drop: (value: T) => void }

export function cachedUntil<T>(load: () => Promise<T>, endsMs: (value: T, loadedMs: number) => number, clock: Clock): Cached<T> {
  let loading: Promise<T> | undefined
  let kept: { readonly value: T; readonly endsMs: number } | undefined
  const loadNow = async (): Promise<T> => {
    const loadedMs = clock()
    try {
      const value = await load()
      kept = { value, endsMs: endsMs(value, loadedMs) }
      return value
    } finally {
      loading = undefined
    }
  }
  return {
    get: () => {
      if (kept && clock() < kept.endsMs) return Promise.resolve(kept.value)
      loading ??= loadNow()
      return loading
    },
    drop: (value) => {
      if (kept?.value === value) kept = undefined
    },
  }
}
