/** One detection that a correlation waits for. `timeNs`: nanoseconds, decimal. */
export type Hit = { readonly id: string; readonly rule: string; readonly timeNs: string }

/** The earliest chain of hits in the order of `rules` (equal times count as ordered) that spans at most `spanNs`, both edges included;
 *  undefined where there is none. Pure: the answer depends on the hits' times alone, not on the order they are given in.
 *  Source: Sigma correlation `temporal_ordered`, as a sliding window in event time. */
export function findOrdered(hits: readonly Hit[], rules: readonly string[], spanNs: bigint): readonly Hit[] | undefined {
  const sorted = hits
    .map((hit) => ({ hit, time: BigInt(hit.timeNs) }))
    .sort((a, b) => compare(a.time, b.time) || compare(a.hit.id, b.hit.id))
  for (const start of sorted) {
    if (start.hit.rule !== rules[0]) continue
    const chain = [start]
    while (chain.length < rules.length) {
      const from = chain.at(-1)?.time ?? start.time
      // For a given start, the earliest next hit leaves the most room for those after it.
      const next = sorted.find(
        ({ hit, time }) =>
          hit.rule === rules[chain.length] && time >= from && time - start.time <= spanNs && !chain.some((used) => used.hit.id === hit.id),
      )
      if (!next) break
      chain.push(next)
    }
    if (chain.length === rules.length) return chain.map(({ hit }) => hit)
  }
  return undefined
}

function compare<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}
