import { setTimeout as sleep } from 'node:timers/promises'
import { SocketModeClient } from '@slack/socket-mode'
import { WebAPIPlatformError, WebAPIRateLimitedError } from '@slack/web-api'
import * as z from 'zod'
import { CodedError, messageOf } from '../error.ts'
import type { Envelope, SlackSocket, SocketConnection, SocketListener } from '../port/slack-socket.ts'
import { silent } from './slack-client.ts'

export type SocketSettings = {
  readonly appToken: string
  /** Base of the Web API, for a stand-in; Slack's own if not given. */
  readonly apiUrl?: string | undefined
  /** How long Slack may take to answer, and then to say hello. */
  readonly patienceMs?: number
}

const PATIENCE_MS = 10_000
const GOODBYE_MS = 1000

/** What an operator can do about Slack's error words. Any other word is no fault of the settings, as far as is known. */
export const SOCKET_HINTS: Readonly<Record<string, string>> = {
  invalid_auth: 'is the app token (xapp-…) right?',
  not_authed: 'is the app token (xapp-…) set?',
  not_allowed_token_type: 'this takes the app token (xapp-…), not the bot token (xoxb-…)',
  missing_scope: 'the app token lacks connections:write; make one that has it (Basic Information, App-Level Tokens)',
  token_revoked: 'the app token was revoked; make another (Basic Information, App-Level Tokens)',
  token_expired: 'the app token has expired; make another (Basic Information, App-Level Tokens)',
  account_inactive: 'the app token was revoked; make another (Basic Information, App-Level Tokens)',
  app_missing: 'the app of this token was deleted',
  access_denied: "the app's settings, or the workspace's, do not allow it",
  forbidden_team: 'is Socket Mode switched on for the app (Settings, Socket Mode), and the app installed?',
  team_disabled: 'the workspace was disabled',
  user_removed_from_team: 'who made the app token has left the workspace; make another',
  link_disabled: 'Socket Mode is switched off for the app; switch it on (Settings, Socket Mode)',
}

const Message = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('hello') }),
  z.looseObject({
    type: z.literal('disconnect'),
    reason: z
      .string()
      .regex(/^\w{1,64}$/)
      .catch('unknown'),
  }),
  z.looseObject({ type: z.enum(['interactive', 'slash_commands']), envelope_id: z.string().min(1).max(255) }),
])

/** Slack's Socket Mode by Slack's own client, which is made anew for each connection and never connects again by itself: its own way of
 *  doing so leaves gaps of seconds, and rejections that nobody awaits, which would end the process. */
export function slackSocket({ appToken, apiUrl, patienceMs = PATIENCE_MS }: SocketSettings): SlackSocket {
  return {
    connect: async (listener, signal) => {
      signal.throwIfAborted()
      const ending = new AbortController()
      const client = new OneConnection(
        {
          appToken,
          autoReconnectEnabled: false,
          logger: silent,
          clientOptions: {
            retryConfig: { retries: 0 },
            rejectRateLimitedCalls: true,
            timeout: patienceMs,
            fetch: (url, init) => fetch(url, { ...init, signal: joined(init?.signal, ending.signal) }),
            ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
          },
        },
        listener,
        ending.signal,
      )
      const started = client.start().then(() => 'hello' as const)
      started.catch(() => undefined) // told below, or too late for anybody to care
      const decided = new AbortController()
      const late = sleep(2 * patienceMs, 'late' as const, { signal: AbortSignal.any([signal, decided.signal]) })
      late.catch(() => undefined)
      const close = async (): Promise<void> => {
        ending.abort()
        await closed(client)
      }
      try {
        const first = await Promise.race([started, late, client.leaving])
        if (first !== 'hello') throw refusalBeforeHello(first)
      } catch (error) {
        await close()
        signal.throwIfAborted()
        throw translated(error)
      } finally {
        decided.abort()
      }
      return { isOpen: () => client.websocket?.isActive() ?? false, leaving: client.leaving, close } satisfies SocketConnection
    },
  }
}

