import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { contentId } from '../../lib/detection/id.ts'
import { incidentPartition } from '../../lib/incident/incident.ts'
import { readJournal } from '../../lib/incident/journal.ts'
import type { Cluster, KubernetesObject } from '../../lib/port/cluster.ts'
import { read } from '../../lib/port/store.ts'
import { baseGuards, Guards, joinGuards } from '../../lib/response/guards.ts'
import type { Outcome } from '../../lib/response/outcome.ts'
import { withoutScheme } from '../../lib/response/prove.ts'
import { ActionRecord, actionSortKey } from '../../lib/response/record.ts'
import type { ActionRequest, Target } from '../../lib/response/request.ts'
import { respond } from '../../lib/stage/respond.ts'
import type { Wrap } from './chain.ts'
import { eventually } from './eventually.ts'
import { memoryEvidence } from './memory-evidence.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const SPEC = { containers: [{ name: 'c', image: 'nginx:1.29' }] }
const POD = { apiVersion: 'v1', kind: 'Pod' } as const
/** Guards that hold nothing back of what these tests do. */
const WIDE = { budget: { per_cluster: '999/h', per_namespace: '999/h', per_workload: '999/h' }, cooldown: '1s' } as const

let count = 0

/** The respond stage with a table, a store of evidence and an incident of its own, on a cluster whose name is `c`. */
export function responder(cluster: Cluster, { guards = {}, wrap = (_name, port) => port }: { guards?: object; wrap?: Wrap } = {}) {
  const time = { nowMs: Date.now() }
  const clock = () => time.nowMs
  const store = sqliteStore(openDatabase(':memory:'), { clock })
  const evidence = memoryEvidence()
  const counted: Readonly<Record<string, string>>[] = []
  const wrapped = wrap('cluster', cluster)
  const incident = `incident-${++count}`
  const ports = {
    clusters: async (name: string) => (name === 'c' ? wrapped : undefined),
    store: wrap('store', store),
    messages: { send: async () => undefined },
    evidence: wrap('evidence', evidence),
    guards: joinGuards(baseGuards(), [Guards.parse({ ...WIDE, ...guards })]),
    metrics: { count: (_name: string, labels: Readonly<Record<string, string>>) => void counted.push(labels) },
    clock,
    log: quiet,
    patienceMs: 0,
  }
  const requestOf = (action: string, parameters: object, pod: KubernetesObject, changes: Partial<ActionRequest> = {}): ActionRequest => ({
    id: contentId(action, `${++count}`),
    incident,
    action,
    parameters: { ...parameters },
    target: targetOf(pod, time.nowMs),
    by: { kind: 'response', name: 'R' },
    expiresMs: time.nowMs + 60_000,
    ...changes,
  })
  const recordOf = (id: string) => read(store, { pk: incidentPartition(incident), sk: actionSortKey(id) }, ActionRecord)
  const carryOut = async (request: ActionRequest): Promise<Outcome | undefined> => {
    await respond({ requests: [request] }, ports, { lastTry: false })
    return (await recordOf(request.id))?.outcome
  }
  const release = (ids: readonly string[], pod: KubernetesObject) =>
    carryOut(requestOf('release', { of: ids }, pod, { by: { kind: 'user', id: 'U1', name: 'alice' } }))
  return { time, ports, store, evidence, counted, requestOf, carryOut, release, recordOf, journal: () => readJournal(store, { incident }) }
}

/** What an alert about the pod's first container would say, a moment after it began. */
export function targetOf({ metadata, spec, status }: KubernetesObject, nowMs: number): Target {
  const { name, namespace = '', uid = '', creationTimestamp = '' } = metadata
  const { nodeName } = spec as { nodeName: string }
  const { containerStatuses } = status as { containerStatuses: readonly { containerID: string }[] }
  const containerId = withoutScheme(containerStatuses[0]?.containerID).slice(0, 12)
  const seenMs = Math.min(Math.max(Date.parse(creationTimestamp) + 1000, nowMs - 1000), nowMs)
  return { cluster: 'c', namespace, pod: name, uid, containerId, node: nodeName, seenNs: String(BigInt(seenMs) * 1_000_000n) }
}

/** Makes workloads in one namespace, and waits until their pods run. */
export function workloadsIn(cluster: Cluster, namespace: string) {
  const running = (selector: string, wanted: number): Promise<readonly KubernetesObject[]> =>
    eventually(async () => {
      const pods = await cluster.list({ ...POD, namespace, labelSelector: selector })
      const run = pods.filter(({ metadata, status }) => (status as { phase?: string }).phase === 'Running' && !metadata.deletionTimestamp)
      if (run.length !== wanted) throw new Error(`${run.length} of ${wanted} pods of ${selector} run in ${namespace}`)
      return run
    }, 60_000)
  const make = async (apiVersion: string, kind: string, name: string, spec: object): Promise<KubernetesObject> => {
    await cluster.create({ apiVersion, kind, metadata: { name, namespace }, spec })
    return (await cluster.get({ apiVersion, kind, namespace, name })) ?? Promise.reject(new Error(`${kind} ${name} was not made`))
  }
  const template = (app: string, spec: object) => ({ metadata: { labels: { app } }, spec: { ...SPEC, ...spec } })
  /** A pod that says it is owned by the workload, which has no controller here. */
  const ownedBy = async (owner: KubernetesObject, app: string): Promise<KubernetesObject> => {
    const { apiVersion, kind, metadata } = owner
    const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }]
    await cluster.create({ ...POD, metadata: { name: app, namespace, labels: { app }, ownerReferences }, spec: SPEC })
    return (await running(`app=${app}`, 1))[0] ?? Promise.reject(new Error('no pod'))
  }
  return {
    running,
    make,
    ownedBy,
    deployment: async (name: string, replicas = 1, spec: object = {}) => {
      const selector = { matchLabels: { app: name } }
      await make('apps/v1', 'Deployment', name, { replicas, selector, template: template(name, spec) })
      return running(`app=${name}`, replicas)
    },
    pod: async (name: string, { metadata = {}, spec = {} }: { metadata?: object; spec?: object } = {}) => {
      await cluster.create({ ...POD, metadata: { name, namespace, labels: { app: name }, ...metadata }, spec: { ...SPEC, ...spec } })
      return eventually(async () => {
        const pod = await cluster.get({ ...POD, namespace, name })
        if ((pod?.status as { phase?: string } | undefined)?.phase !== 'Running') throw new Error('the pod does not run')
        return pod ?? Promise.reject(new Error('no pod'))
      }, 60_000)
    },
  }
}
