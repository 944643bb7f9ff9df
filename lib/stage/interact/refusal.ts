import { contentId } from '../../detection/id.ts'
import { byPerson, journal } from '../../incident/journal.ts'
import { choiceOf, type Offer } from '../../response/offer.ts'
import type { PlanDecision } from '../../response/plan.ts'
import type { Person } from '../../slack/ids.ts'
import { code } from '../../slack/text.ts'
import type { PressPorts } from './ports.ts'

/** Why a press changes nothing, in a word for the journal, and for the one who pressed (mrkdwn, escaped). `isNoted`: the journal has it. */
export type Refusal = { readonly kind: 'refused'; readonly why: string; readonly text: string; readonly isNoted?: true }

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
  changed: () =>
    refusal('changed', 'There is more to this incident now than when this was shown. Nothing was done; please look at it again.'),
  other_choice: ({ user, choice }: { readonly user: string; readonly choice?: string | undefined }) =>
    refusal('other_choice', `<@${user}> was the first, and chose ${wordsOf(choice)}: it takes two who want the same. Nothing was done.`),
  two_to_silence: () =>
    refusal(
      'two_to_silence',
      'To keep it quiet takes two people here. Nothing was done; it can be closed without, and silenced by the menu.',
    ),
  no_choice: () => refusal('no_choice', 'For how long is not known. Nothing was done.'),
  no_reason: () => refusal('no_reason', 'Please say why.'),
  reason_too_long: (max: number) => refusal('reason_too_long', `Please say it in ${max} characters.`),
  no_dialog: () => refusal('no_dialog', 'The dialog could not be opened. Nothing was done; please press again.'),
} as const

const CHOICES: ReadonlyMap<string, string> = new Map([
  ['none', 'no silence'],
  ['1h', '1 hour'],
  ['8h', '8 hours'],
  ['7d', '7 days'],
  ['rule', 'one rule for 7 days'],
])

function wordsOf(choice: string | undefined): string {
  const chosen = choiceOf(choice === undefined ? {} : { choice })
  return CHOICES.get(chosen) ?? code(chosen, 20)
}

/** What is refused: by whom, at which button. */
export type Refused = {
  readonly by: Person
  readonly action: string | undefined
  readonly offer?: Offer | undefined
}

/** Writes the refusal into the journal: of one person, button and reason once a minute, so that nobody can bury what else happened under it. */
export async function noteRefusal(
  { by, action, offer }: Refused,
  { why, isNoted }: Refusal,
  { store, clock, log }: PressPorts,
): Promise<string> {
  const minute = Math.floor(clock() / 60_000)
  const lineId = `press-refused-${contentId(offer?.nonce ?? 'unknown', by.user.id, why, minute).slice(0, 32)}`
  const what = `${offer?.action ?? action ?? 'an unknown button'} pressed`
  const line = { id: lineId, at: clock(), kind: 'press', what, ...byPerson(by.user), outcome: 'refused', why } as const
  if (!isNoted) await journal(store, offer ? { ...line, incident: offer.incident, action: offer.action } : line)
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
