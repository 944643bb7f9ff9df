export const SECOND_NS = 1_000_000_000n

/** The least of some nanoseconds; undefined of none. */
export function earliestOf(times: readonly bigint[]): bigint | undefined {
  return inOrder(times)[0]
}

/** The greatest of some nanoseconds; undefined of none. */
export function latestOf(times: readonly bigint[]): bigint | undefined {
  return inOrder(times).at(-1)
}

function inOrder(times: readonly bigint[]): readonly bigint[] {
  return times.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** The place of the first of the sorted items whose time is not before `time`; their number where there is none. */
export function firstNotBefore<Item>(sorted: readonly Item[], timeOf: (item: Item) => bigint, time: bigint): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (timeOf(sorted[middle] as Item) < time) low = middle + 1
    else high = middle
  }
  return low
}
