import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'

const HOST_NAMES = ['127.0.0.1', 'localhost', '[::1]']
const MAX_BODY_BYTES = 1024 * 1024

/** Answers only under a loopback name with the port of `baseUrl`: a web page whose name was re-bound to 127.0.0.1 gets 403. */
export function loopbackOnly(baseUrl: string) {
  const { port } = new URL(baseUrl)
  const hosts = new Set(HOST_NAMES.map((name) => (port === '' ? name : `${name}:${port}`)))
  return createMiddleware(async (context, next) => {
    if (!hosts.has(context.req.header('host')?.toLowerCase() ?? '')) return context.text('This address is served on loopback only.\n', 403)
    await next()
    context.header('X-Content-Type-Options', 'nosniff')
    context.header('Cross-Origin-Resource-Policy', 'same-origin')
    return
  })
}

/** For what acts as the person at the browser: JSON, sent by our own page. From another site it is 403, of another type 415. */
export const ownPageOnly = createMiddleware(async (context, next) => {
  if (context.req.header('origin') !== `http://${context.req.header('host')}`)
    return context.text('Only the page itself may do this.\n', 403)
  if (!/^application\/json\b/i.test(context.req.header('content-type') ?? '')) return context.text('JSON only.\n', 415)
  await next()
  return
})

/** 1 MiB, as much as anything here needs; more is 413. */
export const limitedBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: (context) => context.json({ ok: false, error: 'request_too_large' }, 413),
})
