import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Health } from '../health.ts'
import type { Metrics } from '../metrics.ts'

/** What anybody may see: how this forwarder is. Whoever asks for many pages without reading the answers gets short ones, made at once: what waits
 *  for one answer is bounded by the number of connections. */
export function statusPages({ health, metrics }: { readonly health: Health; readonly metrics: Metrics }) {
  const underWay = new WeakSet<Socket>()

  const pages: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>> = {
    '/ping': (response) => sendJson(response, 200, { status: 'ok' }),
    '/healthz': (response) => {
      const { problems, warnings } = health.report()
      const unhealthy = problems.length > 0
      sendJson(response, unhealthy ? 503 : 200, {
        status: unhealthy ? 'unhealthy' : 'ok',
        ...(unhealthy ? { problems } : {}),
        ...(warnings.length > 0 ? { warnings } : {}),
      })
    },
    '/readyz': (response) => {
      const why = health.whyNotReady()
      sendJson(response, why ? 503 : 200, why ? { status: 'not ready', why } : { status: 'ready' })
    },
    '/metrics': async (response) => send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metrics.text()),
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { socket } = request
    if (underWay.has(socket)) return sendJson(response, 503, { error: 'one at a time' })
    const page = request.method === 'GET' || request.method === 'HEAD' ? pages[request.url?.split('?')[0] ?? ''] : undefined
    if (!page) return sendJson(response, 405, { error: WHAT_THERE_IS })
    underWay.add(socket)
    response.once('close', () => underWay.delete(socket))
    await page(response)
  }
}

const WHAT_THERE_IS = 'alerts are taken at POST /; GET /ping, /healthz, /readyz and /metrics tell how this forwarder is'

export function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json', JSON.stringify(body))
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text)
}
