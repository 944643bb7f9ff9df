import type { ApiObject } from '../object.ts'

/** A new pod waits: whatever status a client sent, it is the kubelet that says how a pod is. */
export function podDefaults(pod: ApiObject): ApiObject {
  const spec = {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'default',
    schedulerName: 'default-scheduler',
    ...pod.spec,
  }
  return { ...pod, spec, status: { phase: 'Pending' } }
}

/** One replica, and a status that the controllers fill in. */
export function workloadDefaults(workload: ApiObject): ApiObject {
  return { ...workload, spec: { replicas: 1, ...workload.spec }, status: {} }
}

export function withoutStatus(object: ApiObject): ApiObject {
  return { ...object, status: {} }
}

/** A Job or CronJob, which runs unless it says otherwise. */
export function suspendable(object: ApiObject): ApiObject {
  return withoutStatus({ ...object, spec: { suspend: false, ...object.spec } })
}

/** A budget that no controller has looked at allows nothing. */
export function budgetDefaults(budget: ApiObject): ApiObject {
  return { ...budget, status: { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 } }
}

export function serviceDefaults(service: ApiObject): ApiObject {
  return ingressDefaults({ ...service, spec: { type: 'ClusterIP', sessionAffinity: 'None', ...service.spec } })
}

export function ingressDefaults(ingress: ApiObject): ApiObject {
  return { ...ingress, status: { loadBalancer: {} } }
}

export function namespaceDefaults(namespace: ApiObject): ApiObject {
  const { name, labels } = namespace.metadata
  const metadata = { ...namespace.metadata, labels: { ...labels, 'kubernetes.io/metadata.name': name } }
  return { ...namespace, metadata, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }
}

/** A policy that names no direction is for ingress, and for egress too if it has such rules. */
export function networkPolicyDefaults(policy: ApiObject): ApiObject {
  const policyTypes = policy.spec && 'egress' in policy.spec ? ['Ingress', 'Egress'] : ['Ingress']
  return { ...policy, spec: { podSelector: {}, policyTypes, ...policy.spec } }
}
