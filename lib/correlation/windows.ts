import type { Hit } from './hit.ts'
import { keyOf, type Quantity, quantityOf } from './quantity.ts'

/** A window of sorted hits by the places of its first hit and of the one behind its last, and what it comes to. */
export type Window = { readonly from: number; readonly to: number; readonly quantity: number }

/** For each of the sorted, countable hits: the window that ends with it (hits of the same time included). */
export function windowsEndingWith(criterion: Quantity, hits: readonly Hit[], spanNs: bigint): readonly Window[] {
  const count = counter(criterion, hits)
  let from = 0
  let to = 0
  return hits.map(({ timeNs }) => {
    while (to < hits.length && (hits[to] as Hit).timeNs <= timeNs) count.add(to++)
    while ((hits[from] as Hit).timeNs < timeNs - spanNs) count.remove(from++)
    return { from, to, quantity: count.quantity(from, to) }
  })
}

/** For each of the sorted, countable hits: of the windows that hold it, the one that comes to most (the earliest of several). A window can begin with a
 *  hit without losing any, so those are all. */
export function largestWindows(criterion: Quantity, hits: readonly Hit[], spanNs: bigint): readonly Window[] {
  const count = counter(criterion, hits)
  let end = 0
  const beginning = hits.map(({ timeNs }, from): Window => {
    while (end < hits.length && (hits[end] as Hit).timeNs <= timeNs + spanNs) count.add(end++)
    const window = { from, to: end, quantity: count.quantity(from, end) }
    count.remove(from)
    return window
  })
  // Hits of one time are in the windows that begin with any of them: the first of these has all.
  const queue: Window[] = [] // with falling quantities: the first is the largest of those that hold the hit
  let next = 0
  return hits.map(({ timeNs }) => {
    for (; next < hits.length && (hits[next] as Hit).timeNs <= timeNs; next++) {
      const window = beginning[next] as Window
      while ((queue.at(-1)?.quantity ?? Number.POSITIVE_INFINITY) < window.quantity) queue.pop()
      queue.push(window)
    }
    while (queue[0] && (hits[queue[0].from] as Hit).timeNs < timeNs - spanNs) queue.shift()
    return queue[0] as Window
  })
}

type Counter = {
  readonly add: (at: number) => void
  readonly remove: (at: number) => void
  readonly quantity: (from: number, to: number) => number
}

/** What the hits from one place to another come to, when the first and last are moved one by one. */
function counter(criterion: Quantity, hits: readonly Hit[]): Counter {
  const ofWhole = quantityOf(criterion)
  if (ofWhole) {
    const nothing = () => undefined
    return { add: nothing, remove: nothing, quantity: (from, to) => ofWhole(hits.slice(from, to)) }
  }
  const keys = hits.map((hit) => keyOf(criterion, hit))
  const counts = new Map<string, number>()
  return {
    add: (at) => void counts.set(keys[at] as string, (counts.get(keys[at] as string) ?? 0) + 1),
    remove: (at) => {
      const left = (counts.get(keys[at] as string) ?? 0) - 1
      if (left > 0) counts.set(keys[at] as string, left)
      else counts.delete(keys[at] as string)
    },
    quantity: () => counts.size,
  }
}
