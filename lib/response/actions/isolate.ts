import * as z from 'zod'
import { DurationSeconds } from '../../duration.ts'
import type { ClusterReader, ClusterWriter, KubernetesObject } from '../../port/cluster.ts'
import type { Action, ProvenPod } from '../action.ts'
import { isManaged, MANAGED } from './managed.ts'
import { patchPod } from './patch-pod.ts'
import { stillAllowing } from './still-allowing.ts'

type Cluster = ClusterReader & ClusterWriter

const Parameters = z.strictObject({ allow_dns: z.boolean().default(false), expires: DurationSeconds.optional() })
const Undo = z.object({ policy: z.string(), label: z.string(), uid: z.string() })
const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' } as const
const ACTION = 'creance.dev/action'
/** Each isolation has a name and a label of its own: the end of one does not end another of the same pod. */
const policyName = (actionId: string): string => `creance-${actionId.slice(0, 16)}`
const labelKey = (actionId: string): string => `creance.dev/isolated-${actionId.slice(0, 16)}`

/** Cuts the pod, and no other, off the network in both directions, by a NetworkPolicy that selects a label whose value is the pod's uid.
 *  The policy comes first and the label second: the label is what makes it bite, in one step. Undo: both are taken away. */
export const isolate: Action<z.infer<typeof Parameters>> = {
  name: 'isolate',
  title: 'Isolate',
  description: 'Cuts this one pod off the network, both directions. DNS may be allowed; it ends by itself after `expires`.',
  parameters: Parameters,
  rbac: [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'patch'] },
    { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'list', 'create', 'delete'] },
  ],
  example: 'isolate: {allow_dns: true, expires: 4h}',
  destructive: true,
  goneAfterBegin: 'skipped',
  outlivesPod: true,
  lifetimeSeconds: ({ expires }) => expires,
  undoOf: ({ uid }, _parameters, actionId) => ({ policy: policyName(actionId), label: labelKey(actionId), uid }),
  run: async (pod, { allow_dns }, { cluster, actionId, incident }) => {
    if ((pod.object.spec as { hostNetwork?: boolean } | undefined)?.hostNetwork) {
      return { state: 'refused', guard: 'host_network', why: 'the pod uses the network of its node, which a NetworkPolicy does not reach' }
    }
    const policy = policyFor(pod, { allowDns: allow_dns, actionId, incident })
    if ((await cluster.create(policy)) === 'exists' && !(await isOurs(cluster, policy, actionId))) {
      return {
        state: 'refused',
        guard: 'foreign_policy',
        why: `a NetworkPolicy ${policy.metadata.name} that is not ours stands in its place`,
      }
    }
    if ((await patchPod(cluster, pod, { [labelKey(actionId)]: pod.uid })) === 'absent') {
      await removePolicy(cluster, pod.namespace, policy.metadata.name)
      return { state: 'skipped', why: 'the pod is gone' }
    }
    const open = await stillAllowing(cluster, pod)
    const but = open.length > 0 ? `; but policies add up, and ${open.slice(0, 3).join(', ')} still allows some of its traffic` : ''
    return { state: 'done', why: `NetworkPolicy ${policy.metadata.name}${but}` }
  },
  undo: async ({ undo, namespace, pod, cluster }) => {
    const { policy, label, uid } = Undo.parse(undo)
    const removed = await removePolicy(cluster, namespace, policy)
    await patchPod(cluster, { namespace, name: pod, uid }, { [label]: null })
    return removed === 'foreign'
      ? { state: 'refused', guard: 'foreign_policy', why: `NetworkPolicy ${policy} is not ours any more` }
      : { state: 'undone', ...(removed === 'absent' ? { why: 'the NetworkPolicy was gone already' } : {}) }
  },
}

function policyFor(pod: ProvenPod, of: { allowDns: boolean; actionId: string; incident: string }): KubernetesObject {
  const dns = {
    to: [
      {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
        podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      },
    ],
    ports: [
      { protocol: 'UDP', port: 53 },
      { protocol: 'TCP', port: 53 },
    ],
  }
  return {
    ...POLICY,
    metadata: {
      name: policyName(of.actionId),
      namespace: pod.namespace,
      labels: { ...MANAGED, [ACTION]: of.actionId.slice(0, 32) },
      annotations: { 'creance.dev/incident': of.incident, 'creance.dev/pod': pod.name },
    },
    spec: {
      podSelector: { matchLabels: { [labelKey(of.actionId)]: pod.uid } },
      policyTypes: ['Ingress', 'Egress'],
      ...(of.allowDns ? { egress: [dns] } : {}),
    },
  }
}

async function isOurs(cluster: Cluster, { metadata }: KubernetesObject, actionId: string): Promise<boolean> {
  const { name, namespace = '' } = metadata
  const found = await cluster.get({ ...POLICY, namespace, name })
  return found?.metadata.labels?.[ACTION] === actionId.slice(0, 32)
}

async function removePolicy(cluster: Cluster, namespace: string, name: string): Promise<'removed' | 'absent' | 'foreign'> {
  const found = await cluster.get({ ...POLICY, namespace, name })
  if (!found) return 'absent'
  if (!isManaged(found) || !found.metadata.uid) return 'foreign'
  return cluster.remove({ ...POLICY, namespace, name, uid: found.metadata.uid })
}
