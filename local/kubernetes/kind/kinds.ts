import { isJsonObject } from '../json.ts'
import { budgetDefaults, namespaceDefaults, podDefaults, suspendable, withoutStatus, workloadDefaults } from './defaults.ts'
import { eventProblems } from './event-problems.ts'
import type { Immutable, Kind } from './kind.ts'
import { NETWORK_KINDS } from './network-kinds.ts'
import { RBAC_KINDS } from './rbac-kinds.ts'
import { BudgetSpec, CronJobSpec, JobSpec, NodeSpec, PodSpec, WorkloadSpec } from './spec.ts'

const POD_CHANGES =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
  '`spec.tolerations` (only additions to existing tolerations),' +
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
const fixedSpec: Immutable = {
  of: fixedInPod,
  say: () => ({ field: 'spec', reason: 'FieldValueForbidden', message: `Forbidden: ${POD_CHANGES}` }),
}
const fixedSelector: Immutable = {
  of: (spec) => (isJsonObject(spec) ? spec.selector : undefined),
  say: (selector) => ({
    field: 'spec.selector',
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${JSON.stringify(selector)}: field is immutable`,
  }),
}

const core = { apiVersion: 'v1', namespaced: true } as const
const workload = {
  apiVersion: 'apps/v1',
  namespaced: true,
  categories: ['all'],
  subresources: ['status', 'scale'],
  spec: WorkloadSpec,
  defaults: workloadDefaults,
  immutable: fixedSelector,
} as const
const batch = { apiVersion: 'batch/v1', namespaced: true, categories: ['all'], subresources: ['status'], defaults: suspendable } as const

export const NAMESPACE: Kind = {
  apiVersion: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  namespaced: false,
  shortNames: ['ns'],
  subresources: ['status'],
  fields: { 'status.phase': '' },
  nameIs: 'label',
  defaults: namespaceDefaults,
}
export const NODE: Kind = {
  apiVersion: 'v1',
  kind: 'Node',
  plural: 'nodes',
  singular: 'node',
  namespaced: false,
  shortNames: ['no'],
  subresources: ['status'],
  fields: { 'spec.unschedulable': 'false' },
  spec: NodeSpec,
}
export const POD: Kind = {
  ...core,
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  shortNames: ['po'],
  categories: ['all'],
  subresources: ['status', 'eviction', 'log'],
  fields: {
    'spec.nodeName': '',
    'spec.restartPolicy': '',
    'spec.schedulerName': '',
    'spec.serviceAccountName': '',
    'spec.hostNetwork': 'false',
    'status.phase': '',
    'status.podIP': '',
    'status.nominatedNodeName': '',
  },
  spec: PodSpec,
  returnsDeleted: true,
  defaults: podDefaults,
  immutable: fixedSpec,
}
const EVENT: Kind = {
  ...core,
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  fields: {
    'involvedObject.kind': '',
    'involvedObject.namespace': '',
    'involvedObject.name': '',
    'involvedObject.uid': '',
    'involvedObject.apiVersion': '',
    'involvedObject.resourceVersion': '',
    'involvedObject.fieldPath': '',
    reason: '',
    reportingComponent: '',
    type: '',
  },
  problems: eventProblems,
}
export const SERVICE_ACCOUNT: Kind = {
  ...core,
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  returnsDeleted: true,
}
export const DEPLOYMENT: Kind = { ...workload, kind: 'Deployment', plural: 'deployments', singular: 'deployment', shortNames: ['deploy'] }
export const REPLICA_SET: Kind = {
  ...workload,
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  shortNames: ['rs'],
  fields: { 'status.replicas': '0' },
}

export const POD_DISRUPTION_BUDGET: Kind = {
  apiVersion: 'policy/v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  namespaced: true,
  shortNames: ['pdb'],
  subresources: ['status'],
  spec: BudgetSpec,
  defaults: budgetDefaults,
}

/** Every kind that a cluster has; a new one is a line here. Those with a constant above are known to the controllers too: a StatefulSet, a
 *  DaemonSet, a Job and a CronJob have none here, so they are what a client makes of them. */
export const KINDS: readonly Kind[] = [
  NAMESPACE,
  NODE,
  POD,
  EVENT,
  SERVICE_ACCOUNT,
  DEPLOYMENT,
  REPLICA_SET,
  { ...workload, kind: 'StatefulSet', plural: 'statefulsets', singular: 'statefulset', shortNames: ['sts'] },
  {
    ...workload,
    kind: 'DaemonSet',
    plural: 'daemonsets',
    singular: 'daemonset',
    shortNames: ['ds'],
    subresources: ['status'],
    defaults: withoutStatus,
  },
  { ...batch, kind: 'Job', plural: 'jobs', singular: 'job', spec: JobSpec, fields: { 'status.successful': '0' } },
  { ...batch, kind: 'CronJob', plural: 'cronjobs', singular: 'cronjob', shortNames: ['cj'], spec: CronJobSpec },
  ...NETWORK_KINDS,
  POD_DISRUPTION_BUDGET,
  ...RBAC_KINDS,
]

/** A pod's spec without what an update may change. */
function fixedInPod(spec: unknown): unknown {
  if (!isJsonObject(spec)) return spec
  const { activeDeadlineSeconds: _a, tolerations: _t, terminationGracePeriodSeconds: _g, ...fixed } = spec
  return { ...fixed, containers: withoutImages(spec.containers), initContainers: withoutImages(spec.initContainers) }
}

function withoutImages(containers: unknown): unknown {
  return Array.isArray(containers)
    ? containers.map((container) => (isJsonObject(container) ? { ...container, image: undefined } : container))
    : []
}
