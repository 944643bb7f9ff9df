import type { IncidentEvent } from '../webhook/incident-event.ts'
import { attackOf } from './attacks.ts'
import { baseEvent, OCSF_SEVERITIES, type OcsfEvent, type Status } from './base.ts'

export type Activity = 'Create' | 'Update' | 'Close'
const ACTIVITIES = { Create: 1, Update: 2, Close: 3 } as const

const STATUSES: Readonly<Record<IncidentEvent['status'], Status>> = {
  open: { status_id: 1, status: 'New' },
  acknowledged: { status_id: 2, status: 'In Progress' },
  contained: { status_id: 2, status: 'In Progress' },
  closed: { status_id: 4, status: 'Resolved' },
}
const RULE_TYPE = { type_id: 1, type: 'Rule' } as const
const BEHAVIOR_TYPE = { type_id: 2, type: 'Behavioral' } as const

/** The incident as a Detection Finding. Source: OCSF 1.5, class 2004. */
export function detectionFinding(event: IncidentEvent, activity: Activity, uid: string): OcsfEvent {
  const { id, severity, times, counts, evidence, mitre, correlations, rules, title, summary, status, closed, link } = event
  const attacks = mitre.flatMap((one) => attackOf(one) ?? [])
  const [analytic, ...related] = [
    ...correlations.map((name) => ({ name, ...BEHAVIOR_TYPE })),
    ...rules.map((name) => ({ name, ...RULE_TYPE })),
  ]
  return {
    ...baseEvent(
      {
        class: [2004, 'Detection Finding'],
        category: [2, 'Findings'],
        activity: [ACTIVITIES[activity], activity],
        severity: [severity.number, OCSF_SEVERITIES[severity.number]],
        uid,
        timeMs: Date.parse(times.updated),
      },
      event,
    ),
    ...STATUSES[status],
    ...(closed?.why ? { comment: closed.why } : {}),
    message: summary,
    count: counts.detections,
    start_time: Date.parse(times.first),
    end_time: Date.parse(times.last),
    finding_info: {
      uid: id,
      title,
      desc: summary,
      types: ['Incident'],
      created_time: Date.parse(times.opened),
      modified_time: Date.parse(times.updated),
      first_seen_time: Date.parse(times.first),
      last_seen_time: Date.parse(times.last),
      data_sources: [...new Set(evidence.flatMap(({ agent }) => agent ?? []))],
      ...(link ? { src_url: link } : {}),
      ...(analytic ? { analytic } : {}),
      ...(related.length > 0 ? { related_analytics: related } : {}),
      ...(attacks.length > 0 ? { attacks } : {}),
    },
    evidences: evidence.map(evidenceOf),
    resources: resourcesOf(event),
  }
}

/** `data` has all of it; the objects beside it what of it has a place of its own. A process is known by the detection: of the agents' own ids none is kept. */
function evidenceOf(one: IncidentEvent['evidence'][number]) {
  const { id, process, command, file, user, node, container_id, image } = one
  const executable = process ? { file: fileOf(process, 1) } : {}
  return {
    data: one,
    ...(process || command ? { process: { uid: id, ...(command ? { cmd_line: command } : {}), ...executable } } : {}),
    ...(file ? { file: fileOf(file, 0) } : {}),
    ...(user ? { user: { name: user } } : {}),
    ...(node ? { device: { type_id: 1, type: 'Server', name: node, hostname: node } } : {}),
    ...(container_id ? { container: { uid: container_id, ...(image ? { image: { uid: image, name: image } } : {}) } } : {}),
  }
}

/** `type`: 1 a regular file, 0 unknown. */
function fileOf(path: string, type: 0 | 1) {
  const name = path.split('/').at(-1) || path
  return { name, path, type_id: type, type: type === 1 ? 'Regular File' : 'Unknown' }
}

function resourcesOf({ place, subject, evidence }: IncidentEvent) {
  const inCluster = { data: { cluster: place.cluster, ...(place.namespace ? { namespace: place.namespace } : {}) } }
  const pods = new Map(
    evidence.flatMap(({ namespace, pod, pod_uid }) => {
      const name = `${namespace}/${pod}`
      return namespace && pod
        ? [[name, { type: 'Kubernetes Pod', name, uid: pod_uid ?? name, data: { cluster: place.cluster, namespace } }]]
        : []
    }),
  )
  return [
    { type: `Kubernetes ${subject.kind}`, name: subject.name, uid: `${place.cluster}/${subject.name}`, ...inCluster },
    ...pods.values(),
  ]
}
