import { SEVERITY_NAMES } from '../detection/detection.ts'
import type { Evidence } from '../detection/evidence.ts'
import { milliseconds } from '../detection/time.ts'
import { type Incident, latestPod } from '../incident/incident.ts'
import { PODS_CAP } from '../incident/merge.ts'
import type { Block, ChatMessage } from '../port/chat.ts'
import { actionNamed } from '../response/actions/index.ts'
import type { Offer } from '../response/offer.ts'
import { isPending, isUsed, offerTitle } from '../response/offers.ts'
import { outcomeWords } from '../response/outcome.ts'
import type { ActionRecord } from '../response/record.ts'
import { requesterWords } from '../response/request.ts'
import type { IncidentView } from '../response/view.ts'
import { graveText, imagesText, otherTexts, wholeLines } from './context-text.ts'
import { clip, code, date, plain, unformatted } from './text.ts'

const SEVERITY_MARKS = ['⚪', '🔵', '🔵', '🟡', '🟠', '🔴'] as const
const SEVERITY_COLORS = ['#9aa0a6', '#4a90d9', '#4a90d9', '#d9a514', '#e06c1f', '#c62828'] as const
const STATUS_COLORS = { contained: '#2e7d32', closed: '#9aa0a6' } as const
const SHOWN_EVIDENCE = 5
const SHOWN_ACTIONS = 8
const SECTION_MAX = 3000
const DECIMAL = new Intl.NumberFormat('en-US')
const FIELD_MAX = 2000

/** The incident's one message, from what the table holds; pure. Every text of an attacker is escaped and cut here, and by that every
 *  limit of Slack's is kept: section text 3,000, fields 10 × 2,000, header 150, 25 buttons. Source: Slack, Block Kit reference. */
export function incidentMessage(view: IncidentView, offers: readonly Offer[]): ChatMessage {
  const { incident } = view
  const severity = SEVERITY_NAMES[incident.severity]
  const title = unformatted(`${SEVERITY_MARKS[incident.severity]} ${capital(severity)}: ${incident.title}`, 150)
  const grave = view.context && graveText(view.context, incident.subject.kind)
  const others = view.context ? otherTexts(view.context) : []
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: title, emoji: false } },
    {
      type: 'section',
      fields: factsOf(view)
        .slice(0, 10)
        .map((fact) => mrkdwn(fact, FIELD_MAX)),
    },
    section(evidenceText(incident)),
    ...(grave ? [section(grave)] : []),
    ...(others.length > 0 ? [context(others)] : []),
    context([countText(incident), mitreText(incident)]),
    ...(statusText(view) ? [section(statusText(view))] : []),
    ...buttons(offers),
  ]
  const where = placeOf(incident)
  const color =
    incident.status === 'contained' || incident.status === 'closed' ? STATUS_COLORS[incident.status] : SEVERITY_COLORS[incident.severity]
  return { text: clip(`${capital(severity)}: ${plain(incident.title)} on ${plain(where)} (${incident.status})`, 500), color, blocks }
}

function placeOf({ subject, pods }: Incident): string {
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
  return pod && `${code(`${pod.namespace}/${pod.pod}`)}${more > 0 ? `, the latest, and ${others}` : ''}`
}

function decimal(count: number): string {
  return DECIMAL.format(count)
}

function factsOf({ incident, context: known }: IncidentView): string[] {
  const { subject, evidence, status, acknowledgedBy } = incident
  const [owner] = known?.owners.slice(-1) ?? []
  const [image] = evidence.flatMap((one) => one.image ?? [])
  const facts: [string, string | undefined][] = [
    ['Pod', podText(incident)],
    ['User', subject.user && code(subject.user)],
    ['Namespace', subject.kind === 'namespace' ? subject.namespace && code(subject.namespace) : undefined],
    ['Container', subject.container && code(subject.container)],
    ['Workload', owner ? code(`${owner.kind} ${owner.name}`) : subject.workload && code(subject.workload)],
    [
      'Node',
      subject.kind === 'user' || subject.kind === 'namespace' || subject.kind === 'cluster'
        ? undefined
        : `${code(known?.node?.name ?? subject.node ?? latestPod(incident)?.node ?? 'unknown', 200)}${known?.node?.os ? ` ${plain(`${known.node.os}, ${known.node.kubelet}`, 100)}` : ''}`,
    ],
    ['Image', (known && imagesText(known)) ?? (image && code(image, 110))],
    ['Service account', known?.pod && code(known.pod.serviceAccount)],
    ['Cluster', code(subject.cluster)],
    ['Status', status === 'acknowledged' && acknowledgedBy ? `acknowledged by ${plain(acknowledgedBy, 80)}` : status],
  ]
  return facts.flatMap(([name, value]) => (value ? [`*${name}*\n${value}`] : []))
}

function evidenceText({ evidence, count }: Incident): string {
  const shown = wholeLines(evidence.slice(0, SHOWN_EVIDENCE).map(evidenceLine), SECTION_MAX - 100)
  const more = count - shown.length
  return ['*What was seen*', ...shown, ...(more > 0 ? [`… and ${decimal(more)} more`] : [])].join('\n')
}

