import type { Isolation } from './isolate-data.ts'
import type { Change } from './patch-object.ts'
import { type Labels, labelOf } from './policy-selector.ts'

/** What to change on the pod so that the isolation bites and what was to let go of it does, all at once; undefined: it is so. A label that has
 *  another value by now is somebody else's, and stays. */
export function takingOff({ label, pod, detached }: Isolation, now: Labels): Change | undefined {
  if (labelOf(now, label) === pod.uid) return undefined // what was to go went with this label
  const gone = Object.entries(detached.labels).filter(([key, value]) => labelOf(now, key) === value)
  return { labels: { [label]: pod.uid, ...Object.fromEntries(gone.map(([key]) => [key, null])) } }
}

export type PuttingBack = { readonly change: Change | undefined; readonly back: readonly string[]; readonly left: readonly string[] }

/** The other way: our label goes, and what was taken off comes back where nothing stands now. `left`: labels that are not as they were, since
 *  somebody put another value there, or took our label off and so had the last word. */
export function puttingBack({ label, detached }: Isolation, now: Labels): PuttingBack {
  const isOn = labelOf(now, label) !== undefined
  const lost = Object.entries(detached.labels).filter(([key]) => labelOf(now, key) === undefined)
  const changed = Object.entries(detached.labels).filter(([key, value]) => labelOf(now, key) !== undefined && labelOf(now, key) !== value)
  const keysOf = (entries: readonly (readonly [string, string])[]) => entries.map(([key]) => key)
  if (!isOn) return { change: undefined, back: [], left: keysOf([...changed, ...lost]) }
  return { change: { labels: { [label]: null, ...Object.fromEntries(lost) } }, back: keysOf(lost), left: keysOf(changed) }
}

export function without(labels: Labels, { labels: change = {} }: Change): Labels {
  const after = Object.entries({ ...labels, ...change }).filter((entry): entry is [string, string] => entry[1] !== null)
  return Object.fromEntries(after)
}
