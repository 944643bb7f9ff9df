import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { packBatch } from '../lib/batch/batch.ts'
import type { Envelope } from '../lib/batch/envelope.ts'
import { CodedError, messageOf } from '../lib/error.ts'
import type { Clock, Log } from '../lib/port/log.ts'
import type { QueueSender } from '../lib/port/queue.ts'
import { acceptAlert, type Stamp } from './accept.ts'
import { groupCommit } from './group-commit.ts'

const MAX_BODY_BYTES = 1024 * 1024
const MAX_GROUP = 200

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
  const keep = groupCommit<Envelope>((envelopes) => detections.send([packBatch(envelopes)]), MAX_GROUP)
  let failing: string | undefined

  const takeAlert = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body: Buffer = Buffer.alloc(0)
    try {
      body = await readBody(request)
      await keep(acceptAlert(body.toString('utf8'), stamp, clock()))
      failing = undefined
      answer(response, 200, { status: 'kept' })
    } catch (error) {
      const refused = error instanceof CodedError && error.code === 'invalid_input'
      const why = messageOf(error)
      if (refused) keepRejected(body, why, clock())
      else failing = why
      log.warn(refused ? 'alert refused' : 'alert not kept', { why, bytes: body.length })
      answer(response, refused ? (/over 1 MiB/.test(why) ? 413 : 400) : 503, { error: why })
    }
  }

  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, (request, response) => {
    const path = request.url?.split('?')[0]
    if (request.method === 'POST' && path === '/') return void takeAlert(request, response)
    if (request.method === 'GET' && path === '/ping') return answer(response, 200, { status: 'ok' })
    if (request.method === 'GET' && path === '/healthz')
      return answer(response, failing ? 503 : 200, failing ? { error: failing } : { status: 'ok' })
    return answer(response, path === '/' ? 405 : 404, { error: 'alerts are taken at POST /' })
  })
  server.maxConnections = 1000
  return server
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk)
    else chunks.splice(1) // the head is enough to say what it was
  }
  if (bytes > MAX_BODY_BYTES) throw new CodedError('invalid_input', `the body is over 1 MiB (${bytes} bytes)`)
  return Buffer.concat(chunks)
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text)
}
