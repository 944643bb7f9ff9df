import type { Context } from '../context/context.ts'
import { type Incident, latestPod } from '../incident/incident.ts'
import { PODS_CAP } from '../incident/merge.ts'
import type { IncidentView } from '../response/view.ts'
import { imagesText } from './context-text.ts'
import { code, decimal, plain } from './text.ts'

/** Where people write who is to be called about a pod, behind any prefix (`example.com/team`). */
const TEAM_LABEL = /^(?:[^/]+\/)?(?:team|owner)$/
const OF_A_POD: ReadonlySet<Incident['subject']['kind']> = new Set(['workload', 'container', 'node'])

/** What the incident is about, each for a field of a section: `*Name*` and, below, the value; at most 10. */
export function factsOf(view: IncidentView): readonly string[] {
  const { incident, context: known } = view
  const { subject } = incident
  const pairs: readonly (readonly [string, string | undefined])[] = [
    ['Pod', podText(incident)],
    ['User', subject.user && code(subject.user, 200)],
    ['Namespace', subject.kind === 'namespace' ? subject.namespace && code(subject.namespace, 80) : undefined],
    ['Container', subject.container && code(subject.container, 80)],
    ['Workload', workloadText(view)],
    ['Node', OF_A_POD.has(subject.kind) ? nodeText(view) : undefined],
    ['Image', imageText(view)],
    ['Service account', known?.pod && code(known.pod.serviceAccount, 200)],
    ['Team', known?.pod && teamText(known.pod.labels)],
    ['Cluster', code(subject.cluster, 80)],
    ['Status', statusWords(incident)],
  ]
  const facts = pairs.flatMap(([name, value]) => (value ? [`*${name}*\n${value}`] : []))
  return facts.length > 10 ? facts.filter((fact) => !fact.startsWith('*Container*')) : facts
}

/** The one pod, or what the incident is about, unescaped: `shop/web-1`. */
export function placeOf({ subject, pods }: Incident): string {
  const [only] = pods.names
  if (only !== undefined && pods.seen.length === 1) return only
  if (subject.workload !== undefined) return `${subject.namespace}/${subject.workload}`
  return subject.user ?? subject.namespace ?? subject.node ?? subject.container ?? subject.cluster
}

/** The pod that the buttons are for, and how many more there are. */
function podText(incident: Incident): string | undefined {
  const pod = latestPod(incident)
  const more = incident.pods.seen.length - 1
  const others = more >= PODS_CAP - 1 ? `${decimal(PODS_CAP)} or more` : `${decimal(more)} more`
  return pod && `${code(`${pod.namespace}/${pod.pod}`, 330)}${more > 0 ? `, the latest, and ${others}` : ''}`
}

/** The owner at the top, where the cluster was asked, else by the pod's name. */
function workloadText({ incident: { subject }, context: known }: IncidentView): string | undefined {
  const [owner] = known?.owners.slice(-1) ?? []
  const name = owner ? `${owner.kind} ${owner.name}` : subject.workload
  if (!name) return undefined
  return `${code(name, 260)}${subject.namespace ? ` in ${code(subject.namespace, 80)}` : ''}`
}

function nodeText({ incident, context: known }: IncidentView): string {
  const name = known?.node?.name ?? incident.subject.node ?? latestPod(incident)?.node ?? 'unknown'
  return `${code(name, 200)}${known?.node?.os ? ` ${plain(`${known.node.os}, ${known.node.kubelet}`, 100)}` : ''}`
}

function imageText({ incident, context: known }: IncidentView): string | undefined {
  const [image] = incident.evidence.flatMap((one) => one.image ?? [])
  return (known && imagesText(known)) ?? (image && code(image, 110))
}

function teamText(labels: NonNullable<Context['pod']>['labels']): string | undefined {
  const [team] = Object.entries(labels).flatMap(([name, value]) => (TEAM_LABEL.test(name) && value ? [value] : []))
  return team && code(team, 80)
}

function statusWords({ status, acknowledgedBy, reopened }: Incident): string {
  if (status === 'acknowledged' && acknowledgedBy) return `acknowledged by ${plain(acknowledgedBy, 80)}`
  return status === 'open' && reopened ? 'open again' : status
}
