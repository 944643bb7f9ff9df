/** Gathers what arrives while `commit` is busy into one next commit, so that many small writes cost one sync. The promise of each item
 *  settles with its commit: kept, or the error. At most `max` items go into one commit. */
export function groupCommit<T>(commit: (items: readonly T[]) => Promise<void>, max: number): (item: T) => Promise<void> {
  let waiting: { item: T; resolve: () => void; reject: (error: unknown) => void }[] = []
  let busy = false

  const run = async (): Promise<void> => {
    busy = true
    while (waiting.length > 0) {
      const group = waiting.slice(0, max)
      waiting = waiting.slice(max)
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
