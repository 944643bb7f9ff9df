import { contentHash } from '../detection/id.ts'
import { CodedError, messageOf } from '../error.ts'
import { journal } from '../incident/journal.ts'
import { nextEvents } from '../ocsf/next-events.ts'
import type { HttpSender } from '../port/http.ts'
import type { Clock, Log } from '../port/log.ts'
import type { Store } from '../port/store.ts'
import { loadView } from '../response/view.ts'
import type { OcsfExport } from '../route/ocsf-export.ts'
import type { Route } from '../route/route.ts'
import type { SecretSource } from '../route/webhook.ts'
import { circuit } from '../webhook/circuit.ts'
import { type DeliveryState, type Held, readDelivery, writeDelivery } from '../webhook/delivery-state.ts'
import { type IncidentEvent, incidentEvent } from '../webhook/incident-event.ts'
import { takeStep, type Work } from '../webhook/take-step.ts'
import { tellFailure } from '../webhook/tell-failure.ts'
import { shownId } from '../webhook/template.ts'
import { webhookWork } from '../webhook/webhook-work.ts'
import { setDue } from './due.ts'

export type DeliverPorts = {
  readonly store: Store
  readonly routes: readonly Route[]
  readonly send: HttpSender
  readonly secretOf: (source: SecretSource) => Promise<string>
  /** Exports the events, once for an `id`: again with the same id is no second copy where the destination can tell. */
  readonly exportOcsf: (to: OcsfExport, events: readonly object[], id: string) => Promise<void>
  /** The incident's page, where there is one. */
  readonly link?: (incident: string) => string | undefined
  readonly clock: Clock
  readonly log: Log
}

type Of = { readonly incident: string; readonly route: string }
const MOST_STEPS = 10
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
/** After so many deliveries it is the sweep that tries on, for as long as it takes: a queue gives up. */
const PATIENT_RECEIVES = 5
/** A step may take two requests of 10 s each, and the function has 30 s: what is begun later than this has no time left. */
const FURTHER_MS = 5000
/** What is refused is tried again after the first time, and then after the others; an operator may have mended it. */
const REFUSED_MS = { first: 15 * MINUTE_MS, others: HOUR_MS, longest: 7 * 24 * HOUR_MS }

/** Brings the destination of a webhook or OCSF route up to date from what the table holds now: a message that comes twice, late or merged with another tells
 *  the same, and nothing where nothing changed. Throws CodedError `throttled`, `unavailable`, `conflict` for the queue to try again, as long as that has patience
 *  (`receives`: how often it was delivered, from 1); then it is the sweep's. What is refused is told to the operator, and tried again when the incident changes, after
 *  a quarter of an hour, and every hour for a week. */
export async function deliver(of: Of, ports: DeliverPorts, receives = 1): Promise<void> {
  try {
    await attempt(of, ports)
  } catch (error) {
    if (!(error instanceof CodedError && error.transient) || receives < PATIENT_RECEIVES) throw error
    const atMs = ports.clock() + Math.max((error.retryAfterSeconds ?? 0) * 1000, MINUTE_MS)
    ports.log.warn('delivered later', { ...of, why: messageOf(error) })
    await setLater(of, atMs, ports, (state) => ({ ...state, laterMs: atMs }))
  }
}

async function attempt(of: Of, ports: DeliverPorts): Promise<void> {
  const { store, routes, log, link, clock } = ports
  const route = routes.find(({ name }) => name === of.route)
  if (!route?.webhook && !route?.ocsf) return log.warn('no such route to deliver to', { incident: of.incident, route: of.route })
  const view = await loadView(store, of.incident)
  if (!view) throw new CodedError('invalid_input', `deliver: there is no incident ${of.incident.slice(0, 40)}`)
  const event = incidentEvent(view, { url: link?.(of.incident) })
  const held = await readDelivery(store, of.incident, of.route)
  if (isSetDown(held.state, shownId(event), clock())) return
  try {
    await bringUpToDate(held, { of, route, event }, ports)
  } catch (error) {
    if (!(error instanceof CodedError) || error.transient) throw error
    await tellFailure(error, of, ports)
    await setAside(of, { shown: shownId(event), before: held.state.failed }, ports)
  }
}

