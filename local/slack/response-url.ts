import { randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { Message } from './message.ts'
import type { MessageTable } from './message-table.ts'
import { parseContent } from './web-api/content.ts'

const LIFETIME_MS = 30 * 60_000
const USES = 5

/** What an app may POST to a `response_url`; without `replace_original` or `delete_original` it is a new message, ephemeral unless
 *  `in_channel`. */
const ResponseBody = z.object({
  text: z.string().optional(),
  blocks: z.unknown().optional(),
  attachments: z.unknown().optional(),
  thread_ts: z.string().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).default('ephemeral'),
  replace_original: z.stringbool().or(z.boolean()).default(false),
  delete_original: z.stringbool().or(z.boolean()).default(false),
})

export type ResponseUrls = {
  /** Makes the secret last part of a URL with which an app may answer a press by `user` on `message`. */
  readonly open: (message: Pick<Message, 'channel' | 'ts'>, user: string) => string
  /** `body` is the posted JSON, parsed or not an object at all. Answers Slack's error word, or undefined when it took effect. */
  readonly use: (id: string, body: unknown) => Problem | undefined
  /** The same for what an app answers at once, to somebody who acted there (`ts` is empty where that was not on a message). */
  readonly respond: (acted: Acted, body: unknown) => Problem | undefined
}
type Problem = { readonly error: string; readonly status: 400 | 404 }
type Acted = { readonly channel: string; readonly ts: string; readonly user: string }

/** Five uses within half an hour, across restarts. `clock` gives Unix milliseconds. */
export function responseUrls(database: DatabaseSync, messages: MessageTable, clock: () => number): ResponseUrls {
  database.exec(`CREATE TABLE IF NOT EXISTS response_url (
    id TEXT PRIMARY KEY, channel TEXT NOT NULL, ts TEXT NOT NULL, user TEXT NOT NULL,
    expires_ms INTEGER NOT NULL, uses INTEGER NOT NULL DEFAULT 0
  ) STRICT`)
  const insert = database.prepare('INSERT INTO response_url (id, channel, ts, user, expires_ms) VALUES (?, ?, ?, ?, ?)')
  const prune = database.prepare('DELETE FROM response_url WHERE expires_ms < ?')
  const find = database.prepare('SELECT channel, ts, user, expires_ms, uses FROM response_url WHERE id = ?')
  const count = database.prepare('UPDATE response_url SET uses = uses + 1 WHERE id = ?')

  return {
    open(message, user) {
      const now = Math.floor(clock())
      prune.run(now - LIFETIME_MS)
      const id = randomBytes(18).toString('base64url')
      insert.run(id, message.channel, message.ts, user, now + LIFETIME_MS)
      return id
    },
    use(id, body) {
      const row = find.get(id)
      if (!row) return { error: 'invalid_url', status: 404 }
      if (Number(row.expires_ms) <= clock()) return { error: 'expired_url', status: 404 }
      if (Number(row.uses) >= USES) return { error: 'used_url', status: 404 }
      const problem = respond(messages, { channel: String(row.channel), ts: String(row.ts), user: String(row.user) }, body)
      if (problem === undefined) count.run(id)
      return problem
    },
    respond: (acted, body) => respond(messages, acted, body),
  }
}

function respond(messages: MessageTable, { channel, ts, user }: Acted, given: unknown): Problem | undefined {
  const { success, data: body } = ResponseBody.safeParse(given)
  if (!success) return { error: 'invalid_payload', status: 400 }
  const original = messages.find(channel, ts)
  if (body.delete_original) {
    if (original) messages.remove(original)
    return undefined
  }
  const parsed = parseContent(body)
  if (!parsed.ok) return { error: parsed.error, status: 400 }
  if (body.replace_original) {
    if (!original || original.deleted) return { error: 'message_not_found', status: 404 }
    messages.replace({ ...original, ...parsed.content, metadata: original.metadata })
  } else {
    messages.post(channel, parsed.content, { threadTs: body.thread_ts, onlyFor: body.response_type === 'ephemeral' ? user : undefined })
  }
  return undefined
}
