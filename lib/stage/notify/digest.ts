import * as z from 'zod'
import { type Severity, Severity as SeveritySchema } from '../../detection/detection.ts'
import { contentId } from '../../detection/id.ts'
import { Incident, incidentKey } from '../../incident/incident.ts'
import { inParallel } from '../../parallel.ts'
import type { QueueSender } from '../../port/queue.ts'
import { parseData, read, type Store, update } from '../../port/store.ts'
import type { Digest } from '../../route/digest.ts'
import { digestMessage } from '../../slack/digest.ts'
import { placeOf } from '../../slack/facts.ts'
import { setDue } from '../due.ts'
import { digestNotice } from '../notices.ts'
import { seenOf } from './hold.ts'
import { type ShowPorts, show } from './show.ts'

/** One incident in it. `atMs`: when it came to it. */
const Member = z.object({
  incident: z.string(),
  title: z.string(),
  place: z.string(),
  severity: SeveritySchema,
  status: z.string(),
  atMs: z.number().int(),
})
type Member = z.infer<typeof Member>

/** The digest of a channel that takes incidents now, and those that were closed lately: they are shown once more. */
const Current = z.object({
  id: z.string(),
  sinceMs: z.number().int(),
  lastMs: z.number().int(),
  isFull: z.boolean().default(false),
  closed: z.array(z.object({ id: z.string(), atMs: z.number().int() })),
})
type Current = z.infer<typeof Current>

/** A digest that nothing comes to for so long is closed; what comes afterwards begins a new one. */
export const DIGEST_QUIET_MS = 10 * 60_000
/** It is brought up to date at most so often. */
export const DIGEST_EDIT_MS = 30_000
/** From so many on it is closed. */
const FULL = 1000
/** So many can have come until that is seen. */
const MOST = 20_000
const WORST = 10
/** For so long a closed one is looked at again: what was on its way to it when it was closed has arrived. */
const LINGER_MS = 5 * 60_000
const MOST_CLOSED = 50
/** That something came is written down anew when it is so old. */
const STALE_MS = 30_000
const KEEP_MS = 30 * 24 * 3600_000

const currentKey = (channel: string) => ({ pk: 'chat', sk: `digest#${channel}` })
const partitionOf = (id: string): string => `digest#${id}`
const memberKey = (incident: string): string => `member#${incident}`
const expiresOf = (nowMs: number): number => Math.ceil((nowMs + KEEP_MS) / 1000)

export type DigestPorts = ShowPorts & {
  readonly messages: QueueSender
  /** The incident's page, where there is one. */
  readonly link?: (incident: string) => string | undefined
}

/** The digest that takes incidents of the channel now. */
export async function openDigest(store: Store, channel: string, nowMs: number): Promise<string> {
  const begun: Current = { id: contentId('digest', channel, nowMs).slice(0, 32), sinceMs: nowMs, lastMs: nowMs, isFull: false, closed: [] }
  const current = await update(store, currentKey(channel), Current, (now): Current | undefined => {
    if (!now) return begun
    if (now.isFull || nowMs - now.lastMs >= DIGEST_QUIET_MS)
      return { ...begun, closed: [...now.closed, { id: now.id, atMs: nowMs }].slice(-MOST_CLOSED) }
    return nowMs - now.lastMs >= STALE_MS ? { ...now, lastMs: nowMs } : undefined
  })
  return current?.id ?? begun.id
}

/** The digest that the incident is told in: where it was put already, as long as that is shown, or it was shown there; else the one that takes incidents now. */
export async function digestFor(
  incident: string,
  { channel, known }: { readonly channel: string; readonly known: string | undefined },
  { store, clock }: Pick<DigestPorts, 'store' | 'clock'>,
): Promise<string> {
  if (known === undefined) return openDigest(store, channel, clock())
  const current = await read(store, currentKey(channel), Current)
  if (isListed(current, known, clock()) || (await store.get(partitionOf(known), memberKey(incident)))) return known
  return openDigest(store, channel, clock())
}

/** Whether it is shown for long enough that what comes to it now is seen. */
function isListed(current: Current | undefined, id: string, nowMs: number): boolean {
  return current?.id === id || (current?.closed.some((one) => one.id === id && nowMs - one.atMs < LINGER_MS - 2 * DIGEST_EDIT_MS) ?? false)
}

