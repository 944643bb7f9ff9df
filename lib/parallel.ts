/** Does the work for each item, at most `limit` at a time, and resolves with the results in the items' order. Rejects with the first failure
 *  when what was begun has ended; what was not begun by then is left. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      try {
        results[at] = await work(items[at] as Item)
      } catch (error) {
        next = items.length
        throw error
      }
    }
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker))
  const failed = workers.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return results
}
