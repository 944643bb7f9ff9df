import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import { CodedError, messageOf } from '../../lib/error.ts'
import { type Actor, actor } from './actor.ts'
import { slackApp } from './app.ts'
import type { Message } from './message.ts'
import type { Change } from './message-table.ts'
import { openState } from './state.ts'
import type { OnCall } from './web-api/call.ts'
import type { Bot, Channel, Group, User } from './workspace.ts'

/** `token` is what calls must bear; `signingSecret` signs what goes to `interactionsUrl` and `commandsUrl` (`commands` beside the former, if
 *  not given); `commands` are the app's, `/creance` if not given; `file` keeps the messages in an SQLite file; `clock` gives Unix milliseconds;
 *  `onCall` lets a test disturb calls. */
export type SlackSettings = {
  readonly token: string
  readonly signingSecret: string
  readonly interactionsUrl: string
  readonly commandsUrl?: string | undefined
  readonly workspace: { readonly id: string; readonly domain: string; readonly app: string; readonly bot: Bot }
  readonly channels: readonly Channel[]
  readonly users: readonly User[]
  readonly groups?: readonly Group[]
  readonly commands?: readonly string[]
  readonly file?: string | undefined
  readonly clock?: () => number
  readonly onCall?: OnCall | undefined
}

/** The part of a stand-in that does not need a server of its own: what a person sees and does, and what a test reads. */
export type Slack = Actor & {
  /** Oldest first, replies and ephemeral ones too; of one channel (id), or all. */
  readonly messages: (channel?: string) => Message[]
  /** Calls back after each change of a message, until the answer is called. */
  readonly on: (listener: (change: Change) => void) => () => void
}

/** A stand-in whose routes the caller serves, at `baseUrl` (an origin without a slash at its end). `close` it after that server. */
export type MountedSlack = Slack & { readonly app: Hono<{ Bindings: HttpBindings }>; readonly close: () => void }
export function mountSlack(settings: SlackSettings & { readonly baseUrl: string }): MountedSlack {
  const { workspace, channels, users, groups = [], commands = ['/creance'], file, clock = Date.now } = settings
  const state = openState({ ...workspace, channels, users, groups, commands }, { file, clock })
  const commandsUrl = settings.commandsUrl ?? new URL('commands', settings.interactionsUrl).href
  const appSettings = { ...settings, commandsUrl, clock }
  return {
    app: slackApp(state, appSettings),
    messages: state.messages.all,
    on: state.messages.watch,
    ...actor(state, appSettings),
    close: state.close,
  }
}

/** A stand-in for Slack on a loopback port. `url` is the page's, `apiUrl` what @slack/web-api takes as `slackApiUrl`. */
export type RunningSlack = Slack & { readonly url: string; readonly apiUrl: string; readonly stop: () => Promise<void> }

/** Listens on 127.0.0.1, on `port` or any free one. Throws CodedError `unavailable` when it cannot, `invalid_config` when `file`
 *  cannot be opened. */
export async function startSlack({ port = 0, ...settings }: SlackSettings & { readonly port?: number }): Promise<RunningSlack> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new CodedError('unavailable', `The Slack stand-in cannot listen: ${messageOf(error)}`, { cause: error })),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const url = `http://127.0.0.1:${portOf(server.address())}`
  try {
    const { app, close, ...slack } = mountSlack({ ...settings, baseUrl: url })
    server.on('request', getRequestListener(app.fetch))
    const stop = async () => {
      await closed(server)
      close()
    }
    return { ...slack, url, apiUrl: `${url}/api/`, stop }
  } catch (error) {
    await closed(server)
    throw error
  }
}

/** Ends the server and whatever is still connected to it; fine to call twice. */
function closed(server: Server): Promise<unknown> {
  return new Promise((resolve) => {
    server.close(resolve)
    server.closeAllConnections()
  })
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}
