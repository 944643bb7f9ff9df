import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { incidentPartition } from '../incident/incident.ts'
import { read, type Store, update } from '../port/store.ts'
import { type ActionRequest, Target } from './request.ts'

/** `reason`: what this person gave as one; `choice`: of several things that the offer may stand for; `place`: where it was pressed. Of what is decided by
 *  what was seen: `shown`, which stands for that (response/shown.ts), and the `rules` that were. */
const Press = z.object({
  user: z.string(),
  name: z.string(),
  atMs: z.number().int(),
  reason: z.string().max(500).optional(),
  choice: z.string().max(20).optional(),
  place: z.object({ app: z.string(), workspace: z.string(), channel: z.string() }).optional(),
  shown: z.string().max(64).optional(),
  rules: z.array(z.string()).optional(),
})
type Press = z.infer<typeof Press>

/** Something that a person may press, once; or two people, where it takes two (`people`; `approvals`: those who have). What the button carries
 *  is the `nonce` alone; all else stands here. It is kept beside the incident (`offer#…`) and, for the press, under its nonce, where the
 *  claim is the truth. */
export const Offer = z.object({
  nonce: z.string(),
  incident: z.string(),
  action: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  target: Target.optional(),
  expiresMs: z.number().int(),
  dryRun: z.boolean().optional(),
  /** The action id of the planned action that it approves. */
  plan: z.string().optional(),
  people: z.number().int().min(1).max(2).default(1),
  approvals: z.array(Press).default([]),
  claim: Press.optional(),
  /** When (Unix ms) what it stands for was done, where that is no change to a cluster. */
  doneMs: z.number().int().optional(),
})
export type Offer = z.infer<typeof Offer>

export type WantedOffer = Omit<Offer, 'nonce' | 'claim' | 'people' | 'approvals' | 'doneMs'> & { readonly sk: string; readonly people?: 2 }

const nonceKey = (nonce: string) => ({ pk: `nonce#${nonce}`, sk: 'offer' })
const KEEP_SECONDS = 30 * 86_400
/** After that long the first of two presses counts no more. */
export const APPROVAL_MS = 3600_000
const REASON_MAX = 500

/** The offer that stands under this sort key, made now if there is none. A second call gives the first one's nonce. */
export async function ensureOffer(store: Store, { sk, ...wanted }: WantedOffer, random: () => string): Promise<Offer> {
  const place = { pk: incidentPartition(wanted.incident), sk }
  const fresh: Offer = { people: 1, ...wanted, approvals: [], nonce: random() }
  await store.put({ ...place, data: fresh }, 'absent')
  const offer = (await read(store, place, Offer)) ?? fresh
  await store.put({ ...nonceKey(offer.nonce), data: offer, expires: Math.ceil(offer.expiresMs / 1000) + KEEP_SECONDS }, 'absent')
  return offer
}

/** From now on it takes two people. */
export async function raiseToTwo(store: Store, nonce: string): Promise<void> {
  await update(store, nonceKey(nonce), Offer, (offer) => (offer && !offer.claim && offer.people < 2 ? { ...offer, people: 2 } : undefined))
}

export async function offerFor(store: Store, nonce: string): Promise<Offer | undefined> {
  return /^[\w-]{16,64}$/.test(nonce) ? read(store, nonceKey(nonce), Offer) : undefined
}

/** From now on what it stands for is not done again. */
export async function markDone(store: Store, nonce: string, nowMs: number): Promise<void> {
  await update(store, nonceKey(nonce), Offer, (offer) => (offer && offer.doneMs === undefined ? { ...offer, doneMs: nowMs } : undefined))
}

/** Who presses, and what this person says with it. */
export type Claimant = { readonly id: string } & Readonly<Omit<Press, 'user' | 'atMs'>>

/** `isAgain`: it was this person's already. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly offer: Offer; readonly isAgain: boolean }
  | { readonly kind: 'taken'; readonly by: NonNullable<Offer['claim']> }
  | { readonly kind: 'one_more'; readonly offer: Offer; readonly first: Press }
  | { readonly kind: 'other_choice'; readonly by: Press }
  | { readonly kind: 'expired' | 'unknown' | 'same_person' }

/** `fallen`: the users who have lost the right to what they pressed before. */
type Conditions = { readonly nowMs: number; readonly people: number; readonly fallen?: ReadonlySet<string> }

