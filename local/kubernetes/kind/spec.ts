import * as z from 'zod'
import { TextMap } from '../object.ts'
import { Selector, selects } from '../read/selector.ts'
import { IntOrPercent } from './int-or-percent.ts'

const Container = z.looseObject({ name: z.string().min(1), image: z.string().min(1) })
export type Container = z.infer<typeof Container>

/** What is read of a pod's spec: its containers, and where it runs. */
export const PodSpec = z.looseObject({
  containers: z.array(Container).min(1),
  initContainers: z.array(Container).optional(),
  nodeName: z.string().optional(),
  terminationGracePeriodSeconds: z.int().optional(),
  serviceAccountName: z.string().optional(),
})
export type PodSpec = z.infer<typeof PodSpec>

/** What is read of the status of a pod or a workload, which a client may have written; nothing where it makes no sense. */
export const Observed = z.looseObject({
  phase: z.string().optional().catch(undefined),
  conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).catch([]),
})

const PodTemplate = z.looseObject({
  metadata: z.looseObject({ labels: TextMap.optional(), annotations: TextMap.optional() }).prefault({}),
  spec: PodSpec,
})
export type PodTemplate = z.infer<typeof PodTemplate>

/** The spec of what makes pods from a template: Deployment, ReplicaSet, StatefulSet, DaemonSet. */
export const WorkloadSpec = z
  .looseObject({ replicas: z.int32().min(0).default(1), selector: Selector, template: PodTemplate })
  .check(({ value, issues }) => {
    const labels = value.template.metadata.labels ?? {}
    if (selects(value.selector, labels)) return
    const path = ['template', 'metadata', 'labels']
    issues.push({ code: 'custom', path, input: value, message: '`selector` does not match template `labels`' })
  })

export const NodeSpec = z.looseObject({ unschedulable: z.boolean().default(false) })

export const NetworkPolicySpec = z.looseObject({
  podSelector: Selector.prefault({}),
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])).optional(),
  ingress: z.array(z.looseObject({})).optional(),
  egress: z.array(z.looseObject({})).optional(),
})

export const JobSpec = z.looseObject({ template: PodTemplate, suspend: z.boolean().optional() })

export const CronJobSpec = z.looseObject({
  schedule: z.string().min(1),
  suspend: z.boolean().optional(),
  jobTemplate: z.looseObject({ spec: JobSpec }),
})

/** Without a selector it is about no pods; with an empty one, about all of its namespace. */
export const BudgetSpec = z
  .looseObject({ selector: Selector.optional(), minAvailable: IntOrPercent.optional(), maxUnavailable: IntOrPercent.optional() })
  .refine(({ minAvailable, maxUnavailable }) => minAvailable === undefined || maxUnavailable === undefined, {
    message: 'minAvailable and maxUnavailable cannot be both set',
  })

const PORT_RANGE = 'must be between 1 and 65535, inclusive'
const ServicePort = z.looseObject({ port: z.int32().refine((port) => port > 0 && port < 65_536, PORT_RANGE) })

export const ServiceSpec = z
  .looseObject({
    selector: TextMap.optional(),
    ports: z.array(ServicePort).optional(),
    clusterIP: z.string().optional(),
    type: z.string().optional(),
  })
  .check(({ value: { ports = [], clusterIP, type }, issues }) => {
    if (ports.length > 0 || clusterIP === 'None' || type === 'ExternalName') return
    issues.push({ code: 'too_small', origin: 'array', minimum: 1, path: ['ports'], input: ports })
  })

export const IngressSpec = z
  .looseObject({ rules: z.array(z.looseObject({})).optional(), defaultBackend: z.looseObject({}).optional() })
  .refine(({ rules = [], defaultBackend }) => rules.length > 0 || defaultBackend !== undefined, {
    message: 'either `defaultBackend` or `rules` must be specified',
  })
