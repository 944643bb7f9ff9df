import type { RequestListener } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { messageOf } from '../lib/error.ts'
import { type InteractPorts, interact } from '../lib/stage/interact.ts'

const MAX_BODY_BYTES = 1024 * 1024

type Pages = {
  /** The pages of incidents. */
  readonly incidents?: Hono<{ Bindings: HttpBindings }> | undefined
  readonly standIn: Hono<{ Bindings: HttpBindings }> | undefined
  readonly metrics: () => Promise<string>
  /** What `/healthz` says beside `status`. */
  readonly health?: (() => Readonly<Record<string, string>>) | undefined
  /** false: presses come another way, and there is no such URL. */
  readonly interactions?: boolean
}

/** What `creance local` serves over HTTP: `POST /slack/interactions` and `/slack/commands`, as the function does, `/healthz`, `/metrics` of the stages, and Slack's stand-in where
 *  it is used. */
export function interactListener(
  ports: InteractPorts,
  { standIn, incidents, metrics, health, interactions = true }: Pages,
): RequestListener {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/healthz', (context) => context.json({ status: 'ok', ...health?.() }))
  app.get('/metrics', async (context) => context.text(await metrics()))
  app.on('POST', ['/slack/interactions', '/slack/commands'], bodyLimit({ maxSize: MAX_BODY_BYTES }), async ({ req }) => {
    if (!interactions) return new Response(null, { status: 404 })
    const request = {
      rawBody: await req.text(),
      timestamp: req.header('x-slack-request-timestamp'),
      signature: req.header('x-slack-signature'),
      contentType: req.header('content-type'),
    }
    const { status, body } = await interact(request, ports)
    return body === undefined ? new Response(null, { status }) : Response.json(body, { status })
  })
  if (standIn) app.route('/', standIn)
  if (incidents) app.route('/', incidents)
  app.onError((error, context) => {
    ports.log.error('request failed', { path: context.req.path, why: messageOf(error) })
    return context.json({ error: 'failed; the log says why' }, 500)
  })
  return getRequestListener(app.fetch)
}