/** Whether it stands in the sweep's list for a later time. What was refused is tried at once where there is something else to be shown. */
function isSetDown({ failed, laterMs = 0 }: DeliveryState, shown: string, nowMs: number): boolean {
  return nowMs < laterMs || (failed?.of === shown && nowMs < nextTryMs(failed))
}

function nextTryMs({ sinceMs, atMs }: NonNullable<DeliveryState['failed']>): number {
  return atMs + (atMs === sinceMs ? REFUSED_MS.first : REFUSED_MS.others)
}

type Refused = { readonly shown: string; readonly before: DeliveryState['failed'] }

async function setAside(of: Of, { shown, before }: Refused, ports: DeliverPorts): Promise<void> {
  const atMs = ports.clock()
  const failed = { of: shown, sinceMs: before?.of === shown ? before.sinceMs : atMs, atMs }
  if (atMs - failed.sinceMs > REFUSED_MS.longest) return ports.log.warn('delivery is given up until the incident changes', of)
  await setLater(of, nextTryMs(failed), ports, (now) => ({ ...now, failed }))
}

/** First for the sweep, then in the state, so that it is not set down for every message that comes meanwhile. Where another is at it, that one knows better. */
async function setLater(
  of: Of,
  atMs: number,
  { store, clock }: DeliverPorts,
  change: (state: DeliveryState) => DeliveryState,
): Promise<void> {
  await sweepLater(of, atMs, store)
  const { state, version } = await readDelivery(store, of.incident, of.route)
  if (state.begun && clock() < state.begun.untilMs) return
  await writeDelivery(store, { ...of, version }, change(state)).catch((error) => {
    if (!(error instanceof CodedError && error.code === 'conflict')) throw error
  })
}

function sweepLater({ incident, route }: Of, atMs: number, store: Store): Promise<void> {
  return setDue(store, atMs, `deliver-${incident}-${contentHash(route, 12)}`, { do: 'deliver', incident, route })
}

type Task = { readonly of: Of; readonly route: Route; readonly event: IncidentEvent }

async function bringUpToDate(start: Held, task: Task, ports: DeliverPorts): Promise<void> {
  const { store, clock, log } = ports
  const { of } = task
  const gate = circuit(of, { store, clock, log, onSilent: (error) => tellFailure(error, of, ports) })
  const gated: DeliverPorts = {
    ...ports,
    send: (request) => gate.through(() => ports.send(request)),
    exportOcsf: (...what) => gate.through(() => ports.exportOcsf(...what)),
  }
  const beganMs = clock()
  let held = start
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const work = await nextWork(held, task, gated)
    if (!work) return
    const untilMs = steps === 0 ? await gate.heldUntilMs() : undefined
    if (untilMs !== undefined) return setLater(of, untilMs, ports, (state) => ({ ...state, laterMs: untilMs }))
    if (steps > 0 && clock() - beganMs >= FURTHER_MS) return sweepLater(of, clock(), store)
    held = await takeStep(held, withJournal(work, of, ports), of, { store, clock })
    log.info('incident delivered', { ...of, step: work.name })
  }
  log.error('a delivery comes to no end', of)
}

/** What was taken stands in the journal before it is kept as taken: again is no second line. */
function withJournal(work: Work, { incident, route }: Of, { store, clock }: DeliverPorts): Work {
  const { said, perform, look } = work
  if (said === undefined) return work
  const line = { id: `delivery-${work.id}`, kind: 'delivery', what: `route "${route}"`, incident, outcome: said } as const
  const write = () => journal(store, { ...line, at: clock() })
  return {
    ...work,
    perform: async () => {
      const kept = await perform()
      if (kept) await write()
      return kept
    },
    ...(look && {
      look: {
        ...look,
        found: async (begunId) => {
          const kept = await look.found(begunId)
          if (kept) await write()
          return kept
        },
      },
    }),
  }
}

async function nextWork({ state: { kept } }: Held, { of, route, event }: Task, ports: DeliverPorts): Promise<Work | undefined> {
  const { webhook, ocsf } = route
  if (webhook) return webhookWork(webhook, { event, kept, route: of.route }, ports)
  const next = ocsf && nextEvents(event, kept, of.route)
  if (!next) return undefined
  const perform = async () => {
    await ports.exportOcsf(ocsf, next.events, next.id)
    return {}
  }
  return { ...next, name: 'export', perform }
}
