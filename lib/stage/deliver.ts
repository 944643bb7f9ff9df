import { contentId } from '../detection/id.ts'
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
import { type Held, readDelivery, writeDelivery } from '../webhook/delivery-state.ts'
import { type IncidentEvent, incidentEvent } from '../webhook/incident-event.ts'
import { takeStep, type Work } from '../webhook/take-step.ts'
import { shownId } from '../webhook/template.ts'
import { webhookWork } from '../webhook/webhook-work.ts'

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
const HOUR_MS = 3600_000

/** Brings the destination of a webhook or OCSF route up to date from what the table holds now: a message that comes twice, late or merged with another tells
 *  the same, and nothing where nothing changed. Throws CodedError `throttled`, `unavailable`, `conflict` where another try may help; what none would help is
 *  written down, told to the operator, and set aside until the incident changes. */
export async function deliver(of: Of, ports: DeliverPorts): Promise<void> {
  const { store, routes, log, link } = ports
  const route = routes.find(({ name }) => name === of.route)
  if (!route?.webhook && !route?.ocsf) return log.warn('no such route to deliver to', { incident: of.incident, route: of.route })
  const view = await loadView(store, of.incident)
  if (!view) throw new CodedError('invalid_input', `deliver: there is no incident ${of.incident.slice(0, 40)}`)
  const event = incidentEvent(view, { url: link?.(of.incident) })
  const held = await readDelivery(store, of.incident, of.route)
  if (held.state.failed?.of === shownId(event)) return
  try {
    await bringUpToDate(held, { of, route, event }, ports)
  } catch (error) {
    if (!(error instanceof CodedError) || error.transient) throw error
    await tellFailure(error, of, ports)
    const { state, version } = await readDelivery(store, of.incident, of.route)
    await writeDelivery(store, { ...of, version }, { ...state, failed: { of: shownId(event), atMs: ports.clock() } })
  }
}

type Task = { readonly of: Of; readonly route: Route; readonly event: IncidentEvent }

async function bringUpToDate(start: Held, task: Task, ports: DeliverPorts): Promise<void> {
  const { store, clock, log } = ports
  const { incident, route } = task.of
  let held = start
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const work = await nextWork(held, task, ports)
    if (!work) return
    held = await takeStep(held, withJournal(work, task.of, ports), task.of, { store, clock })
    log.info('incident delivered', { incident, route, step: work.name })
  }
  log.error('a delivery comes to no end', { incident, route })
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

/** Once an hour for a route and a reason, whichever incidents are concerned. */
async function tellFailure(error: CodedError, { incident, route }: Of, { store, clock, log }: DeliverPorts): Promise<void> {
  const at = clock()
  const reason = `${error.code} ${error.message.split(': ').slice(0, 2).join(': ')}`
  const id = contentId('delivery-failed', route, reason, Math.floor(at / HOUR_MS)).slice(0, 32)
  const what = `route "${route}", first incident ${incident}`
  await journal(store, { id: `delivery-failed-${id}`, at, kind: 'delivery', what, outcome: 'failed', why: messageOf(error) })
  const marker = { pk: 'delivery-failed', sk: id, data: {}, expires: Math.ceil((at + 2 * HOUR_MS) / 1000) }
  if (await store.put(marker, 'absent'))
    log.error('a route cannot be delivered to: see the journal', { route, incident, reason: reason.slice(0, 200) })
}
