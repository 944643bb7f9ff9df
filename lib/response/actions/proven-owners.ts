import * as z from 'zod'
import { controllerReference } from '../../context/owners.ts'
import type { ClusterReader, KubernetesObject } from '../../port/cluster.ts'
import { type Labels, Selector, selects } from './policy-selector.ts'

/** The owners that are proven, the nearest first. `unproven`: why the next one is not, where its kind is one that could be; `above`: the kind and name
 *  of one that no rule here reaches. Neither: nothing controls the last of them. */
export type ProvenOwners = { readonly owners: readonly KubernetesObject[]; readonly unproven?: string; readonly above?: string }

/** By what an owner holds a child: undefined where the two do not go together. */
type Proof = (child: KubernetesObject, owner: KubernetesObject) => boolean

const PROOFS: Readonly<Record<string, Proof>> = {
  'v1 Pod < apps/v1 ReplicaSet': selectsLabels,
  'v1 Pod < apps/v1 StatefulSet': selectsLabels,
  'apps/v1 ReplicaSet < apps/v1 Deployment': (set, deployment) =>
    selectsLabels(set, deployment) && selectsLabels(templateOf(set), deployment),
  'v1 Pod < batch/v1 Job': (pod, job) => (selectorOf(job) ? selectsLabels(pod, job) : hasJobLabel(pod, job)),
  'batch/v1 Job < batch/v1 CronJob': isActive,
}
const OWNERS = new Set(Object.keys(PROOFS).map((steps) => steps.split(' < ')[1]))

const WithSelector = z.object({ selector: Selector })
const Template = z.object({ template: z.object({ metadata: z.object({ labels: z.record(z.string(), z.string()) }) }) })
const Active = z.object({ active: z.array(z.object({ uid: z.string() })) })
const JOB_LABELS = ['batch.kubernetes.io/controller-uid', 'controller-uid']

/** The owners of a pod that something may be done to. Who makes a pod writes its ownerReferences, so each step needs what the owner itself says: its
 *  selector holds the child's labels, as its controller demands before it counts the child; a CronJob's status, which only the API server's own controllers
 *  write, has the Job's uid. What remains: who may make a pod with the workload's labels and its uid has made a pod that this workload really counts.
 *  Errors: ClusterReader's. */
export async function provenOwners(pod: KubernetesObject, cluster: Pick<ClusterReader, 'get'>): Promise<ProvenOwners> {
  const { namespace } = pod.metadata
  const owners: KubernetesObject[] = []
  let child: KubernetesObject = { ...pod, apiVersion: 'v1', kind: 'Pod' }
  for (;;) {
    const reference = controllerReference(child)
    if (!reference) return { owners }
    const { apiVersion, kind, name, uid } = reference
    const proof = PROOFS[`${child.apiVersion} ${child.kind} < ${apiVersion} ${kind}`]
    if (!proof && !OWNERS.has(`${apiVersion} ${kind}`)) return { owners, above: `${kind} ${name}` }
    const unproven = `that ${kind} ${name} owns ${child.kind} ${child.metadata.name} is said by the latter alone`
    const found = proof && (await cluster.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }))
    if (!found || found.metadata.uid !== uid) return { owners, unproven }
    const owner = { ...found, apiVersion, kind }
    if (!proof(child, owner)) return { owners, unproven }
    owners.push(owner) // each step goes to a kind that comes later: at most two
    child = owner
  }
}

function selectsLabels({ metadata }: Pick<KubernetesObject, 'metadata'>, owner: KubernetesObject): boolean {
  const selector = selectorOf(owner)
  return selector !== undefined && selects(selector, metadata.labels ?? {})
}

/** An empty selector, which would select everything, is none. */
function selectorOf({ spec }: KubernetesObject): Selector | undefined {
  const selector = WithSelector.safeParse(spec).data?.selector
  const size = Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0)
  return size > 0 ? selector : undefined
}

function templateOf({ metadata: { name }, spec }: KubernetesObject): Pick<KubernetesObject, 'metadata'> {
  const labels: Labels = Template.safeParse(spec).data?.template.metadata.labels ?? {}
  return { metadata: { name, labels } }
}

function hasJobLabel({ metadata }: KubernetesObject, { metadata: { uid } }: KubernetesObject): boolean {
  return uid !== undefined && JOB_LABELS.some((key) => metadata.labels?.[key] === uid)
}

function isActive({ metadata: { uid } }: KubernetesObject, { status }: KubernetesObject): boolean {
  return Active.safeParse(status).data?.active.some((job) => job.uid === uid) ?? false
}
