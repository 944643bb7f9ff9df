import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Clock } from '../../lib/port/log.ts'

/** After this long without an answer of the queue, something is wrong that people should look at. */
const UNASKED_MS = 60_000

/** What this process knows of its own state. `asked`: what came of asking the queue; undefined: it answered. */
export type AgentHealth = {
  readonly asked: (why: string | undefined) => void
  readonly phase: (phase: 'starting' | 'ready' | 'stopping') => void
  /** Why no orders are taken; undefined: they are. */
  readonly problem: () => string | undefined
  readonly whyNotReady: () => string | undefined
}

export function agentHealth(clock: Clock): AgentHealth {
  let answeredMs = clock()
  let why: string | undefined
  let phase = 'starting'
  const problem = () => {
    const forMs = clock() - answeredMs
    return forMs > UNASKED_MS ? `the queue has not answered for ${Math.round(forMs / 1000)} s: ${why ?? 'no answer'}` : undefined
  }
  return {
    asked: (next) => {
      why = next
      if (next === undefined) answeredMs = clock()
    },
    phase: (next) => {
      phase = next
    },
    problem,
    whyNotReady: () => (phase === 'ready' ? problem() : `this agent is ${phase}`),
  }
}

/** `/ping`, `/healthz`, `/readyz` and `/metrics`: what anybody may see, and nothing that anybody may do. */
export function agentServer(health: AgentHealth, metricsText: () => Promise<string>): Server {
  const pages: Readonly<Record<string, (response: ServerResponse) => void | Promise<void>>> = {
    '/ping': (response) => sendJson(response, 200, { status: 'ok' }),
    '/healthz': (response) => {
      const problem = health.problem()
      sendJson(response, problem ? 503 : 200, problem ? { status: 'unhealthy', problems: [problem] } : { status: 'ok' })
    },
    '/readyz': (response) => {
      const why = health.whyNotReady()
      sendJson(response, why ? 503 : 200, why ? { status: 'not ready', why } : { status: 'ready' })
    },
    '/metrics': async (response) => send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await metricsText()),
  }
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000, maxHeaderSize: 8192 }, async (request, response) => {
    const page = request.method === 'GET' || request.method === 'HEAD' ? pages[request.url?.split('?')[0] ?? ''] : undefined
    if (!page) return sendJson(response, 404, { error: 'GET /ping, /healthz, /readyz and /metrics tell how this agent is' })
    await page(response)
  })
  server.maxConnections = 100
  return server
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  send(response, status, 'application/json', JSON.stringify(body))
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) }).end(text)
}
