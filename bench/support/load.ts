import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { makeAlerts } from '../../test/support/alerts/make-alerts.ts'

export type Target = { readonly host: string; readonly port: number }
export type Load = {
  /** Answers by status; `none` counts the requests whose connection broke before an answer. */
  readonly statuses: Readonly<Record<string, number>>
  /** From the first request to the last answer. */
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** The time ran out before every body had its answer. */
  readonly cutOff: boolean
}

/** Posts each body once to `POST /` of the target, over keep-alive connections that each send the next when the last one is answered. A
 *  request that fails is counted and not repeated. Never throws; stops by itself after `limitMs`. */
export async function load(target: Target, bodies: readonly string[], { connections = 32, limitMs = 120_000 } = {}): Promise<Load> {
  const requests = bodies.map((body) => requestOf(target, body)) // made beforehand: the time is for sending
  const statuses: Record<string, number> = {}
  const milliseconds: number[] = []
  let taken = 0
  let over = false
  const next = () => (over ? undefined : requests[taken++])
  const answered = (status: string, ms: number) => {
    statuses[status] = (statuses[status] ?? 0) + 1
    milliseconds.push(ms)
  }
  const stop = new AbortController()
  const limit = setTimeout(() => {
    over = true
    stop.abort()
  }, limitMs)
  const start = performance.now()
  await Promise.all(Array.from({ length: connections }, () => sendAll(target, next, answered, stop.signal)))
  const seconds = (performance.now() - start) / 1000
  clearTimeout(limit)
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { statuses, seconds, p50Ms: at(0.5), p99Ms: at(0.99), cutOff: over }
}

function requestOf({ host, port }: Target, body: string): Buffer {
  const head = `POST / HTTP/1.1\r\nHost: ${host}:${port}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
}

type Next = () => Buffer | undefined
type Answered = (status: string, ms: number) => void

/** One connection after another until `next` has no more. */
async function sendAll(target: Target, next: Next, answered: Answered, signal: AbortSignal): Promise<void> {
  for (let request = next(); request; request = next()) await useConnection(target, request, next, answered, signal)
}

/** Resolves when the connection is closed, by whichever side. */
function useConnection(target: Target, first: Buffer, next: Next, answered: Answered, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ ...target, noDelay: true })
    let underWay = true
    let sentAt = performance.now()
    let text = ''
    const send = (request: Buffer | undefined) => {
      underWay = request !== undefined
      sentAt = performance.now()
      if (request) socket.write(request)
      else socket.end()
    }
    socket.setEncoding('latin1')
    socket.on('data', (chunk) => {
      text += chunk
      const status = statusOf(text)
      if (status === undefined || !underWay) return
      answered(status, performance.now() - sentAt)
      const last = /\r\nconnection: close\r\n/i.test(text)
      text = ''
      send(last ? undefined : next())
    })
    const abort = () => socket.destroy()
    signal.addEventListener('abort', abort, { once: true })
    socket.on('error', () => undefined) // 'close' follows
    socket.on('close', () => {
      signal.removeEventListener('abort', abort)
      if (underWay) answered('none', performance.now() - sentAt)
      resolve()
    })
    send(first)
  })
}

/** The status of a complete answer; undefined: more is to come. A body has a length, comes in chunks, or is not there. */
function statusOf(text: string): string | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end + 2)
  const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  const chunked = /\r\ntransfer-encoding: *chunked/i.test(head)
  const complete = chunked ? text.slice(end + 2).endsWith('\r\n0\r\n\r\n') : text.length >= end + 4 + length
  return complete ? text.slice(9, 12) : undefined
}

// A process of its own, so that what it costs is not counted with what it measures: `node load.ts --port N --count N --seed N`.
if (import.meta.main) {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { port: text, count: text, seed: text, connections: text } })
  const bodies = [...makeAlerts(Number(values.count), Number(values.seed ?? 1))]
  const connections = Number(values.connections ?? 32)
  console.log(JSON.stringify(await load({ host: '127.0.0.1', port: Number(values.port) }, bodies, { connections })))
}
