import { contentHash } from '../detection/id.ts'
import { messageOf } from '../error.ts'
import { Incident, incidentKey, incidentPartition } from '../incident/incident.ts'
import { journal } from '../incident/journal.ts'
import { inParallel } from '../parallel.ts'
import type { Clock, Log } from '../port/log.ts'
import type { OutgoingMessage, QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import { dropLapsed, offerFor } from '../response/offer.ts'
import { isUsed } from '../response/offers.ts'
import { isFinal } from '../response/outcome.ts'
import { ActionRecord, actionSortKey } from '../response/record.ts'
import type { ActionRequest } from '../response/request.ts'
import { loadView } from '../response/view.ts'
import { type Due, QUIET_MS, setDue, type Taken, takeDue } from './due.ts'
import { decide, effectOf, isClaimed } from './interact/effect.ts'
import { noteFirst } from './interact/first-of-two.ts'
import { actionsMessage, decideMessage, noticeMessage } from './messages.ts'
import { deliverNotice, digestNotice } from './notices.ts'
import { askForMembers } from './user-groups.ts'

export type SweepPorts = {
  readonly store: Store
  readonly actions: QueueSender
  readonly messages: QueueSender
  /** Where what had to wait is decided. */
  readonly detections: QueueSender
  /** Those that permissions name. */
  readonly userGroups: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

const MAX_ROUNDS = 20
const AGAIN_MS = 5 * 60_000
const DECISIONS_A_MESSAGE = 50

/** Does what has come due. One that fails stays for the next sweep and does not stop the others. Returns how many were done. */
export async function sweep(ports: SweepPorts): Promise<number> {
  let count = 0
  await askForGroups(ports)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const all = await takeDue(ports.store, ports.clock())
    const toDecide = all.filter(({ due }) => due?.do === 'decide')
    let done = 0
    const attempt = async (taken: readonly Taken[], work: () => Promise<void>): Promise<void> => {
      try {
        await work()
        await inParallel(taken, 16, (one) => one.done())
        done += taken.length
      } catch (error) {
        ports.log.error('due item failed', { id: taken[0]?.id, why: messageOf(error) })
      }
    }
    for (const taken of all.filter((one) => !toDecide.includes(one))) {
      await attempt([taken], async () => {
        if (taken.due && taken.due.do !== 'decide') await carryOut(taken.due, taken, ports)
        else ports.log.error('due item cannot be read', { id: taken.id })
      })
    }
    await attempt(toDecide, () => ports.detections.send(decisionsOf(toDecide)))
    count += done
    if (done === 0) return count
  }
  return count
}

/** Who is in the user groups is read anew every ten minutes. */
async function askForGroups({ store, messages, userGroups, clock, log }: SweepPorts): Promise<void> {
  if (userGroups.length === 0) return
  await askForMembers(store, clock(), messages.send).catch((error) => log.error('user groups not asked for', { why: messageOf(error) }))
}

/** What is to be decided, each once, whichever batch asked for it. */
function decisionsOf(taken: readonly Taken[]): readonly OutgoingMessage[] {
  const all = taken.flatMap(({ due }) => (due?.do === 'decide' ? due.decisions : []))
  const decisions = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
  const starts = Array.from({ length: Math.ceil(decisions.length / DECISIONS_A_MESSAGE) }, (_, at) => at * DECISIONS_A_MESSAGE)
  return starts.map((at) => decideMessage(decisions.slice(at, at + DECISIONS_A_MESSAGE)))
}

async function carryOut(due: Exclude<Due, { do: 'decide' }>, { id, place }: Taken, ports: SweepPorts): Promise<void> {
  if (due.do === 'undo') return undo(due, id, ports)
  if (due.do === 'finish') return finish(due.request, id, ports)
  if (due.do === 'follow') return follow(due.nonce, { id, place }, ports)
  if (due.do === 'expire') return expire(due, ports)
  // Each by its time: a queue drops for five minutes what looks the same.
  if (due.do === 'tell') return ports.messages.send([noticeMessage(due.incident, contentHash(place, 22))])
  if (due.do === 'digest') return ports.messages.send([digestNotice(due.channel, contentHash(place, 22))])
  if (due.do === 'deliver')
    return ports.messages.send([deliverNotice({ incident: due.incident, route: due.route }, contentHash(place, 22))])
  return close(due.incident, ports)
}

/** Sends the release, and looks again until the action is undone or the release was refused for good. */
async function undo({ action, request }: Due & { do: 'undo' }, id: string, ports: SweepPorts): Promise<void> {
  const { store, actions, clock } = ports
  const [of, by] = await Promise.all([recordOf(store, request.incident, action), recordOf(store, request.incident, request.id)])
  if (!of?.data || of.outcome?.state === 'undone' || isFinal(by?.outcome)) return
  await actions.send([actionsMessage([request])])
  await setDue(store, clock() + AGAIN_MS, id, { do: 'undo', action, request })
}

/** An action that was begun and has no outcome yet: its message may have been given up. Its id makes it the same one. */
async function finish(request: ActionRequest, id: string, { store, actions, clock }: SweepPorts): Promise<void> {
  const record = await recordOf(store, request.incident, request.id)
  if (record?.outcome || clock() > (record?.begunMs ?? clock()) + QUIET_MS) return
  await actions.send([actionsMessage([request])])
  await setDue(store, clock() + AGAIN_MS, id, { do: 'finish', request })
}

/** A button was pressed a minute ago: did what it is for follow, and has the journal the first one's press of two? An hour ago: that one counts no more. If the table has no outcome of an action, it is sent (again), once more; unless
 *  somebody had decided against it before. */
async function follow(nonce: string, { id, place }: Pick<Taken, 'id' | 'place'>, ports: SweepPorts): Promise<void> {
  const { store, messages, clock } = ports
  const offer = await offerFor(store, nonce)
  if (!offer) return
  for (const first of offer.approvals) await noteFirst(offer, first, store)
  await dropLapsed(store, nonce, clock())
  const effect = isClaimed(offer) && !(await decide(offer, ports)) ? await effectOf(offer, ports) : undefined
  if (effect?.kind === 'asked') await finish(effect.request, id, ports)
  await messages.send([noticeMessage(offer.incident, `followed-${contentHash(place, 22)}`, offer.claim?.place?.channel)])
}

/** An approval that nobody gave in time: the journal says so, and the message loses its button. */
async function expire({ incident, plan }: { incident: string; plan: string }, { store, messages, clock }: SweepPorts): Promise<void> {
  const view = await loadView(store, incident)
  const planned = view?.plans.find(({ request }) => request.id === plan)
  if (!view || !planned || planned.decision || isUsed(view, planned.request.action, plan)) return
  const { action } = planned.request
  const what = `approval of ${action} by response "${planned.response}"`
  await journal(store, { id: `expired-${plan}`, at: clock(), kind: 'expiry', what, incident, action, outcome: 'expired' })
  await messages.send([noticeMessage(incident, `expired-${plan}`)])
}

/** Closes an incident that has had no news for a day; otherwise looks again when a day will have passed. */
async function close(id: string, { store, messages, clock }: SweepPorts): Promise<void> {
  const isQuiet = ({ updatedMs }: Incident) => clock() >= updatedMs + QUIET_MS
  const incident = await update(store, incidentKey(id), Incident, (now): Incident | undefined =>
    now && now.status !== 'closed' && isQuiet(now) ? { ...now, status: 'closed', revision: now.revision + 1 } : undefined,
  )
  if (!incident) return
  if (incident.status !== 'closed') return setDue(store, incident.updatedMs + QUIET_MS, `close-${id}`, { do: 'close', incident: id })
  const line = { id: `closed-${incident.revision}`, at: clock(), kind: 'incident', what: incident.title, incident: id } as const
  await journal(store, { ...line, outcome: 'closed', why: 'quiet for a day' })
  await messages.send([noticeMessage(id, `closed-${incident.revision}`)])
}

function recordOf(store: Store, incident: string, action: string): Promise<ActionRecord | undefined> {
  return read(store, { pk: incidentPartition(incident), sk: actionSortKey(action) }, ActionRecord)
}
