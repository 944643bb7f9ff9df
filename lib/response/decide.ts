import { controllerReference, ownersAbove } from '../context/owners.ts'
import { CodedError } from '../error.ts'
import type { Cluster, KubernetesObject } from '../port/cluster.ts'
import type { EvidenceStore } from '../port/evidence.ts'
import type { Clock } from '../port/log.ts'
import type { Store } from '../port/store.ts'
import type { ActionContext, ProvenPod } from './action.ts'
import { type ActionData, type AnyAction, actionNamed } from './actions/index.ts'
import { type PodData, podData } from './actions/pod-data.ts'
import { takeEvidence } from './capture/take-evidence.ts'
import { type Guards, guardPod, guardRequest } from './guards.ts'
import { guardLimits, type Limited } from './limits.ts'
import type { Outcome } from './outcome.ts'
import { provePod } from './prove.ts'
import { type ActionRecord, podOf } from './record.ts'
import { hidesKeeper, keeperOf, replicasOf } from './replica-floor.ts'
import type { ActionRequest } from './request.ts'
import { guardStop } from './stop.ts'

export type DecidePorts = {
  readonly cluster: Cluster
  readonly store: Store
  readonly evidence: EvidenceStore
  readonly guards: Guards
  readonly clock: Clock
  /** Writes down, before the cluster is touched, that the action is begun and what it works from; says what stands there, which is the first. */
  readonly begin: (begun: Begun) => Promise<ActionRecord>
}

export type Begun = { readonly pod: PodData; readonly data: ActionData; readonly evidence: ActionRecord['evidence'] }

/** What became of it, on which pod (where that was proven), and of which workload it is (where that was looked at). */
export type Verdict = { readonly outcome: Outcome; readonly pod?: PodData; readonly workload?: string }

/** The verdict, read from top to bottom: guards on the request, proof of the pod, guards on the pod, what the action itself says, limits,
 *  evidence, begin, and then the action. What was begun before has been through the guards of the pod and the limits. `record`: what is known of it from an earlier try. Throws what the cluster and the store throw. */
export async function decide(request: ActionRequest, record: ActionRecord | undefined, ports: DecidePorts): Promise<Verdict> {
  const { cluster, store, guards, clock } = ports
  const dryRun = request.dryRun || guards.dry_run
  const begunMs = record?.begunMs
  const action = actionNamed(request.action)
  if (!action) return refused('unknown_action', `there is no action "${request.action.slice(0, 40)}"`)
  const problem = action.problemWith(request.parameters)
  if (problem !== undefined) return refused('bad_parameters', `${action.name}: ${problem}`)
  const against = (await guardStop(store)) ?? guardRequest(request, guards, { nowMs: clock(), begunMs })
  if (against && begunMs === undefined) return { outcome: against }
  if (against)
    return { outcome: { ...against, why: words(against.why, 'it was begun before, and Release takes back what of it was done') } }

  const { namespace, pod: name } = request.target
  const proof = provePod(await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace, name }), request.target)
  const context: ActionContext = { ...ports, actionId: request.id, incident: request.incident }
  if (proof.kind === 'absent') return withoutPod(proof.why, record, action, context)
  if (proof.kind === 'unproven') return refused('unproven', proof.why)
  const { pod } = proof
  const of = { pod: podData(pod) }
  const protectedBy = begunMs === undefined ? guardPod(pod.object, guards) : undefined
  if (protectedBy) return { outcome: protectedBy, ...of }

  const prepared = record?.data ? { kind: 'ready' as const, data: record.data } : await action.prepare(pod, request.parameters, context)
  if (prepared.kind === 'refusal') return { outcome: prepared.outcome, ...of }
  const limited = begunMs === undefined ? await limitsOf(request, pod, action, ports) : undefined
  if (limited && 'outcome' in limited) return { ...limited, ...of }
  const workload = workloadName(limited?.workload, pod)
  const over = limited && (await guardLimits(request, limited, guards, { store, nowMs: clock(), spend: !dryRun }))
  if (over) return { outcome: over, ...of, workload }
  if (dryRun)
    return { outcome: { state: 'dry_run', why: words(`it would ${action.title.toLowerCase()} the pod`, limited?.note) }, ...of, workload }

  const evidence = action.losesPod ? (record?.evidence ?? (await evidenceOf(pod, context))) : undefined
  const begun = await ports.begin({ ...of, data: prepared.data, evidence })
  const stopped = await guardStop(store) // evidence may have taken seconds
  if (stopped) return { outcome: stopped, ...of, workload }
  const outcome = await action.run(begun.data ?? prepared.data, { ...context, proven: pod.object })
  const kept = begun.evidence && outcome.state === 'done' ? `evidence ${begun.evidence.uri} sha256 ${begun.evidence.sha256}` : undefined
  const why = words(outcome.why, kept, limited?.note)
  return { outcome: why ? { ...outcome, why } : outcome, ...of, workload }
}

