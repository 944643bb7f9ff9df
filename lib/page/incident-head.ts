import { html } from 'hono/html'
import { milliseconds } from '../detection/time.ts'
import { latestPod } from '../incident/incident.ts'
import { PODS_CAP } from '../incident/merge.ts'
import { code, joined, mitreLinks, placeOf, severityBadge, stateBadge, words } from './pieces.ts'
import { personWords, type Story } from './story.ts'
import { capital, counted, decimal, type Html } from './text.ts'
import { moment, spanWords } from './time.ts'

const SHOWN_NAMES = 20

/** What it is, how bad it is, how it stands. */
export function incidentHead(story: Story, nowMs: number): Html {
  const { incident } = story
  const { title, severity, status, count, firstNs, lastNs } = incident
  const [firstMs, lastMs] = [milliseconds(firstNs), milliseconds(lastNs)]
  const over = lastMs > firstMs ? html` within ${spanWords(lastMs - firstMs)}` : ''
  return html`${severityBadge(severity)} ${stateBadge(status)}
<h1>${words(title)}</h1>
<p>${code(placeOf(incident), 400)} in cluster ${code(incident.subject.cluster, 100)}: ${counted(count, 'detection')}${over}, the last ${moment(lastMs, nowMs)}.</p>
<p>${stateWords(story)}</p>`
}

function stateWords(story: Story): Html {
  const { status, acknowledgedBy, closedBy, closedWhy } = story.incident
  const person = (who: string) => words(personWords(story, who), 100)
  if (status === 'acknowledged')
    return html`Acknowledged${acknowledgedBy ? html` by ${person(acknowledgedBy)}` : ''}: somebody looks after it.`
  if (status === 'contained') return html`Contained: every pod that was heard of was dealt with.`
  if (status === 'closed')
    return html`Closed${closedBy ? html` by ${person(closedBy)}` : ''}${closedWhy ? html`: ${words(closedWhy, 500)}` : ''}. A new detection opens another incident.`
  return html`Open: nobody has taken it yet, or there was news since.`
}

/** The facts, as far as they are known. */
export function incidentFacts(story: Story, nowMs: number): Html {
  const { incident, context } = story
  const { subject, pods, correlations, rules, mitre, routes, silenced, openedMs, updatedMs, revision, id } = incident
  const last = latestPod(incident)
  const isAboutPods = subject.kind === 'workload' || subject.kind === 'container'
  const image = context?.containers[0]?.image ?? last?.image
  const facts: readonly (readonly [string, Html | undefined])[] = [
    ['About', html`${capital(subject.kind)}`],
    ['Cluster', code(subject.cluster)],
    ['Namespace', subject.namespace === undefined ? undefined : code(subject.namespace)],
    ['Workload', subject.workload === undefined ? undefined : code(subject.workload)],
    ['User', subject.user === undefined ? undefined : code(subject.user)],
    ['Container', subject.container === undefined ? undefined : code(subject.container)],
    ['Pods', pods.names.length > 0 ? html`${names(pods.names)}${morePods(pods)}` : undefined],
    ['Node', isAboutPods || subject.node ? node(context?.node?.name ?? subject.node ?? last?.node) : undefined],
    ['Image', image === undefined ? undefined : code(image, 512)],
    ['Service account', context?.pod ? code(context.pod.serviceAccount) : undefined],
    ['Opened', moment(openedMs, nowMs)],
    ['Last news', moment(updatedMs, nowMs)],
    ['Correlations', correlations.length > 0 ? names(correlations) : undefined],
    ['Rules', names(rules)],
    ['MITRE ATT&CK', mitre.length > 0 ? html`${mitreLinks(mitre.slice(0, SHOWN_NAMES))}` : undefined],
    ['Routes', routes.length > 0 ? names(routes) : html`none: nobody was told`],
    ['Kept quiet by', silenced.length > 0 ? names(silenced) : undefined],
    ['Incident', html`${code(id, 64)}, revision ${revision}`],
  ]
  const rows = facts.flatMap(([name, value]) => (value === undefined ? [] : [html`<div><dt>${name}</dt><dd>${value}</dd></div>`]))
  return html`<h2 id="facts">Facts</h2><dl class="facts">${rows}</dl>`
}

function names(all: readonly string[]): Html {
  const more = all.length - SHOWN_NAMES
  return html`${joined(all.slice(0, SHOWN_NAMES).map((one) => code(one, 400)))}${more > 0 ? ` and ${decimal(more)} more` : ''}`
}

function morePods({ names: named, seen }: Story['incident']['pods']): string {
  const more = seen.length - named.length
  if (more <= 0) return ''
  return seen.length >= PODS_CAP ? `, of ${decimal(PODS_CAP)} or more` : ` and ${decimal(more)} more`
}

function node(name: string | undefined): Html {
  return name === undefined || name === '' ? html`not known` : code(name)
}