/** One that is no longer shown is once more. */
async function showAgain(channel: string, id: string, { store, clock }: Pick<DigestPorts, 'store' | 'clock'>): Promise<void> {
  await update(store, currentKey(channel), Current, (now): Current | undefined => {
    if (!now || isListed(now, id, clock())) return undefined
    return { ...now, closed: [...now.closed.filter((one) => one.id !== id), { id, atMs: clock() }].slice(-MOST_CLOSED) }
  })
}

/** Counts the incident in the digest, once however often it comes, with what it is now; and sees to it that this is shown. */
export async function gather(
  incident: Incident,
  { digest, channel }: { digest: string; channel: string },
  ports: DigestPorts,
): Promise<void> {
  const { store, messages, clock } = ports
  const nowMs = clock()
  const { id, title, severity, status } = incident
  const key = { pk: partitionOf(digest), sk: memberKey(id), expires: expiresOf(nowMs) }
  const next = (now: Member | undefined): Member | undefined => {
    const member = { incident: id, title, place: placeOf(incident), severity, status, atMs: now?.atMs ?? nowMs }
    return now && JSON.stringify(now) === JSON.stringify(member) ? undefined : member
  }
  if (!isListed(await read(store, currentKey(channel), Current), digest, nowMs)) {
    if (!next(await read(store, key, Member))) return
    await showAgain(channel, digest, ports)
  }
  await update(store, key, Member, next)
  const slotMs = (Math.floor(nowMs / DIGEST_EDIT_MS) + 1) * DIGEST_EDIT_MS
  await setDue(store, slotMs, `digest-${channel}`, { do: 'digest', channel })
  // The first of them are told at once; the queue drops the same again for five minutes.
  await messages.send([digestNotice(channel, digest)])
}

/** Brings the channel's digests up to date: the one that takes incidents, and those that were closed lately. */
export async function showDigests(channel: string, ports: DigestPorts): Promise<void> {
  const { store, clock } = ports
  const current = await read(store, currentKey(channel), Current)
  if (!current) return
  for (const { id } of [...current.closed, current]) {
    const seen = await seenOf(store, { pk: partitionOf(id), sk: 'message' })
    const items = await store.query(partitionOf(id), { from: 'member#', to: 'member#~', limit: MOST })
    if (items.length === 0) continue
    const members = items.map((item) => parseData(Member, item))
    const digest = await digestOf(members, { id, channel }, store)
    // A link that is another each time is no news.
    const shown = contentId(digestMessage(digest))
    await show({ seen, channel, name: `digest-${id}`, message: digestMessage(digest, ports), shown, replies: [], of: {} }, ports)
    if (id === current.id && members.length >= FULL) await closeAsFull(channel, id, store)
  }
  const isOver = ({ atMs }: { readonly atMs: number }) => clock() - atMs > LINGER_MS
  if (current.closed.some(isOver)) {
    await update(store, currentKey(channel), Current, (now) => now && { ...now, closed: now.closed.filter((one) => !isOver(one)) })
  }
}

async function closeAsFull(channel: string, id: string, store: Store): Promise<void> {
  await update(store, currentKey(channel), Current, (now) => (now?.id === id ? { ...now, isFull: true } : undefined))
}

/** Counts by how severe each was known to be; of the worst, how they stand now. */
async function digestOf(members: readonly Member[], { id, channel }: { id: string; channel: string }, store: Store): Promise<Digest> {
  const worst = members.toSorted((a, b) => b.severity - a.severity || a.atMs - b.atMs || (a.incident < b.incident ? -1 : 1)).slice(0, WORST)
  const times = members.map(({ atMs }) => atMs)
  return {
    id,
    channel,
    sinceMs: Math.min(...times),
    lastMs: Math.max(...times),
    count: members.length,
    bySeverity: ([0, 1, 2, 3, 4, 5] satisfies Severity[]).map((severity) => members.filter((one) => one.severity === severity).length),
    worst: await inParallel(worst, WORST, async ({ atMs: _atMs, ...member }) => {
      const incident = await read(store, incidentKey(member.incident), Incident)
      return incident ? { ...member, status: incident.status } : member
    }).then((shown) => [...shown]),
  }
}