async function evidenceOf(pod: ProvenPod, context: ActionContext): Promise<NonNullable<Begun['evidence']>> {
  const { uri, sha256 } = await takeEvidence(pod, context)
  return { uri, sha256 }
}

/** The pod is gone. An action that was begun before is done by that, or goes on without it, or there is nothing left to do. */
async function withoutPod(why: string, record: ActionRecord | undefined, action: AnyAction, context: ActionContext): Promise<Verdict> {
  const of = record ? podOf(record) : {}
  if (record?.begunMs === undefined || action.goneAfterBegin === 'skipped') return { outcome: { state: 'skipped', why }, ...of }
  if (action.goneAfterBegin === 'run' && record.data) return { outcome: await action.run(record.data, context), ...of }
  return { outcome: { state: 'done', why: 'the pod is gone since this was begun' }, ...of }
}

/** What the limits go by: the floor by the nearest owner that keeps a number of pods, budgets by the top one that can be read. One that cannot be (an operator's
 *  kind, mostly) refuses where the floor depends on it, and else is told with the outcome. */
async function limitsOf(
  { by }: ActionRequest,
  pod: ProvenPod,
  { takesAway }: AnyAction,
  { cluster, guards }: DecidePorts,
): Promise<Limited | { readonly outcome: Outcome }> {
  const base = { podUid: pod.uid, takesAway }
  if (by.kind !== 'response') return { ...base, workload: undefined, replicas: undefined }
  const hasFloor = takesAway !== 'nothing' && guards.replica_floors.length > 0
  const owners: KubernetesObject[] = []
  let note: string | undefined
  try {
    for await (const owner of ownersAbove(pod.object, cluster)) owners.push(owner)
  } catch (error) {
    note = `its owners cannot all be read: ${lastingWords(error)}`
    const unread = controllerReference(owners.at(-1) ?? pod.object)
    if (hasFloor && (!unread || hidesKeeper(owners, unread))) return refused('replica_floor', note)
  }
  const workload = owners.at(-1) ?? (note === undefined ? undefined : namedOwner(pod.object))
  try {
    const replicas = hasFloor ? await replicasOf(keeperOf(owners), cluster) : undefined
    return { ...base, workload, replicas, ...(note === undefined ? {} : { note }) }
  } catch (error) {
    return refused('replica_floor', `the pod's workload cannot be read: ${lastingWords(error)}`)
  }
}

/** What an error says that another try will not mend; throws any other. */
function lastingWords(error: unknown): string {
  if (!(error instanceof CodedError) || error.transient) throw error
  return error.message
}

/** The pod's controller as the pod names it: enough to count by. */
function namedOwner({ metadata }: KubernetesObject): KubernetesObject | undefined {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)
  return owner && { apiVersion: owner.apiVersion, kind: owner.kind, metadata: { name: owner.name, uid: owner.uid } }
}

function words(...texts: readonly (string | undefined)[]): string {
  return texts.filter(Boolean).join('; ')
}

function workloadName(workload: KubernetesObject | undefined, { namespace, name }: ProvenPod): string {
  return workload ? `${workload.kind} ${namespace}/${workload.metadata.name}` : `Pod ${namespace}/${name}`
}

function refused(guard: string, why: string) {
  return { outcome: { state: 'refused', guard, why } } as const
}
