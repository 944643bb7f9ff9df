import { WebAPIPlatformError, WebAPIRateLimitedError, WebClient } from '@slack/web-api'
import * as z from 'zod'
import { CodedError } from '../error.ts'
import type { Chat, ChatMessage } from '../port/chat.ts'

const EVENT_TYPE = 'creance_incident'
const Answer = z.looseObject({ channel: z.string(), ts: z.string() })
const Members = z.looseObject({ users: z.array(z.string()).default([]) })
const History = z.looseObject({
  messages: z
    .array(
      z.looseObject({
        ts: z.string(),
        metadata: z
          .looseObject({ event_type: z.string().optional(), event_payload: z.record(z.string(), z.unknown()).optional() })
          .optional(),
      }),
    )
    .default([]),
})

/** What an operator can do about Slack's error words. */
const HINTS: Readonly<Record<string, string>> = {
  invalid_auth: 'is the bot token right?',
  not_authed: 'is the bot token set?',
  account_inactive: 'the token was revoked; install the app again',
  channel_not_found: 'is the channel id in the route right, and is the app a member of the channel?',
  not_in_channel: 'invite the app to the channel: /invite @creance',
  is_archived: 'the channel in the route is archived',
  missing_scope: 'the app lacks a scope: chat:write, channels:history and groups:history are needed',
}

/** The Chat on Slack's Web API. The client neither sleeps nor tries again by itself: the queue does the waiting.
 *  `apiUrl`: base of the Web API, for a stand-in; Slack's own if not given. */
export function slackChat({ token, apiUrl }: { readonly token: string; readonly apiUrl?: string | undefined }): Chat {
  const client = new WebClient(token, {
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    timeout: 10_000,
    logger: silent,
    ...(apiUrl ? { slackApiUrl: apiUrl } : {}),
  })
  const metadata = (incident: string) => ({ event_type: EVENT_TYPE, event_payload: { incident } })
  const body = ({ text, color, blocks }: ChatMessage) => ({
    attachments: [{ color, fallback: text, blocks: [...blocks] as never }],
    unfurl_links: false,
    unfurl_media: false,
  })

  return {
    post: async (channel, key, message) => {
      const answer = await client.chat
        .postMessage({ channel, ...body(message), metadata: metadata(key) })
        .catch(translate('chat.postMessage'))
      const { channel: posted, ts } = Answer.parse(answer)
      return { channel: posted, ts }
    },
    update: async ({ channel, ts }, key, message) =>
      client.chat.update({ channel, ts, ...body(message), metadata: metadata(key) }).then(
        () => 'updated' as const,
        (error) => (slackWord(error) === 'message_not_found' ? 'absent' : translate('chat.update')(error)),
      ),
    find: async (channel, key, sinceMs) => {
      const oldest = String(sinceMs / 1000 - 60) // the two clocks need not agree to the second
      const answer = await client.conversations
        .history({ channel, oldest, limit: 200, include_all_metadata: true })
        .catch(translate('conversations.history'))
      const found = History.parse(answer).messages.find(
        ({ metadata: of }) => of?.event_type === EVENT_TYPE && of.event_payload?.incident === key,
      )
      return found && { channel, ts: found.ts }
    },
    members: async (group) => {
      const answer = await client.usergroups.users.list({ usergroup: group }).catch(translate('usergroups.users.list'))
      return Members.parse(answer).users
    },
    tell: async (channel, user, text) => {
      await client.chat.postEphemeral({ channel, user, text }).catch(translate('chat.postEphemeral'))
    },
  }
}

function slackWord(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined
}

function translate(method: string): (error: unknown) => never {
  return (error) => {
    const word = slackWord(error)
    if (error instanceof WebAPIRateLimitedError || word === 'ratelimited') {
      const retryAfter = error instanceof WebAPIRateLimitedError ? error.retryAfter : 30
      throw new CodedError('throttled', `Slack: ${method}: asked to wait ${retryAfter} s`, { cause: error, retryAfterSeconds: retryAfter })
    }
    if (word === undefined || /^(internal_error|fatal_error|service_unavailable|request_timeout)$/.test(word)) {
      throw new CodedError('unavailable', `Slack: ${method}: no answer${word ? ` (${word})` : ''}`, { cause: error })
    }
    const hint = HINTS[word]
    throw new CodedError(hint ? 'invalid_config' : 'invalid_input', `Slack: ${method}: ${word}${hint ? `: ${hint}` : ''}`, { cause: error })
  }
}

/** The client's own log would say what ours says, and in another form. */
const nothing = () => undefined
const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => 'error' as never,
  setName: nothing,
}
