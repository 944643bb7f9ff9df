import type { RequestListener } from 'node:http'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { messageOf } from '../lib/error.ts'
import { type InteractPorts, interact } from '../lib/stage/interact.ts'

const MAX_BODY_BYTES = 1024 * 1024

type Pages = { readonly standIn: Hono<{ Bindings: HttpBindings }> | undefined; readonly metrics: () => Promise<string> }

/** What `creance local` serves over HTTP: `POST /slack/interactions`, as the function does, `/healthz`, `/metrics` of the stages, and Slack's stand-in where
 *  it is used. */
export function interactListener(ports: InteractPorts, { standIn, metrics }: Pages): RequestListener {
  const app = new Hono<{ Bindings: HttpBindings }>()
  app.get('/healthz', (context) => context.json({ status: 'ok' }))
  app.get('/metrics', async (context) => context.text(await metrics()))
  app.post('/slack/interactions', bodyLimit({ maxSize: MAX_BODY_BYTES }), async ({ req }) => {
    const request = {
      rawBody: await req.text(),
      timestamp: req.header('x-slack-request-timestamp'),
      signature: req.header('x-slack-signature'),
    }
    const { status } = await interact(request, ports)
    return new Response(null, { status })
  })
  if (standIn) app.route('/', standIn)
  app.onError((error, context) => {
    ports.log.error('request failed', { path: context.req.path, why: messageOf(error) })
    return context.json({ error: 'failed; the log says why' }, 500)
  })
  return getRequestListener(app.fetch)
}