/** Slack's client, with what Slack says read before the client sees it: on what it cannot read it would reject, and nobody awaits that. */
class OneConnection extends SocketModeClient {
  readonly leaving: Promise<string>
  private readonly leave: (why: string) => void
  private readonly listener: SocketListener

  constructor(options: ConstructorParameters<typeof SocketModeClient>[0], listener: SocketListener, ending: AbortSignal) {
    super(options)
    const { promise, resolve } = Promise.withResolvers<string>()
    this.leaving = promise
    this.leave = resolve
    this.listener = listener
    this.on('close', () => this.leave('dropped'))
    this.on('connecting', () => ending.throwIfAborted()) // closed while the address was asked for: no socket is opened any more
    this.on('slack_event', ({ ack, type, envelope_id, body }: Pushed) => {
      const answer = (said?: object): Promise<void> =>
        ack(said).catch((cause: unknown) => {
          throw new CodedError('unavailable', `Slack socket: the connection is gone: ${messageOf(cause)}`, { cause })
        })
      listener.onEnvelope({ id: envelope_id, kind: type, payload: body, answer })
    })
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    const message = isBinary ? undefined : Message.safeParse(parsed(data)).data
    if (!message) return this.listener.onUnreadable(isBinary ? 'binary' : kindOf(parsed(data)))
    // The client would hang up at once; a connection that is asked to leave still works until another is there.
    if (message.type === 'disconnect') return this.leave(message.reason)
    await super.onWebSocketMessage(data, isBinary)
  }
}

type Pushed = {
  readonly ack: (body?: object) => Promise<void>
  readonly type: Envelope['kind']
  readonly envelope_id: string
  readonly body: unknown
}

/** A close frame first, and a cut where the other side does not answer it: the second call of `disconnect` is one. */
async function closed(client: SocketModeClient): Promise<void> {
  if (client.websocket?.readyState === undefined) return void (await client.disconnect())
  const giveUp = new AbortController()
  const gone = client.disconnect()
  const cut = sleep(GOODBYE_MS, undefined, { signal: giveUp.signal }).then(
    () => client.websocket?.disconnect(),
    () => undefined,
  )
  await gone
  giveUp.abort()
  await cut
}

function refusalBeforeHello(word: string): CodedError {
  if (word === 'late') return new CodedError('unavailable', 'Slack socket: no hello in time')
  if (word === 'dropped') return new CodedError('unavailable', 'Slack socket: the connection was dropped before the hello')
  return refusal(word, undefined)
}

function refusal(word: string, cause: unknown): CodedError {
  const hint = SOCKET_HINTS[word]
  return new CodedError(hint ? 'invalid_config' : 'unavailable', `Slack socket: ${word}${hint ? `: ${hint}` : ''}`, { cause })
}

function translated(error: unknown): CodedError {
  if (error instanceof CodedError) return error
  if (error instanceof WebAPIRateLimitedError) {
    const { retryAfter } = error
    return new CodedError('throttled', `Slack socket: asked to wait ${retryAfter} s`, { cause: error, retryAfterSeconds: retryAfter })
  }
  if (error instanceof WebAPIPlatformError) return refusal(error.data.error, error)
  return new CodedError('unavailable', 'Slack socket: no connection', { cause: error })
}

function parsed(data: string | ArrayBuffer): unknown {
  try {
    return JSON.parse(typeof data === 'string' ? data : new TextDecoder().decode(data))
  } catch {
    return undefined
  }
}

/** What it says it is, where that is a word. */
function kindOf(message: unknown): string {
  const { data } = z.looseObject({ type: z.string().regex(/^\w{1,64}$/) }).safeParse(message)
  return data?.type ?? 'unknown'
}

function joined(one: AbortSignal | null | undefined, other: AbortSignal): AbortSignal {
  return one ? AbortSignal.any([one, other]) : other
}
