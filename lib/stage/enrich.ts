import { Context, contextSortKey, nameOf } from '../context/context.ts'
import { DESCRIBE_WITHIN_MS, describeIncident } from '../context/describe.ts'
import { CodedError } from '../error.ts'
import { Incident, incidentKey, incidentPartition, latestPod } from '../incident/incident.ts'
import type { ClusterReader } from '../port/cluster.ts'
import type { Clock, Log } from '../port/log.ts'
import type { QueueSender } from '../port/queue.ts'
import { read, type Store, update } from '../port/store.ts'
import { type IncidentMessage, noticeMessage } from './messages.ts'

export type EnrichPorts = {
  /** The clusters that may be read, by the names that forwarders stamp on their alerts. */
  readonly readers: (name: string) => Promise<ClusterReader | undefined>
  readonly store: Store
  readonly messages: QueueSender
  readonly clock: Clock
  readonly log: Log
}

/** A pod may be re-made under its name at any time; a storm need not be asked about more often than this. */
const FRESH_MS = 30_000

/** Reads what the cluster knows of the incident's pod, and what its subject has had before, and passes the incident on to chat. An incident is never
 *  held up for it: what cannot be read in time is named in the context, and read again at the incident's next change. */
export async function enrich({ incident: id }: IncidentMessage, { readers, store, messages, clock, log }: EnrichPorts): Promise<void> {
  const incident = await read(store, incidentKey(id), Incident)
  if (!incident) throw new CodedError('invalid_input', `enrich: there is no incident ${id.slice(0, 40)}`)
  const key = { pk: incidentPartition(id), sk: contextSortKey }
  const pod = latestPod(incident)
  const of = pod && nameOf(pod)
  const present = await read(store, key, Context)
  if (!present || present.of !== of || (present.unread.length > 0 && clock() - present.atMs > 5000) || clock() - present.atMs > FRESH_MS) {
    const context = await describeIncident(incident, {
      cluster: (await readers(incident.subject.cluster)) ?? unknownCluster,
      store,
      nowMs: clock(),
      signal: AbortSignal.timeout(DESCRIBE_WITHIN_MS),
    })
    if (context.unread.length > 0) log.warn('context is incomplete', { incident: id, unread: context.unread.join('; ').slice(0, 300) })
    await update(store, key, Context, (now) =>
      now && now.of === of && now.absent === undefined && context.absent !== undefined ? { ...now, absent: context.absent } : context,
    )
  }
  await messages.send([noticeMessage(id, `enriched-${incident.revision}`)])
}

const noAccess = () => Promise.reject(new CodedError('invalid_config', 'no access to this cluster is set up'))
const unknownCluster: Pick<ClusterReader, 'get' | 'list'> = { get: noAccess, list: noAccess }
