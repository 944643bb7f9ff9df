/** At most so many items go into one commit, and, but for one that is larger alone, so many bytes. */
export type GroupLimits<T> = { readonly items: number; readonly bytes?: number; readonly sizeOf?: (item: T) => number }

/** Gathers what arrives while `commit` is busy into one next commit, so that many small writes cost one sync. The promise of each item
 *  settles with its commit: kept, or the error. */
export function groupCommit<T>(commit: (items: readonly T[]) => Promise<void>, limits: GroupLimits<T>): (item: T) => Promise<void> {
  let waiting: { item: T; resolve: () => void; reject: (error: unknown) => void }[] = []
  let busy = false

  const run = async (): Promise<void> => {
    busy = true
    while (waiting.length > 0) {
      const count = groupSize(
        waiting.map(({ item }) => item),
        limits,
      )
      const group = waiting.slice(0, count)
      waiting = waiting.slice(count)
      try {
        await commit(group.map(({ item }) => item))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    busy = false
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (!busy) setImmediate(() => !busy && void run()) // all that arrives in this turn of the event loop goes together
    })
}

/** How many of the first belong together. */
function groupSize<T>(waiting: readonly T[], { items, bytes = Number.POSITIVE_INFINITY, sizeOf = () => 0 }: GroupLimits<T>): number {
  let sum = 0
  const over = waiting.findIndex((item, index) => {
    sum += sizeOf(item)
    return index > 0 && sum > bytes
  })
  return Math.min(items, over === -1 ? waiting.length : over)
}
