import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { isLoopback } from '../lib/address.ts'
import { CodedError, messageOf } from '../lib/error.ts'
import { PageKeys, type PageLinks, pageLinks, plainLinks } from '../lib/page/link.ts'
import { type PageAccess, type PagePorts, respondPage } from '../lib/page/respond-page.ts'
import type { Clock } from '../lib/port/log.ts'

/** `baseUrl`: the origin that is listened on; `publicUrl`: where people reach it, if that is another. `data`: the folder that the key for links is
 *  kept in. `isForPlay`: nothing here is anybody's secret (Slack is the stand-in), so whoever is at this machine needs no link. */
type Settings = {
  readonly baseUrl: string
  readonly publicUrl?: string | undefined
  readonly data: string
  readonly isForPlay: boolean
}
type Ports = Omit<PagePorts, 'access'> & { readonly clock: Clock }
/** `app`: the routes, to be mounted at `/`. `links`: what messages may carry. */
export type IncidentPages = { readonly app: Hono<{ Bindings: HttpBindings }>; readonly links: PageLinks }

/** A proxy or a tunnel says so with one of these: what comes through it does not come from this machine. */
const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip']
const HOSTS = /^(127\.0\.0\.1|localhost|\[::1\])$/

/** The pages of incidents at `/incidents`, for who has a signed link. Where it is for play, whoever is at this machine sees all of them: by loopback's
 *  name, so that no web page whose name was re-bound does, and not through what says that it forwards. A bare TCP tunnel does not say so. */
export function incidentPages({ baseUrl, publicUrl, data, isForPlay }: Settings, { store, log, clock }: Ports): IncidentPages {
  const key = keptKey(join(data, 'page-key'))
  const signed: PageAccess = { kind: 'signed', keys: PageKeys.parse(key) }
  const { hostname, port } = new URL(baseUrl)
  const isOpen = isForPlay && publicUrl === undefined && isLoopback({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) })
  const answer = async ({ req }: Context): Promise<Response> => {
    const access: PageAccess = isOpen && isFromHere(req.raw.headers, port) ? { kind: 'open' } : signed
    const { pathname, search } = new URL(req.url)
    const { status, headers, body } = await respondPage({ path: pathname, query: search.slice(1), nowMs: clock() }, { store, log, access })
    return new Response(body, { status, headers })
  }
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/incidents', answer)
  app.get('/incidents/:id', answer)
  const links = isOpen ? plainLinks(baseUrl) : pageLinks({ baseUrl: publicUrl ?? baseUrl, key, clock })
  return { app, links }
}

function isFromHere(headers: Headers, port: string): boolean {
  if (FORWARDED.some((name) => headers.has(name))) return false
  const [, name = '', given = '80'] = /^(.+?)(?::(\d+))?$/.exec(headers.get('host')?.toLowerCase() ?? '') ?? []
  return HOSTS.test(name) && given === (port || '80')
}

/** Made at the first start, and kept, so that links hold over a restart. Throws `invalid_config` where it cannot be read or made. */
function keptKey(file: string): string {
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
      throw new CodedError('invalid_config', `data: no key for links can be kept in ${file}: ${messageOf(error)}`, { cause: error })
  }
  const { data, error } = PageKeys.safeParse(readFileSync(file, 'utf8').trim())
  if (!data)
    throw new CodedError('invalid_config', `data: ${file} holds no key for links (${error.issues[0]?.message}); remove it for a new one`)
  return readFileSync(file, 'utf8').trim()
}
