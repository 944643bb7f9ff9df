import * as z from 'zod'
import type { Chat, ChatMessage } from '../port/chat.ts'
import { slackClient } from './slack-client.ts'
import { isAbsent, isLocked, slackWord, translate } from './slack-error.ts'

const EVENT_TYPE = 'creance_incident'
const Answer = z.looseObject({ channel: z.string(), ts: z.string() })
const Members = z.looseObject({ users: z.array(z.string()).default([]) })
const Opened = z.looseObject({ channel: z.looseObject({ id: z.string() }) })
const Metadata = z.looseObject({ event_type: z.string().optional(), event_payload: z.record(z.string(), z.unknown()).optional() })
const Page = z.looseObject({
  messages: z.array(z.looseObject({ ts: z.string(), metadata: Metadata.optional() })).default([]),
  response_metadata: z.looseObject({ next_cursor: z.string().optional() }).optional(),
})
type Page = z.infer<typeof Page>

const PAGE = 200
/** So many pages are looked through for one message. */
const MOST_PAGES = 10

/** `apiUrl`: base of the Web API, for a stand-in; Slack's own if not given. `timeoutMs`: how long a call may take (10 s). */
export type SlackChatSettings = { readonly token: string; readonly apiUrl?: string | undefined; readonly timeoutMs?: number }

/** The Chat on Slack's Web API. The client neither sleeps nor tries again by itself: the queue does the waiting. */
export function slackChat({ token, apiUrl, timeoutMs = 10_000 }: SlackChatSettings): Chat {
  const client = slackClient({ token, apiUrl, timeoutMs })
  const metadata = (key: string) => ({ event_type: EVENT_TYPE, event_payload: { incident: key } })
  const conversations = new Map<string, string>()
  /** A person's id stands for the conversation with the app, whose id reading it takes. */
  const conversationOf = async (channel: string): Promise<string> => {
    if (!/^[UW]/.test(channel)) return channel
    const known = conversations.get(channel)
    if (known !== undefined) return known
    const { id } = Opened.parse(await client.conversations.open({ users: channel }).catch(translate('conversations.open'))).channel
    conversations.set(channel, id)
    return id
  }

  return {
    post: async (channel, key, message, thread) => {
      const answer = await client.chat
        .postMessage({ channel, ...body(message), metadata: metadata(key), ...(thread ? { thread_ts: thread } : {}) })
        .catch(translate('chat.postMessage'))
      const { channel: posted, ts } = Answer.parse(answer)
      return { channel: posted, ts }
    },
    update: async ({ channel, ts }, key, message) =>
      client.chat.update({ channel, ts, ...body(message), metadata: metadata(key) }).then(
        () => 'updated' as const,
        (error) => {
          const word = slackWord(error)
          return isAbsent(word) ? 'absent' : isLocked(word) ? 'locked' : translate('chat.update')(error)
        },
      ),
    find: async (channel, key, sinceMs, thread) => {
      const within = await conversationOf(channel)
      const oldest = String(Math.max(0, sinceMs / 1000 - 60)) // the two clocks need not agree to the second
      const read = (cursor: string): Promise<Page | undefined> => {
        const range = { channel: within, oldest, limit: PAGE, include_all_metadata: true, ...(cursor ? { cursor } : {}) }
        const method = thread ? 'conversations.replies' : 'conversations.history'
        const call = thread ? client.conversations.replies({ ...range, ts: thread }) : client.conversations.history(range)
        return call.then(
          (answer) => Page.parse(answer),
          (error) => (isAbsent(slackWord(error)) ? undefined : translate(method)(error)),
        )
      }
      const ts = await search(read, key)
      return ts === undefined ? undefined : { channel: within, ts }
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

/** The `ts` of the message with this key, page after page; undefined where it is on none of the first ten. */
async function search(read: (cursor: string) => Promise<Page | undefined>, key: string): Promise<string | undefined> {
  let cursor = ''
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await read(cursor)
    const found = page?.messages.find(({ metadata: of }) => of?.event_type === EVENT_TYPE && of.event_payload?.incident === key)
    if (found) return found.ts
    cursor = page?.response_metadata?.next_cursor ?? ''
    if (cursor === '') return undefined
  }
  return undefined
}

/** Without blocks its text is shown. */
function body({ text, color, blocks }: ChatMessage) {
  const shown = blocks.length > 0 ? { blocks: [...blocks] as never } : { text }
  return { attachments: [{ color, fallback: text, ...shown }], unfurl_links: false, unfurl_media: false }
}
