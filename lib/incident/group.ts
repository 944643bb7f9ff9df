import type { Fired } from '../correlation/advance.ts'
import type { LinkedCorrelation, RuleKey } from '../correlation/linked.ts'
import type { Detection } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import { identityOf } from '../detection/identity.ts'
import { workloadOf } from '../detection/workload.ts'
import type { Subject } from './incident.ts'

/** What the detection is about: its pod's workload, else its container, else (of the audit log) who asked, else its node. */
export function subjectOf(detection: Detection): Subject {
  const { cluster, pod, container, node, user, source } = detection
  if (pod) return workloadSubject(cluster, pod.namespace, workloadOf(detection)?.name ?? pod.name)
  const where = { cluster, ...(node ? { node } : {}) }
  if (container) return { kind: 'container', key: `container/${cluster}/${node ?? ''}/${container.id}`, ...where, container: container.id }
  if (source === 'k8s_audit') return userSubject(cluster, identityOf(detection)?.name ?? user ?? 'nobody')
  return nodeSubject(cluster, node ?? '')
}

/** What a firing is about: what its correlation groups by. */
export function subjectOfFiring({ correlation, group, about }: Fired): Subject {
  const cluster = groupValue(CLUSTER, correlation, group) ?? about?.cluster ?? ''
  const kind = subjectKind(correlation)
  const of = (fields: ReadonlySet<string>) => groupValue(fields, correlation, group)
  if (kind === 'workload') return podSubject(about, cluster) ?? clusterSubject(cluster)
  const name = kind === 'user' ? of(USER) : kind === 'namespace' ? of(NAMESPACE) : kind === 'node' ? of(NODE) : undefined
  if (name === undefined) return clusterSubject(cluster)
  if (kind === 'user') return userSubject(cluster, name)
  if (kind === 'node') return nodeSubject(cluster, name)
  return { kind: 'namespace', key: `namespace/${cluster}/${name}`, cluster, namespace: name }
}

/** Correlations about the same kind of subject that have a rule in common are a family: what they find on one subject is one incident, from its first
 *  part on, before it is known whether any comes true. The family is called by the first of its titles. */
export type Families = {
  /** Why: the family that any of the keys belongs to, else the rule itself. */
  readonly causeOf: (detection: Detection, keys: readonly RuleKey[]) => string
  readonly causeOfFiring: (correlation: LinkedCorrelation) => string
}

export function familiesOf(correlations: readonly LinkedCorrelation[]): Families {
  const byRule = new Map<string, string>() // `kind rule` → a member's title
  const leader = new Map<string, string>()
  const find = (title: string): string => {
    const above = leader.get(title) ?? title
    return above === title ? title : find(above)
  }
  const join = (a: string, b: string): void => {
    const [first = a, second = b] = [find(a), find(b)].sort()
    leader.set(second, first)
  }
  for (const correlation of correlations) {
    const kind = subjectKind(correlation)
    if (kind !== 'workload' && kind !== 'user') continue
    for (const rule of [...correlation.rules, correlation.key]) {
      const place = `${kind} ${rule}`
      const other = byRule.get(place)
      if (other === undefined) byRule.set(place, correlation.title)
      else join(correlation.title, other)
    }
  }
  const familyAt = (place: string): string | undefined => {
    const member = byRule.get(place)
    return member === undefined ? undefined : `family/${find(member)}`
  }
  return {
    causeOf: (detection, keys) => {
      const { kind } = subjectOf(detection)
      const families = keys.flatMap((key) => familyAt(`${kind} ${key}`) ?? [])
      return families.sort()[0] ?? `rule/${detection.rule}`
    },
    causeOfFiring: (correlation) => familyAt(`${subjectKind(correlation)} ${correlation.key}`) ?? `correlation/${correlation.title}`,
  }
}

/** `generation` counts the incidents that this subject and cause have had: after one is closed, the next detection opens a new one. */
export function incidentId(subject: Subject, cause: string, generation: number): string {
  return contentId('incident', subject.key, cause, generation).slice(0, 32)
}

const CLUSTER = new Set(['cluster.name', 'cluster'])
const POD = new Set([
  'pod.name',
  'pod.uid',
  'pod',
  'k8s.pod.name',
  'k8s.pod.uid',
  'workload.name',
  'container.id',
  'container',
  'identity.pod',
])
const USER = new Set(['identity.name', 'ka.user.name'])
const NAMESPACE = new Set(['pod.namespace', 'namespace', 'k8s.ns.name', 'ka.target.namespace'])
const NODE = new Set(['node.name', 'node', 'hostname'])

type Kind = 'workload' | 'user' | 'namespace' | 'node' | 'cluster'

function subjectKind(correlation: LinkedCorrelation): Kind {
  const fields = fieldsOf(correlation)
  const has = (names: ReadonlySet<string>): boolean => fields.some((one) => one.some((field) => names.has(field)))
  return has(POD) ? 'workload' : has(USER) ? 'user' : has(NAMESPACE) ? 'namespace' : has(NODE) ? 'node' : 'cluster'
}

/** For each key to group by, the fields that it stands for. */
function fieldsOf({ groupBy, groupFields }: LinkedCorrelation): readonly (readonly string[])[] {
  return groupBy.map((name, at) => [name, ...[...groupFields.values()].map((fields) => fields[at] ?? name)])
}

function groupValue(fields: ReadonlySet<string>, correlation: LinkedCorrelation, group: readonly string[]): string | undefined {
  const at = fieldsOf(correlation).findIndex((names) => names.some((name) => fields.has(name)))
  return at === -1 ? undefined : group[at]
}

function podSubject(about: Fired['about'], cluster: string): Subject | undefined {
  const { namespace, pod, workload, containerId, node } = about ?? {}
  if (namespace && pod) return workloadSubject(cluster, namespace, workload ?? pod)
  if (!containerId) return undefined
  return {
    kind: 'container',
    key: `container/${cluster}/${node ?? ''}/${containerId}`,
    cluster,
    ...(node ? { node } : {}),
    container: containerId,
  }
}

function workloadSubject(cluster: string, namespace: string, workload: string): Subject {
  return { kind: 'workload', key: `workload/${cluster}/${namespace}/${workload}`, cluster, namespace, workload }
}

function userSubject(cluster: string, user: string): Subject {
  return { kind: 'user', key: `user/${cluster}/${user}`, cluster, user }
}

function nodeSubject(cluster: string, node: string): Subject {
  return { kind: 'node', key: `node/${cluster}/${node}`, cluster, ...(node ? { node } : {}) }
}

function clusterSubject(cluster: string): Subject {
  return { kind: 'cluster', key: `cluster/${cluster}`, cluster }
}
