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
