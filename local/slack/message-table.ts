import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { type Content, Message, withIds } from './message.ts'

export type Change = { readonly kind: 'posted' | 'updated' | 'deleted'; readonly message: Message }

/** Which of a channel's messages: exclusive bounds in Slack's `ts`; with `threadTs` the replies of that message instead. */
export type Selection = {
  readonly channel: string
  readonly threadTs?: string | undefined
  readonly after?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
}

/** The messages, in SQLite: a change is on disk (when there is a file) before its listeners hear of it and its caller is answered. */
export type MessageTable = {
  readonly post: (channel: string, content: Content, to?: { threadTs?: string | undefined; onlyFor?: string | undefined }) => Message
  /** Takes the place of the message with the same `ts`. */
  readonly replace: (message: Message) => Message
  /** A message that has replies becomes a tombstone. */
  readonly remove: (message: Message) => void
  readonly find: (channel: string, ts: string) => Message | undefined
  /** Newest first, ephemeral ones left out. */
  readonly newest: (selection: Selection) => Message[]
  /** Oldest first, everything, replies and ephemeral ones too; of one channel, or all. */
  readonly all: (channel?: string) => Message[]
  /** Oldest first, from the `count`-th newest message on that is no reply: those, and everything since. */
  readonly since: (channel: string, count: number) => Message[]
  /** Calls back after each change until the answer is called. */
  readonly watch: (listener: (change: Change) => void) => () => void
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS message (
    micros INTEGER PRIMARY KEY, channel TEXT NOT NULL, thread INTEGER, only_for TEXT, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS message_by_channel ON message (channel, thread, micros);`

/** `clock` gives Unix milliseconds; a `ts` is at least one microsecond after the last one, also across restarts. */
export function messageTable(database: DatabaseSync, clock: () => number): MessageTable {
  database.exec(SCHEMA)
  const insert = database.prepare('INSERT INTO message (micros, channel, thread, only_for, body) VALUES (?, ?, ?, ?, ?)')
  const update = database.prepare('UPDATE message SET body = ? WHERE micros = ?')
  const erase = database.prepare('DELETE FROM message WHERE micros = ?')
  const one = database.prepare('SELECT body FROM message WHERE channel = ? AND micros = ?')
  const everything = database.prepare('SELECT body FROM message WHERE channel = coalesce(?, channel) ORDER BY micros')
  const some = database.prepare(
    `SELECT body FROM message WHERE channel = ? AND thread IS ? AND only_for IS NULL AND micros > ? AND micros < ?
     ORDER BY micros DESC LIMIT ?`,
  )
  const tail = database.prepare(`SELECT body FROM message WHERE channel = ?1 AND micros >= coalesce(
    (SELECT micros FROM message WHERE channel = ?1 AND thread IS NULL ORDER BY micros DESC LIMIT 1 OFFSET ?2), 0) ORDER BY micros`)
  const listeners = new Set<(change: Change) => void>()
  const tell = (change: Change) => {
    for (const listener of listeners) listener(change)
  }
  let last = Number(database.prepare('SELECT coalesce(max(micros), 0) AS micros FROM message').get()?.micros)

  const newest = ({ channel, threadTs, after, before, limit }: Selection) => {
    const thread = threadTs === undefined ? null : (microsOf(threadTs) ?? -1)
    const bounds = [microsOf(after) ?? -1, microsOf(before) ?? Number.MAX_SAFE_INTEGER] as const
    return some.all(channel, thread, ...bounds, limit).map(messageOf)
  }
  return {
    post(channel, content, { threadTs, onlyFor } = {}) {
      last = Math.max(last + 1, Math.floor(clock() * 1000))
      const message: Message = { ...withIds(content), channel, ts: tsOf(last), threadTs, onlyFor }
      insert.run(last, channel, microsOf(threadTs) ?? null, onlyFor ?? null, JSON.stringify(message))
      tell({ kind: 'posted', message })
      return message
    },
    replace(message) {
      const stored = { ...message, ...withIds(message) }
      update.run(JSON.stringify(stored), microsOf(message.ts) ?? -1)
      tell({ kind: 'updated', message: stored })
      return stored
    },
    remove(message) {
      const hasReplies = newest({ channel: message.channel, threadTs: message.ts, limit: 1 }).length > 0
      const tombstone: Message = { channel: message.channel, ts: message.ts, text: '', blocks: [], attachments: [], deleted: true }
      if (hasReplies) update.run(JSON.stringify(tombstone), microsOf(message.ts) ?? -1)
      else erase.run(microsOf(message.ts) ?? -1)
      tell(hasReplies ? { kind: 'updated', message: tombstone } : { kind: 'deleted', message })
    },
    find(channel, ts) {
      const row = one.get(channel, microsOf(ts) ?? -1)
      const message = row && messageOf(row)
      return message?.ts === ts ? message : undefined
    },
    newest,
    all: (channel) => everything.all(channel ?? null).map(messageOf),
    since: (channel, count) => tail.all(channel, count - 1).map(messageOf),
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function messageOf({ body }: Record<string, SQLOutputValue>): Message {
  return Message.parse(JSON.parse(String(body)))
}

function tsOf(micros: number): string {
  return `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`
}

/** `1700000000.5` and `1700000000.500000` are the same instant; what is finer than a microsecond is cut off. */
function microsOf(ts: string | undefined): number | undefined {
  const [, seconds, fraction = ''] = /^(\d{1,10})(?:\.(\d{1,6})\d*)?$/.exec(ts ?? '') ?? []
  return seconds === undefined ? undefined : Number(seconds) * 1e6 + Number(fraction.padEnd(6, '0'))
}
