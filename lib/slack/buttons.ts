import type { Incident } from '../incident/incident.ts'
import { worstRule } from '../incident/worst-rule.ts'
import type { Block } from '../port/chat.ts'
import { actionNamed } from '../response/actions/index.ts'
import type { Offer } from '../response/offer.ts'
import { offerTitle } from '../response/offers.ts'
import type { IncidentView } from '../response/view.ts'
import { capital, unformatted } from './text.ts'

const ELEMENTS = 25
const BUTTON_TEXT = 75
const OPTION_TEXT = 75
/** What all of them may take in JSON: beside them the message must still say what happened. */
const TOGETHER_MAX = 5500

/** In the order in which they are used: what is waited for first, what cannot be undone after what can. */
const ORDER: readonly string[] = [
  'approve',
  'reject',
  'release',
  'isolate',
  'acknowledge',
  'silence',
  'not_a_threat',
  'end_silence',
  'action',
  'loses_pod',
]
/** What is still to be had of a closed incident. */
const WHEN_CLOSED: ReadonlySet<string> = new Set(['release', 'end_silence'])

/** The offers as an `actions` block of buttons, and a menu for silences; none where there is none. What a button carries is its offer's nonce; of an
 *  option, the nonce and for how long: `<nonce>:1h`, `:8h`, `:rule`. Of two with the same action the second's action id is `creance.<action>.2`. */
export function buttons(view: IncidentView, offers: readonly Offer[]): readonly Block[] {
  const usable = offers
    .filter(({ nonce, action }) => /^[\w-]{1,64}$/.test(nonce) && (view.incident.status !== 'closed' || WHEN_CLOSED.has(action)))
    .toSorted((a, b) => placeInOrder(a) - placeInOrder(b))
  const counts = new Map<string, number>()
  let left = TOGETHER_MAX
  const elements = usable.flatMap((offer) => {
    const count = (counts.get(offer.action) ?? 0) + 1
    const element = { ...elementOf(offer, view, usable), action_id: actionId(offer.action, count) }
    const size = JSON.stringify(element).length
    if (size > left) return []
    left -= size
    counts.set(offer.action, count)
    return [element]
  })
  return elements.length > 0 ? [{ type: 'actions', block_id: 'creance.actions', elements: elements.slice(0, ELEMENTS) }] : []
}

function actionId(action: string, count: number): string {
  return `creance.${action.slice(0, 100)}${count > 1 ? `.${count}` : ''}`
}

function placeInOrder(offer: Offer): number {
  const kind = isApproval(offer) ? 'approve' : actionNamed(offer.action)?.losesPod ? 'loses_pod' : offer.action
  return ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.indexOf('action')
}

function isApproval({ plan, action }: Offer): boolean {
  return plan !== undefined && action !== 'reject'
}

function elementOf(offer: Offer, view: IncidentView, all: readonly Offer[]): object {
  if (offer.action === 'silence') return silenceMenu(offer, view.incident)
  const action = actionNamed(offer.action)
  const title = titleOf(offer, view, all)
  // What loses the pod asks for a reason in a dialog, which is a second question already.
  const asksAgain = action?.destructive && !action.losesPod
  return {
    type: 'button',
    text: plainText(title, BUTTON_TEXT, true),
    value: offer.nonce,
    ...styleOf(offer, all),
    ...(offer.target ? { accessibility_label: unformatted(`${title}: pod ${offer.target.namespace}/${offer.target.pod}`, 75) } : {}),
    ...(asksAgain ? { confirm: confirmOf(offer, action.description) } : {}),
  }
}

function confirmOf({ action, target, dryRun }: Offer, description: string): object {
  const title = nameOf(action)
  const on = target ? `Pod ${target.namespace}/${target.pod}. ` : ''
  return {
    title: plainText(`${title}?`, 100),
    text: plainText(`${on}${description}${dryRun ? ' This is a dry run.' : ''}`, 300),
    confirm: plainText(title, 30),
    deny: plainText('Cancel', 30),
  }
}

/** What is waited for, or else isolating, is the one to press; what loses the pod is red. */
function styleOf(offer: Offer, all: readonly Offer[]): object {
  if (actionNamed(offer.action)?.losesPod) return { style: 'danger' }
  if (isApproval(offer)) return { style: 'primary' }
  return offer.action === 'isolate' && !all.some(isApproval) ? { style: 'primary' } : {}
}

function titleOf(offer: Offer, { plans }: IncidentView, all: readonly Offer[]): string {
  if (isApproval(offer)) return `${offerTitle(offer)}${offer.approvals.length > 0 ? ' (second person)' : ''}`
  const isOneOfMany = all.filter(({ action }) => action === offer.action).length > 1
  const planned = plans.find(({ request }) => request.id === offer.plan)?.request.action
  return isOneOfMany && planned ? `${nameOf(offer.action)}: ${nameOf(planned)}` : nameOf(offer.action)
}

function nameOf(action: string): string {
  const title = offerTitle(action)
  return title === action ? capital(action.replaceAll('_', ' ')) : title
}

/** For how long, all rules of the incident; or one of them for days. Always on what the incident is about. */
function silenceMenu({ nonce, parameters }: Offer, incident: Incident): object {
  const { kind } = incident.subject
  const on = ` on this ${kind}, 7 days`
  const rule = unformatted(typeof parameters.rule === 'string' ? parameters.rule : worstRule(incident), OPTION_TEXT - on.length)
  const option = (text: string, value: string) => ({ text: plainText(text, OPTION_TEXT), value: `${nonce}:${value}` })
  return {
    type: 'static_select',
    placeholder: plainText('Silence …', 150),
    options: [option('Silence for 1 hour', '1h'), option('Silence for 8 hours', '8h'), option(`${rule}${on}`, 'rule')],
  }
}

/** `emoji: false`: what looks like an emoji's code stays as it is written. */
function plainText(text: string, max: number, emoji = false): object {
  return { type: 'plain_text', text: unformatted(text, max) || ' ', emoji }
}
