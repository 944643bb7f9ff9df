import type { Kind } from '../kind/kind.ts'
import type { ApiObject } from '../object.ts'
import type { Change, Objects } from '../objects.ts'
import { type Checked, expired, internalError } from '../status.ts'
import type { Filter } from './query.ts'

type WatchEvent = { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: unknown }

/** `since`: a resourceVersion after which events are wanted; none or 0: what there is comes first, as ADDED. `marksInitial`: a BOOKMARK
 *  ends that. `show`: another form in which objects are wanted. */
export type Watch = {
  readonly kind: Kind
  readonly matches: Filter
  readonly since: string
  readonly marksInitial: boolean
  readonly show?: ((object: ApiObject) => unknown) | undefined
}

/** Starts a watch: its first events, and what starts the flow of the later ones and answers how to end it.
 *  Refused: a version that is too old to be known, or of another cluster. */
export function openWatch(
  objects: Objects,
  { kind, matches, since, marksInitial, show = (object) => object }: Watch,
): Checked<{ readonly first: readonly WatchEvent[]; readonly follow: (send: (event: WatchEvent) => void) => () => void }> {
  if (!/^\d*$/.test(since)) {
    const value = JSON.stringify(since)
    return { refused: internalError(`resourceVersion: Invalid value: ${value}: strconv.ParseUint: parsing ${value}: invalid syntax`) }
  }
  const isFresh = Number(since) === 0 || marksInitial
  const missed = isFresh ? [] : objects.since(Number(since))
  if (!missed) return { refused: expired(since, String(objects.version())) }
  const seen = (change: Change) => (change.kind === kind ? eventOf(change, matches, show) : undefined)
  const initial = isFresh
    ? objects
        .list(kind)
        .filter(matches)
        .map((object): WatchEvent => ({ type: 'ADDED', object: show(object) }))
    : []
  const bookmark = marksInitial ? [initialEnd(kind, objects.version())] : []
  return {
    value: {
      first: [...initial, ...missed.map(seen).filter((event) => event !== undefined), ...bookmark],
      follow: (send) =>
        objects.watch((change) => {
          const event = seen(change)
          if (event) send(event)
        }),
    },
  }
}

/** How a change looks to who sees only some objects: what begins to match is added, what ceases to is deleted. */
function eventOf({ version, before, after }: Change, matches: Filter, show: (object: ApiObject) => unknown): WatchEvent | undefined {
  const was = before && matches(before)
  if (after && matches(after)) return { type: was ? 'MODIFIED' : 'ADDED', object: show(after) }
  return before && was ? { type: 'DELETED', object: show(atVersion(before, version)) } : undefined
}

function atVersion(object: ApiObject, version: number): ApiObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }
}

function initialEnd({ apiVersion, kind }: Kind, version: number): WatchEvent {
  const annotations = { 'k8s.io/initial-events-end': 'true' }
  return { type: 'BOOKMARK', object: { kind, apiVersion, metadata: { resourceVersion: String(version), annotations } } }
}
