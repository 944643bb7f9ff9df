import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { incidentPartition } from '../incident/incident.ts'
import { read, type Store, update } from '../port/store.ts'
import { type ActionRequest, Target } from './request.ts'

/** `reason`: what this person gave as one; `choice`: of several things that the offer may stand for. */
const Press = z.object({
  user: z.string(),
  name: z.string(),
  atMs: z.number().int(),
  reason: z.string().max(500).optional(),
  choice: z.string().max(20).optional(),
})

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
export type Claimant = { readonly id: string; readonly name: string; readonly reason?: string; readonly choice?: string }

/** `isAgain`: it was this person's already. */
export type ClaimResult =
  | { readonly kind: 'claimed'; readonly offer: Offer; readonly isAgain: boolean }
  | { readonly kind: 'taken'; readonly by: NonNullable<Offer['claim']> }
  | { readonly kind: 'one_more'; readonly offer: Offer }
  | { readonly kind: 'expired' | 'unknown' | 'same_person' }

/** Claims the offer for this user: only the first one gets it, and only in time. The same user claiming again still has it. Where it takes two
 *  `people`, the first one's press is kept (`one_more`), and somebody else's claims it: never the first one's own second press. */
export async function claimOffer(
  store: Store,
  nonce: string,
  { id, name, ...said }: Claimant,
  { nowMs, people }: { readonly nowMs: number; readonly people: number },
): Promise<ClaimResult> {
  let result: ClaimResult = { kind: 'unknown' }
  await update(store, nonceKey(nonce), Offer, (offer) => {
    if (!offer) result = { kind: 'unknown' }
    else if (offer.claim) result = offer.claim.user === id ? { kind: 'claimed', offer, isAgain: true } : { kind: 'taken', by: offer.claim }
    else if (nowMs >= offer.expiresMs) result = { kind: 'expired' }
    else if (offer.approvals.some((one) => one.user === id)) result = { kind: 'same_person' }
    else {
      const press = { user: id, name, atMs: nowMs, ...said }
      const isEnough = offer.approvals.length + 1 >= Math.max(people, offer.people)
      const next = isEnough ? { ...offer, claim: press } : { ...offer, approvals: [...offer.approvals, press] }
      result = isEnough ? { kind: 'claimed', offer: next, isAgain: false } : { kind: 'one_more', offer: next }
      return next
    }
    return undefined
  })
  return result
}

/** The request that a claimed offer stands for. Its id is a function of the nonce: asked twice, it is one action. */
export function requestOf({ nonce, incident, action, parameters, target, dryRun, approvals, claim }: Offer): ActionRequest | undefined {
  if (!target || !claim) return undefined
  const [first] = approvals
  const by = { kind: 'user' as const, id: claim.user, name: claim.name, ...(first ? { first: { id: first.user, name: first.name } } : {}) }
  const expiresMs = claim.atMs + 15 * 60_000
  const { reason } = claim
  const request = { id: contentId('action', nonce), incident, action, parameters, target, by, expiresMs, ...(reason ? { reason } : {}) }
  return dryRun ? { ...request, dryRun } : request
}
