import * as z from 'zod'
import { CodedError } from '../../error.ts'
import type { Cluster, KubernetesObject } from '../../port/cluster.ts'
import type { Action, ActionContext, ProvenPod } from '../action.ts'
import { DETACH_RBAC, labelsToTakeOff } from './detach.ts'
import { IsolateParameters, Isolation, LABEL_PREFIX } from './isolate-data.ts'
import { type PuttingBack, puttingBack, takingOff, without } from './isolate-labels.ts'
import { doneWords, undoneWords } from './isolate-words.ts'
import { patchObject } from './patch-object.ts'
import { POD_GONE, podData, podIdentity } from './pod-data.ts'
import { makePolicy, removePolicy } from './policy-object.ts'
import type { Labels } from './policy-selector.ts'
import { placeOf, policyRbac } from './policy-sort.ts'
import { stillAllowing } from './still-allowing.ts'

/** Cuts the pod, and no other, off the network in both directions, by a policy that selects a label whose value is the pod's uid. The policy comes
 *  first and the label second: the label is what makes it bite, in one step. With `detach` the same step takes off the labels by which Services
 *  (and the controller, which then makes another) hold the pod. Undo: the policy goes, and then in one step our label, and the labels come back;
 *  a controller that made another meanwhile has one too many and removes one of them. */
export const isolate: Action<IsolateParameters, Isolation> = {
  name: 'isolate',
  title: 'Isolate',
  description: 'Cuts this one pod off the network, both directions, but for what is allowed, and ends by itself.',
  parameters: IsolateParameters,
  data: Isolation,
  rbac: (parameters = IsolateParameters.parse({})) => [
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'patch'] },
    ...policyRbac(parameters),
    ...(parameters.detach === 'none' ? [] : DETACH_RBAC),
  ],
  example: 'isolate: {allow_dns: true, expires: 4h}',
  destructive: true,
  losesPod: false,
  takesAway: 'pod',
  goneAfterBegin: 'skipped',
  outlivesPod: true,
  lifetimeSeconds: ({ expires }) => expires,
  prepare: async (pod, parameters, { cluster, actionId, incident }) => {
    if (usesHostNetwork(pod)) return refused('host_network', 'the pod uses the network of its node, which a policy for pods does not reach')
    const { policy: sort, allow_dns: dns, allow_cidrs: cidrs, allow_namespaces: namespaces } = parameters
    const place = await placeOf(cluster, sort)
    if (!place) return refused('unknown_kind', `this API server serves no policies of ${sort}`)
    const detached = await labelsToTakeOff(pod, parameters.detach, cluster)
    const short = actionId.slice(0, 16)
    const { apiVersion, kind, prefix } = place
    const policy = { sort, apiVersion, kind, name: `${prefix}creance-${short}` }
    const allow = { dns, cidrs, namespaces }
    return {
      kind: 'ready',
      data: { pod: podData(pod), action: actionId, incident, policy, label: `${LABEL_PREFIX}${short}`, allow, detached },
    }
  },
  run: async (isolation, { cluster, proven }) => {
    if ((await makePolicy(cluster, isolation)) === 'foreign') return foreign(isolation, 'that is not of this isolation stands in its place')
    const labels = await takeOff(cluster, isolation, proven)
    if (!labels) {
      await removePolicy(cluster, isolation)
      return POD_GONE
    }
    return { state: 'done', why: doneWords(isolation, await stillAllowing(cluster, isolation, labels)) }
  },
  undo: async (isolation, { cluster }) => {
    const removed = await removePolicy(cluster, isolation)
    let putting: PuttingBack | undefined
    const patched = await patchObject(cluster, podIdentity(isolation.pod), ({ metadata }) => {
      putting = puttingBack(isolation, metadata.labels ?? {})
      return putting.change
    })
    if (removed === 'foreign') return foreign(isolation, 'is not ours any more, and is left as it is')
    const why = undoneWords(isolation, { isPolicyGone: removed === 'absent', putting: patched === 'absent' ? undefined : putting })
    return { state: 'undone', ...(why ? { why } : {}) }
  },
}

/** The pod's labels as they are then; undefined: the pod is gone. A policy for a label that may not be put on the pod is taken away again. */
async function takeOff(cluster: Cluster, isolation: Isolation, proven: ActionContext['proven']): Promise<Labels | undefined> {
  let labels: Labels = {}
  const change = ({ metadata }: KubernetesObject) => {
    const wanted = takingOff(isolation, metadata.labels ?? {})
    labels = without(metadata.labels ?? {}, wanted ?? {})
    return wanted
  }
  try {
    const result = await patchObject(cluster, podIdentity(isolation.pod), change, proven)
    return result === 'absent' ? undefined : labels
  } catch (error) {
    if (error instanceof CodedError && !error.transient) await removePolicy(cluster, isolation)
    throw error
  }
}

function usesHostNetwork({ object }: ProvenPod): boolean {
  return z.object({ hostNetwork: z.literal(true) }).safeParse(object.spec).success
}

function refused(guard: string, why: string) {
  return { kind: 'refusal', outcome: { state: 'refused', guard, why } } as const
}

function foreign({ policy }: Isolation, what: string) {
  return { state: 'refused', guard: 'foreign_policy', why: `a ${policy.kind} ${policy.name} ${what}` } as const
}
