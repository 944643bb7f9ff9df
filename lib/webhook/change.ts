import { contentId } from '../detection/id.ts'
import type { Updates } from '../route/webhook.ts'
import type { IncidentEvent } from './incident-event.ts'
import { newsSince } from './news.ts'
import { type Kept, type Situation, shownId } from './template.ts'

/** What there is to tell. `id`: the same for the same change, another for every other one. `number`: how many were taken before. */
export type Change = {
  readonly type: 'opened' | 'updated' | 'closed'
  readonly id: string
  readonly number: number
  readonly lines: readonly string[]
  readonly keeps: Kept
}

/** For who is sent the whole event each time. The opening is told until it was taken, also of what is closed by then; an incident that is open again is
 *  an opening. Undefined: nothing changed that is to be told. */
export function changeOf(
  { event, kept, route }: Pick<Situation<unknown>, 'event' | 'kept' | 'route'>,
  updates: Updates,
): Change | undefined {
  const shown = shownId(event)
  if (kept.shown === shown) return undefined
  const { lines, keeps } = newsSince(kept, event)
  const type = typeOf(event, kept)
  if (type === 'updated' && (updates === 'none' || (updates === 'notable' && lines.length === 0))) return undefined
  const number = Number(kept.number ?? '0')
  const id = contentId('change', event.id, route, number, type, shown)
  // Of one that is closed by then, the closing is told next
  const taken = type === 'opened' && event.status === 'closed' ? { status: 'open' } : { ...keeps, shown }
  return { type, id, number, lines, keeps: { ...taken, number: String(number + 1) } }
}

function typeOf(event: IncidentEvent, kept: Kept): Change['type'] {
  if (kept.number === undefined) return 'opened'
  if (event.status === 'closed') return kept.status === 'closed' ? 'updated' : 'closed'
  return kept.status === 'closed' ? 'opened' : 'updated'
}
