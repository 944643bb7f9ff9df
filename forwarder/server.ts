import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { packBatches } from '../lib/batch/batch.ts'
import type { Envelope } from '../lib/batch/envelope.ts'
import { CodedError, messageOf } from '../lib/error.ts'
import type { Clock, Log } from '../lib/port/log.ts'
import type { QueueSender } from '../lib/port/queue.ts'
import { acceptAlert, type Stamp } from './accept.ts'
import { groupCommit } from './group-commit.ts'

const MAX_BODY_BYTES = 1024 * 1024
const MAX_GROUP = 200
const MESSAGE_BYTES = 200 * 1024

export type ForwarderPorts = {
  readonly detections: QueueSender
  readonly clock: Clock
  readonly log: Log
  /** Keeps the head of what was refused, for a look. */
  readonly keepRejected: (body: Buffer, reason: string, nowMs: number) => void
}

/** The HTTP server that agents post their alerts to: `POST /`, one JSON alert a request, answered 2xx only when the queue has it; and
 *  `/ping`, `/healthz`. What is refused is answered with a JSON error that names the reason. */
export function forwarderServer(stamp: Stamp, { detections, clock, log, keepRejected }: ForwarderPorts): Server {
  const send = (envelopes: readonly Envelope[]) => detections.send(packBatches(envelopes, MESSAGE_BYTES))
  const keepTogether = groupCommit(send, MAX_GROUP)
  // A very large alert goes alone: should it not fit into a message at all, no other is refused with it.
  const keep = (envelope: Envelope) => (envelope.alert.length > MESSAGE_BYTES ? send([envelope]) : keepTogether(envelope))
  let failing: string | undefined

  const takeAlert = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { head, bytes } = await readBody(request)
    try {
      if (bytes > MAX_BODY_BYTES) throw new CodedError('invalid_input', `the body is over 1 MiB (${bytes} bytes)`)
      await keep(acceptAlert(head.toString('utf8'), stamp, clock()))
      failing = undefined
      answer(response, 200, { status: 'kept' })
    } catch (error) {
      const refused = error instanceof CodedError && error.code === 'invalid_input'
      const why = messageOf(error)
      if (refused) keepRejected(head, why, clock())
      else failing = why
      log.warn(refused ? 'alert refused' : 'alert not kept', { why, bytes })
      answer(response, !refused ? 503 : bytes > MAX_BODY_BYTES ? 413 : 400, { error: why })
    }
  }

  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, (request, response) => {
    const path = request.url?.split('?')[0]
    // Agents send neither; a web page that tries to pass for one cannot help it.
    if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
      return answer(response, 403, { error: 'this address is for agents, not for web pages' })
    }
    if (request.method === 'POST' && path === '/') {
      takeAlert(request, response).catch(() => response.destroy()) // the agent broke off
      return
    }
    if (request.method === 'GET' && path === '/ping') return answer(response, 200, { status: 'ok' })
    if (request.method === 'GET' && path === '/healthz')
      return answer(response, failing ? 503 : 200, failing ? { error: failing } : { status: 'ok' })
    return answer(response, path === '/' ? 405 : 404, { error: 'alerts are taken at POST /' })
  })
  server.maxConnections = 1000
  return server
}

/** The whole body up to 1 MiB; of a longer one the head, and how long it was. */
async function readBody(request: IncomingMessage): Promise<{ readonly head: Buffer; readonly bytes: number }> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
    bytes += chunk.length
  }
  return { head: Buffer.concat(chunks), bytes }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
