import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'

export const APP_TOKEN = 'xapp-1-A0CREANCE-1-abc'

export type SocketModeSettings = {
  /** Whether a connection is greeted; without it, it stays silent. */
  readonly hello?: () => boolean
  /** Whether a request to become a WebSocket is answered at all. */
  readonly upgrade?: () => boolean
  /** Another answer to apps.connections.open. */
  readonly onOpen?: () =>
    | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: object }
    | 'hang'
    | undefined
  /** Where every other method of the Web API is, such as a stand-in's `apiUrl`. */
  readonly webApi?: string
}

export type Acknowledgement = { readonly envelope_id: string; readonly payload?: unknown }

/** Slack's side of Socket Mode, written from Slack's page on it: `apps.connections.open` gives an address with a ticket, which is good for one connection;
 *  over it come a hello, envelopes, and words before it ends. */
export type SocketModeServer = {
  readonly apiUrl: string
  /** Pushes an envelope on the newest connection that is open, and says its id. */
  readonly push: (type: string, payload: unknown, options?: { readonly id?: string; readonly response?: boolean }) => string
  /** Any text, on the newest connection. */
  readonly say: (text: string | Buffer) => void
  /** Says that the connection will end, as Slack does; it is closed by the client, or by `drop`. */
  readonly disconnect: (reason: string) => void
  /** Reads no more of what comes, goodbyes among it. */
  readonly freeze: () => void
  /** Cuts every connection, without a word. */
  readonly drop: () => void
  readonly acknowledgements: readonly Acknowledgement[]
  /** Tokens that an address was asked with, in order. */
  readonly asked: readonly string[]
  /** Connections that were greeted, and those that are open now. */
  readonly greeted: () => number
  readonly open: () => number
  /** How many were open at each greeting, the new one among them. */
  readonly overlaps: readonly number[]
  readonly stop: () => Promise<void>
}

export async function startSocketModeServer(settings: SocketModeSettings = {}): Promise<SocketModeServer> {
  const { hello = () => true, upgrade = () => true, onOpen = () => undefined, webApi } = settings
  const acknowledgements: Acknowledgement[] = []
  const asked: string[] = []
  const overlaps: number[] = []
  const tickets = new Set<string>()
  const connections: WebSocket[] = []
  const raw = new Set<Duplex>()
  let count = 0

  const http = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    if (request.url !== '/api/apps.connections.open') return pass(request, body, response, webApi)
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    asked.push(token)
    const instead = onOpen()
    if (instead === 'hang') return
    if (instead) return send(response, instead.status ?? 200, instead.body ?? {}, instead.headers)
    if (token !== APP_TOKEN)
      return send(response, 200, { ok: false, error: token.startsWith('xoxb-') ? 'not_allowed_token_type' : 'invalid_auth' })
    const ticket = `ticket-${++count}`
    tickets.add(ticket)
    send(response, 200, { ok: true, url: `ws://127.0.0.1:${port}/link/?ticket=${ticket}&app_id=A0CREANCE` })
  })
  const sockets = new WebSocketServer({ noServer: true })
  http.on('upgrade', (request, socket, head) => {
    raw.add(socket)
    socket.on('error', () => undefined)
    if (!upgrade()) return
    const ticket = new URL(request.url ?? '/', 'ws://x').searchParams.get('ticket') ?? ''
    if (!tickets.delete(ticket)) return void socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (connection) => {
      connections.push(connection)
      connection.on('error', () => undefined)
      connection.on('close', () => connections.splice(connections.indexOf(connection), 1))
      connection.on('message', (data) => acknowledgements.push(JSON.parse(String(data))))
      if (!hello()) return
      overlaps.push(connections.length)
      connection.send(JSON.stringify({ type: 'hello', num_connections: connections.length, connection_info: { app_id: 'A0CREANCE' } }))
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo

  const newest = (): WebSocket => connections.at(-1) ?? fail('no connection is open')
  let pushed = 0
  return {
    apiUrl: `http://127.0.0.1:${port}/api/`,
    push: (type, payload, { id = `envelope-${++pushed}`, response = type === 'slash_commands' } = {}) => {
      newest().send(JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: response }))
      return id
    },
    say: (text) => newest().send(text),
    disconnect: (reason) => newest().send(JSON.stringify({ type: 'disconnect', reason, debug_info: { host: 'applink-1' } })),
    freeze: () => {
      for (const socket of raw) socket.pause()
    },
    drop: () => {
      for (const connection of connections) connection.terminate()
    },
    acknowledgements,
    asked,
    greeted: () => overlaps.length,
    open: () => connections.length,
    overlaps,
    stop: async () => {
      for (const socket of raw) socket.destroy()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** Any other call goes to the Web API beside it. */
async function pass(request: IncomingMessage, body: string, response: ServerResponse, webApi: string | undefined): Promise<void> {
  if (webApi === undefined) return send(response, 200, { ok: false, error: 'unknown_method' })
  const { authorization = '', 'content-type': type = '' } = request.headers
  const url = new URL((request.url ?? '').replace(/^\/api\//, ''), webApi)
  const answer = await fetch(url, { method: 'POST', headers: { authorization, 'content-type': type }, body })
  send(response, answer.status, (await answer.json()) as object)
}

function fail(why: string): never {
  throw new Error(why)
}
