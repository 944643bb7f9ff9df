import { contentId } from '../../detection/id.ts'
import { journal } from '../../incident/journal.ts'
import type { Offer } from '../../response/offer.ts'
import type { PlanDecision } from '../../response/plan.ts'
import type { Person } from '../../slack/ids.ts'
import { code } from '../../slack/text.ts'
import type { PressPorts } from './ports.ts'

/** Why a press changes nothing, in a word for the journal, and for the one who pressed (mrkdwn, escaped). */
export type Refusal = { readonly kind: 'refused'; readonly why: string; readonly text: string }

type By = { readonly user: string; readonly atMs: number }

const when = (atMs: number): string => new Date(atMs).toISOString()

/** Every reason there is. */
export const REFUSALS = {
  wrong_workspace: () => refusal('wrong_workspace', 'No permission covers this Slack app and workspace.'),
  not_permitted: (title: string) =>
    refusal('not_permitted', `You may not press ${code(title, 100)} here. No permission in the rules allows it.`),
  unknown_button: () => refusal('unknown_button', 'This button is not known; it may be too old.'),
  wrong_button: () => refusal('wrong_button', 'This button is not what it seems to be. Nothing was done.'),
  expired: () => refusal('expired', 'This button has expired. Nothing was done.'),
  closed: () => refusal('closed', 'This incident is closed. Nothing was done.'),
  already_pressed: ({ user, atMs }: By) => refusal('already_pressed', `<@${user}> pressed this first, at ${when(atMs)}.`),
  already_decided: ({ kind, user, atMs }: PlanDecision) =>
    refusal('already_decided', `<@${user}> ${kind} this first, at ${when(atMs)}. Nothing was done.`),
  same_person: () => refusal('same_person', 'It takes two people: somebody else must press this now.'),
  another_person: () => refusal('another_person', 'This dialog was opened by somebody else. Nothing was done.'),
  no_choice: () => refusal('no_choice', 'For how long is not known. Nothing was done.'),
  no_reason: () => refusal('no_reason', 'Please say why.'),
  reason_too_long: (max: number) => refusal('reason_too_long', `Please say it in ${max} characters.`),
  no_dialog: () => refusal('no_dialog', 'The dialog could not be opened. Nothing was done; please press again.'),
} as const

/** What is refused: by whom, at which button; `id`: another with each press. */
export type Refused = {
  readonly by: Person
  readonly id: string
  readonly nonce: string
  readonly action: string | undefined
  readonly offer?: Offer | undefined
}

/** Writes the refusal into the journal, once for a press. */
export async function noteRefusal(
  { by, id, nonce, action, offer }: Refused,
  { why }: Refusal,
  { store, clock, log }: PressPorts,
): Promise<string> {
  const lineId = `press-refused-${contentId(nonce, by.user.id, id, why).slice(0, 32)}`
  const what = `${offer?.action ?? action ?? 'an unknown button'} pressed`
  const line = { id: lineId, at: clock(), kind: 'press', what, by: `@${by.user.name}`, outcome: 'refused', why } as const
  await journal(store, offer ? { ...line, incident: offer.incident, action: offer.action } : line)
  log.warn('press refused', { why, user: by.user.id, workspace: by.workspace, action: offer?.action })
  return lineId
}

/** The same, told to that person alone. */
export async function refuse(refused: Refused, channel: string, refusal: Refusal, ports: PressPorts): Promise<string> {
  const dedup = await noteRefusal(refused, refusal, ports)
  await tellOne({ channel, user: refused.by.user.id, text: refusal.text }, dedup, ports)
  return refusal.why
}

/** For that person's eyes alone. */
export async function tellOne(
  tell: { readonly channel: string; readonly user: string; readonly text: string },
  dedup: string,
  { messages }: PressPorts,
): Promise<void> {
  await messages.send([{ body: JSON.stringify({ tell }), group: `tell-${tell.user}`, dedup }])
}

function refusal(why: string, text: string): Refusal {
  return { kind: 'refused', why, text }
}
