import type { IncomingMessage, ServerResponse } from 'node:http'
import { messageOf } from '../../lib/error.ts'
import { type Cluster, type Reply, serve, type Write } from './api.ts'
import type { ApiRequest } from './request.ts'
import { type Answer, badRequest, internalError, refuse, tooLarge } from './status.ts'

const LARGEST_BODY = 3 * 1024 * 1024
const MOST_UNSENT = 32 * 1024 * 1024
const LONGEST_WATCH_SECONDS = 86_400
const LOOPBACK = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse }

/** Takes one HTTP request and answers it. `written` is awaited before a write is answered. Throws when the client goes away, or when
 *  `written` does: the caller drops the connection then. */
export async function exchange({ request, response }: Exchange, cluster: Cluster, written: (write: Write) => Promise<void>): Promise<void> {
  const body = await bodyOf(request)
  if (isFromBrowser(request)) return send(response, refuse(badRequest('this API is for clients on this machine, not for web pages')))
  if (body === undefined) return send(response, refuse(tooLarge(LARGEST_BODY)))
  const reply = replyTo(cluster, requestOf(request, body))
  if (reply.stream) return stream(response, reply.stream, requestOf(request, body).query.get('timeoutSeconds'))
  const userAgent = request.headers['user-agent']
  if (reply.write) await written({ ...reply.write, ...(userAgent === undefined ? {} : { userAgent }) })
  send(response, reply.answer)
}

function replyTo(cluster: Cluster, request: ApiRequest): Reply {
  try {
    return serve(cluster, request)
  } catch (error) {
    return { answer: refuse(internalError(`Internal error occurred: ${messageOf(error)}`)) }
  }
}

function requestOf({ url = '/', method = 'GET', headers }: IncomingMessage, body: string): ApiRequest {
  const [path = '/', ...query] = url.split('?')
  const mediaType = (headers['content-type']?.split(';')[0] ?? '').trim().toLowerCase()
  const wantsTable = headers.accept?.includes('as=Table;v=v1;g=meta.k8s.io') ?? false
  return { method, path, query: new URLSearchParams(query.join('?')), mediaType, wantsTable, body }
}

/** Undefined when it is too large; what is over the limit is read, so that the client reads the answer, and not kept. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes <= LARGEST_BODY) chunks.push(chunk)
  }
  return bytes <= LARGEST_BODY ? Buffer.concat(chunks).toString('utf8') : undefined
}

/** A page in a browser can reach a loopback port under a name of its own, or send what needs no permission. No Kubernetes client does. */
function isFromBrowser({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || !LOOPBACK.test(headers.host ?? '')
}

function send(response: ServerResponse, { code, body }: Answer): void {
  const isBytes = body instanceof Uint8Array
  const isText = typeof body === 'string'
  const type = isBytes ? 'text/plain' : isText ? 'text/plain; charset=utf-8' : 'application/json'
  response.writeHead(code, { 'Content-Type': type, 'Cache-Control': 'no-cache, private' })
  response.end(isText || isBytes ? body : `${JSON.stringify(body)}\n`)
}

/** One JSON line an event, until the client or its time-out ends it. A client that does not read is dropped. */
function stream(response: ServerResponse, { first, follow }: NonNullable<Reply['stream']>, timeoutSeconds: string | null): void {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' })
  response.flushHeaders()
  const write = (event: unknown) => {
    response.write(`${JSON.stringify(event)}\n`)
    if (response.writableLength > MOST_UNSENT) response.destroy()
  }
  for (const event of first) write(event)
  const unfollow = follow(write)
  const seconds = Math.min(Number(timeoutSeconds) || LONGEST_WATCH_SECONDS, LONGEST_WATCH_SECONDS)
  const timer = setTimeout(() => {
    unfollow()
    response.end()
  }, seconds * 1000)
  response.once('close', () => {
    clearTimeout(timer)
    unfollow()
  })
}
