import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import { CodedError } from '../error.ts'

/** The keys that links are signed with: the first signs, all are accepted. As text: one key, or two with a comma between, the new one first.
 *  A key is any text of at least 32 bytes, such as `openssl rand -base64 32` writes. */
export const PageKeys = z
  .string()
  .transform((text) => text.split(',').map((key) => key.trim()))
  .refine((keys) => keys.length <= 2, 'expected one key, or two with a comma between')
  .refine((keys) => keys.every(isStrong), 'expected a key of at least 32 random bytes, such as openssl rand -base64 32 writes')
  .transform((keys) => keys.map((key) => ({ id: keyId(key), key })))
export type PageKeys = z.infer<typeof PageKeys>

/** What a link opens: the list and every incident that is opened from it, or this one incident. */
export type Scope = { readonly kind: 'list' } | { readonly kind: 'incident'; readonly id: string }

/** The addresses of the list and of an incident, for a message. */
export type PageLinks = { readonly incident: (id: string) => string; readonly list: () => string }

type LinkSettings = { readonly baseUrl: string; readonly key: string; readonly clock: () => number }

/** The parameter that holds what is signed. */
export const LINK = 'link'

const DAY_SECONDS = 86_400
/** A link holds for so many days, and to the end (UTC) of the last. */
const DAYS = 7
const TOKEN = /^v1\.([\w-]{6})\.([1-9]\d{9})\.([\w-]{43})$/

/** Signed links that run out. `baseUrl`: where the page is served, without `/incidents`; `key`: as `PageKeys` reads it. The same incident has
 *  the same link all day, so a message with one stays the same. Throws `invalid_config` where the key is too weak. */
export function pageLinks({ baseUrl, key, clock }: LinkSettings): PageLinks {
  const { data: keys, error } = PageKeys.safeParse(key)
  if (!keys) throw new CodedError('invalid_config', `page key: ${error.issues[0]?.message}`)
  const signed = (scope: Scope) => `?${LINK}=${signLink(scope, lastSecond(clock()), keys)}`
  const plain = plainLinks(baseUrl)
  return {
    incident: (id) => `${plain.incident(id)}${signed({ kind: 'incident', id })}`,
    list: () => `${plain.list()}${signed({ kind: 'list' })}`,
  }
}

/** The settings of a function whose messages carry links. */
export const PageLinkEnv = z.object({ PAGE_URL: z.url().optional(), PAGE_KEY: z.string().optional() })

/** As `pageLinks`, from these settings: where one is missing there is no page, and every link is undefined. */
export function incidentLinkFrom(
  { PAGE_URL, PAGE_KEY }: z.infer<typeof PageLinkEnv>,
  clock: () => number,
): (id: string) => string | undefined {
  if (PAGE_URL === undefined || PAGE_KEY === undefined) return () => undefined
  return pageLinks({ baseUrl: PAGE_URL, key: PAGE_KEY, clock }).incident
}

/** Links that are not signed, for a page that is on loopback alone. */
export function plainLinks(baseUrl: string): PageLinks {
  const base = baseUrl.replace(/\/+$/, '')
  return { incident: (id) => `${base}/incidents/${encodeURIComponent(id)}`, list: () => `${base}/incidents` }
}

/** What stands in a link: `v1.<key's id>.<Unix seconds at which it ends>.<HMAC-SHA256 of scope and end, base64url>`. */
export function signLink(scope: Scope, expires: number, [signing]: PageKeys): string {
  if (!signing) throw new CodedError('invalid_config', 'page key: none')
  return `v1.${signing.id}.${expires}.${mac(scope, String(expires), signing.key)}`
}

/** Until when (Unix seconds) the token opens what is asked for; undefined: it does not. What is wrong with it is not said. */
export function openedUntil(
  token: string,
  scope: Scope,
  { keys, nowMs }: { readonly keys: PageKeys; readonly nowMs: number },
): number | undefined {
  const [, id, expires = '', given = ''] = TOKEN.exec(token) ?? []
  const known = keys.find((one) => one.id === id)
  if (!known) return undefined
  const isGenuine = timingSafeEqual(Buffer.from(given), Buffer.from(mac(scope, expires, known.key)))
  return isGenuine && nowMs < Number(expires) * 1000 ? Number(expires) : undefined
}

/** The end of the day (UTC) a week from now, so that it is another time only once a day. */
function lastSecond(nowMs: number): number {
  return (Math.floor(nowMs / 1000 / DAY_SECONDS) + 1 + DAYS) * DAY_SECONDS
}

function mac(scope: Scope, expires: string, key: string): string {
  const what = scope.kind === 'list' ? 'list' : `incident ${scope.id}`
  return createHmac('sha256', key).update(`creance page link 1\n${expires}\n${what}`).digest('base64url')
}

/** Tells keys apart, and nothing else about them. */
function keyId(key: string): string {
  return createHash('sha256').update(`creance page key ${key}`).digest('base64url').slice(0, 6)
}

function isStrong(key: string): boolean {
  return Buffer.byteLength(key) >= 32 && new Set(key).size >= 10
}
