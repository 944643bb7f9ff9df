import { contentId } from '../detection/id.ts'
import { type CodedError, messageOf } from '../error.ts'
import { journal } from '../incident/journal.ts'
import type { Clock, Log } from '../port/log.ts'
import type { Store } from '../port/store.ts'

type Ports = { readonly store: Store; readonly clock: Clock; readonly log: Log }
const HOUR_MS = 3600_000

/** Tells the operator that a route cannot be delivered to: once an hour for a route and a reason, whichever incidents are concerned. */
export async function tellFailure(
  error: CodedError,
  { incident, route }: { readonly incident: string; readonly route: string },
  { store, clock, log }: Ports,
): Promise<void> {
  const at = clock()
  const reason = `${error.code} ${error.message.split(': ').slice(0, 2).join(': ')}`
  const id = contentId('delivery-failed', route, reason, Math.floor(at / HOUR_MS)).slice(0, 32)
  const what = `route "${route}", first incident ${incident}`
  await journal(store, { id: `delivery-failed-${id}`, at, kind: 'delivery', what, outcome: 'failed', why: messageOf(error) })
  const marker = { pk: 'delivery-failed', sk: id, data: {}, expires: Math.ceil((at + 2 * HOUR_MS) / 1000) }
  if (await store.put(marker, 'absent'))
    log.error('a route cannot be delivered to: see the journal', { route, incident, reason: reason.slice(0, 200) })
}
