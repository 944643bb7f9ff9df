import { messageOf } from '../error.ts'
import { Incident, incidentKey, incidentPartition } from '../incident/incident.ts'
import { journal } from '../incident/journal.ts'
import type { Clock, Log } from '../port/log.ts'
import type { QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import { offerFor, requestOf } from '../response/offer.ts'
import { isUsed } from '../response/offers.ts'
import { ActionRecord, actionSortKey } from '../response/request.ts'
import { loadView } from '../response/view.ts'
import { type Due, setDue, takeDue } from './due.ts'
import { actionsMessage, noticeMessage } from './messages.ts'

export type SweepPorts = {
  readonly store: Store
  readonly actions: QueueSender
  readonly messages: QueueSender
  readonly clock: Clock
  readonly log: Log
}

const QUIET_MS = 24 * 3600_000

/** Does what has come due, oldest first. One that fails stays for the next sweep and does not stop the others. Returns how many were done. */
export async function sweep(ports: SweepPorts): Promise<number> {
  let count = 0
  for (const { due, done } of await takeDue(ports.store, ports.clock())) {
    try {
      await carryOut(due, ports)
      await done()
      count += 1
    } catch (error) {
      ports.log.error('due item failed', { do: due.do, why: messageOf(error) })
    }
  }
  return count
}

async function carryOut(due: Due, ports: SweepPorts): Promise<void> {
  if (due.do === 'request') return ports.actions.send([actionsMessage([due.request])])
  if (due.do === 'follow') return follow(due.nonce, ports)
  if (due.do === 'expire') return expire(due, ports)
  return close(due.incident, ports)
}

/** A button was pressed a minute ago: was the action sent? If the table has no trace of it, it is sent now; its id makes it the same one. */
async function follow(nonce: string, { store, actions, messages }: SweepPorts): Promise<void> {
  const offer = await offerFor(store, nonce)
  const request = offer && requestOf(offer)
  if (!request) return
  const record = await read(store, { pk: incidentPartition(request.incident), sk: actionSortKey(request.id) }, ActionRecord)
  if (record?.outcome) return
  await actions.send([actionsMessage([request])])
  await messages.send([noticeMessage(request.incident, `followed-${nonce}`)])
}

/** An approval that nobody gave in time: the journal says so, and the message loses its button. */
async function expire({ incident, plan }: { incident: string; plan: string }, { store, messages, clock }: SweepPorts): Promise<void> {
  const view = await loadView(store, incident)
  const planned = view?.plans.find(({ request }) => request.id === plan)
  if (!view || !planned || isUsed(view, planned.request.action, plan)) return
  const { action } = planned.request
  const what = `approval of ${action} by response "${planned.response}"`
  await journal(store, { id: `expired-${plan}`, at: clock(), kind: 'expiry', what, incident, action, outcome: 'expired' })
  await messages.send([noticeMessage(incident, `expired-${plan}`)])
}

/** Closes an incident that has seen nothing for a day; otherwise looks again when a day will have passed. */
async function close(id: string, { store, messages, clock }: SweepPorts): Promise<void> {
  const isQuiet = ({ lastNs }: Incident) => clock() >= Number(BigInt(lastNs) / 1_000_000n) + QUIET_MS
  const incident = await update(store, incidentKey(id), Incident, (now): Incident | undefined =>
    now && now.status !== 'closed' && isQuiet(now) ? { ...now, status: 'closed', revision: now.revision + 1 } : undefined,
  )
  if (!incident) return
  if (incident.status !== 'closed') {
    return setDue(store, Number(BigInt(incident.lastNs) / 1_000_000n) + QUIET_MS, `close-${id}`, { do: 'close', incident: id })
  }
  await journal(store, {
    id: `closed-${incident.revision}`,
    at: clock(),
    kind: 'incident',
    what: incident.title,
    incident: id,
    outcome: 'closed',
    why: 'quiet for a day',
  })
  await messages.send([noticeMessage(id, `closed-${incident.revision}`)])
}