/** Claims the offer for this user: only the first one gets it, and only in time. The same user claiming again still has it. Where it takes two
 *  `people`, the first one's press is kept (`one_more`) for an hour, and somebody else's claims it: never the first one's own second press, nor one
 *  that means another thing by it. Who was shown another incident by then, or may press it no more, is no first one. */
export async function claimOffer(store: Store, nonce: string, by: Claimant, conditions: Conditions): Promise<ClaimResult> {
  let result: ClaimResult = { kind: 'unknown' }
  await update(store, nonceKey(nonce), Offer, (offer) => {
    result = offer ? claimOn(offer, by, conditions) : { kind: 'unknown' }
    const isNew = result.kind === 'one_more' || (result.kind === 'claimed' && !result.isAgain)
    return isNew && 'offer' in result ? result.offer : undefined
  })
  return result
}

/** What comes of the claim, with the offer as it then is; pure. */
export function claimOn(offer: Offer, { id, ...said }: Claimant, { nowMs, people, fallen }: Conditions): ClaimResult {
  if (offer.claim) return offer.claim.user === id ? { kind: 'claimed', offer, isAgain: true } : { kind: 'taken', by: offer.claim }
  if (nowMs >= offer.expiresMs) return { kind: 'expired' }
  const press: Press = { user: id, atMs: nowMs, ...said }
  const approvals = offer.approvals.filter((one) => !hasLapsed(one, nowMs) && !fallen?.has(one.user) && one.shown === press.shown)
  const [first] = approvals
  if (approvals.some((one) => one.user === id)) return { kind: 'same_person' }
  if (first && choiceOf(first) !== choiceOf(press)) return { kind: 'other_choice', by: first }
  const isEnough = approvals.length + 1 >= Math.max(people, offer.people)
  if (isEnough) return { kind: 'claimed', offer: { ...offer, approvals, claim: press }, isAgain: false }
  return { kind: 'one_more', offer: { ...offer, approvals: [...approvals, press] }, first: press }
}

/** Takes first presses away that count no more: the button is for the first of two again. */
export async function dropLapsed(store: Store, nonce: string, nowMs: number): Promise<void> {
  await update(store, nonceKey(nonce), Offer, (offer) => {
    const left = offer?.approvals.filter((one) => !hasLapsed(one, nowMs))
    return offer && left && !offer.claim && left.length < offer.approvals.length ? { ...offer, approvals: left } : undefined
  })
}

function hasLapsed({ atMs }: Press, nowMs: number): boolean {
  return nowMs - atMs >= APPROVAL_MS
}

/** That nothing was chosen, and that `none` was, is the same. */
export function choiceOf({ choice = 'none' }: Pick<Press, 'choice'>): string {
  return choice
}

/** Why it is wanted, as those who wanted it say; of two, both, each by name. */
export function reasonOf({ approvals, claim }: Pick<Offer, 'approvals' | 'claim'>): string | undefined {
  const given = [...approvals, ...(claim ? [claim] : [])].filter(({ reason }) => reason)
  if (given.length < 2) return given[0]?.reason
  const each = Math.floor(REASON_MAX / given.length) - 1
  return given.map(({ name, reason = '' }) => cut(`@${cut(name, 60)}: ${reason}`, each)).join('\n')
}

/** Never half of a character. */
function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** The request that a claimed offer stands for. Its id is a function of the nonce: asked twice, it is one action. */
export function requestOf(offer: Offer): ActionRequest | undefined {
  const { nonce, incident, action, parameters, target, dryRun, approvals, claim } = offer
  if (!target || !claim) return undefined
  const [first] = approvals
  const by = { kind: 'user' as const, id: claim.user, name: claim.name, ...(first ? { first: { id: first.user, name: first.name } } : {}) }
  const expiresMs = claim.atMs + 15 * 60_000
  const reason = reasonOf(offer)
  const request = { id: contentId('action', nonce), incident, action, parameters, target, by, expiresMs, ...(reason ? { reason } : {}) }
  return dryRun ? { ...request, dryRun } : request
}