function evidenceLine({ rule, timeNs, command, process, file, connection, user }: Evidence): string {
  const details = [command ?? process, file, connection].flatMap((text) => (text ? [code(text, 120)] : []))
  const by = user ? ` as ${code(user, 40)}` : ''
  return `• ${date(milliseconds(timeNs))} *${plain(rule, 120)}*${details.length > 0 ? `: ${details.join(' · ')}` : ''}${by}`
}

function countText({ count, firstNs, lastNs }: Incident): string {
  const [first, last] = [firstNs, lastNs].map((ns) => milliseconds(ns)) as [number, number]
  return count === 1 ? `1 detection, ${date(first)}` : `${decimal(count)} detections, first ${date(first)}, last ${date(last)}`
}

function mitreText({ mitre }: Incident): string {
  const links = mitre
    .slice(0, 6)
    .map((id) => `<https://attack.mitre.org/${id.startsWith('TA') ? 'tactics' : 'techniques'}/${id.replace('.', '/')}/|${id}>`)
  return links.length > 0 ? `MITRE ATT&amp;CK ${links.join(', ')}` : 'No MITRE ATT&amp;CK technique named'
}

/** What the responses said, what was asked and by whom, and what became of it. */
function statusText(view: IncidentView): string {
  const settled = view.actions.toSorted((a, b) => (a.settledMs ?? a.begunMs ?? 0) - (b.settledMs ?? b.begunMs ?? 0))
  const begun = new Set(settled.map(({ request }) => request.id))
  const plans = view.plans.filter(
    ({ mode, request }) => mode !== 'enforce' && !begun.has(request.id) && !isUsed(view, request.action, request.id),
  )
  const pressed = new Set(view.offers.flatMap(({ offer }) => (offer.claim && offer.action !== 'acknowledge' ? [offer.action] : [])))
  const waiting = [...pressed].filter(
    (action) => isPending(view, action) && !settled.some(({ request, outcome }) => request.action === action && !outcome),
  )
  const halves = view.offers.filter(({ offer }) => offer.claim === undefined && offer.approvals.length > 0)
  const lines = [
    ...plans.slice(0, 5).map(({ mode, response, request }) => {
      const says = mode === 'approve' ? 'asks for approval to' : 'would'
      return `📋 Response "${plain(response, 100)}" ${says} ${plain(request.action, 40)} the pod${mode === 'observe' ? ' (observing only)' : ''}`
    }),
    ...settled.slice(-SHOWN_ACTIONS).map(actionLine),
    ...waiting.map((action) => `⏳ ${offerTitle(action)} was pressed`),
    ...halves.map(({ offer }) => `✋ ${offerTitle(offer.action)}: <@${offer.approvals[0]?.user}> wants it; it takes one more person`),
  ]
  return wholeLines(lines, SECTION_MAX).join('\n')
}

const OUTCOME_MARKS = { done: '✅', skipped: '➖', refused: '⛔', failed: '❌', dry_run: '🧪', expired: '⌛', undone: '↩️' } as const

function actionLine({ request, outcome, settledMs }: ActionRecord): string {
  const by = request.by.kind === 'user' ? `<@${request.by.id}>` : plain(requesterWords(request.by), 120)
  const name = offerTitle(request.action)
  if (!outcome) return `⏳ ${name}, asked by ${by}`
  const when = settledMs === undefined ? '' : ` ${date(settledMs)}`
  return `${OUTCOME_MARKS[outcome.state]} *${plain(name, 40)}* ${plain(outcomeWords(outcome), 250)}, asked by ${by}${when}`
}

function buttons(offers: readonly Offer[]): Block[] {
  const elements = offers.slice(0, 25).map(({ action, nonce }) => {
    const title = offerTitle(action)
    const destructive = actionNamed(action)?.destructive ?? false
    const style = action === 'isolate' ? { style: 'primary' } : action === 'delete' ? { style: 'danger' } : {}
    const confirm = {
      title: { type: 'plain_text', text: `${title}?` },
      text: { type: 'plain_text', text: clip(actionNamed(action)?.description ?? title, 300) },
      confirm: { type: 'plain_text', text: title },
      deny: { type: 'plain_text', text: 'Cancel' },
    }
    const text = { type: 'plain_text', text: title, emoji: true }
    return { type: 'button', action_id: `creance.${action}`, text, value: nonce, ...style, ...(destructive ? { confirm } : {}) }
  })
  return elements.length > 0 ? [{ type: 'actions', block_id: 'creance.actions', elements }] : []
}

function section(text: string): Block {
  return { type: 'section', text: mrkdwn(text, SECTION_MAX) }
}

function context(texts: readonly string[]): Block {
  return { type: 'context', elements: texts.map((text) => mrkdwn(text, FIELD_MAX)) }
}

/** `verbatim`: Slack makes no links or mentions of its own out of what stands there. */
function mrkdwn(text: string, max: number) {
  return { type: 'mrkdwn', text: clip(text, max), verbatim: true }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
