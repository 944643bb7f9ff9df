import { randomUUID } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../error.ts'
import type { Clock } from '../port/log.ts'
import type { OutgoingMessage, Queue, ReceivedMessage } from '../port/queue.ts'
import { inTurn } from './sqlite.ts'

const MAX_MESSAGE_BYTES = 1024 * 1024 // as SQS since August 2025
const DEDUP_MS = 5 * 60_000
/** How often a waiting receiver looks for what was delayed, or sent by another process; what this process sends wakes it at once. */
const POLL_MS = 200

/** `visibilitySeconds`: how long a received message is lent out. `maxReceives`: deliveries before it goes to the queue `deadLetters`. */
export type SqliteQueueSettings = {
  readonly name: string
  readonly fifo?: boolean
  readonly visibilitySeconds: number
  readonly maxReceives: number
  readonly deadLetters?: string
}

/** The Queue on SQLite, with SQS's semantics. Many queues live in one database, told apart by name. */
export function sqliteQueue(database: DatabaseSync, settings: SqliteQueueSettings, { clock }: { readonly clock: Clock }): Queue {
  const { name, fifo = false, visibilitySeconds, maxReceives, deadLetters } = settings
  database.exec(`CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, body TEXT NOT NULL, attributes TEXT NOT NULL, grouping TEXT, dedup TEXT,
    visible_ms INTEGER NOT NULL, receives INTEGER NOT NULL DEFAULT 0, receipt TEXT) STRICT;
    CREATE INDEX IF NOT EXISTS messages_due ON messages (queue, visible_ms, id);
    CREATE INDEX IF NOT EXISTS messages_receipt ON messages (receipt);
    CREATE INDEX IF NOT EXISTS messages_group ON messages (queue, grouping, id);
    CREATE TABLE IF NOT EXISTS dedups (queue TEXT NOT NULL, dedup TEXT NOT NULL, sent_ms INTEGER NOT NULL, PRIMARY KEY (queue, dedup)) STRICT`)
  const insert = database.prepare('INSERT INTO messages (queue, body, attributes, grouping, dedup, visible_ms) VALUES (?, ?, ?, ?, ?, ?)')
  const forgetDedups = database.prepare('DELETE FROM dedups WHERE queue = ? AND sent_ms <= ?')
  const rememberDedup = database.prepare('INSERT OR IGNORE INTO dedups (queue, dedup, sent_ms) VALUES (?, ?, ?)')
  // In a FIFO queue only the oldest message of a group is ever due, and only when it is not lent out.
  const due = database.prepare(`SELECT * FROM messages AS m WHERE queue = ? AND visible_ms <= ?
    ${fifo ? 'AND id = (SELECT min(id) FROM messages WHERE queue = m.queue AND grouping = m.grouping)' : ''} ORDER BY id LIMIT ?`)
  const lend = database.prepare('UPDATE messages SET visible_ms = ?, receives = receives + 1, receipt = ? WHERE id = ?')
  const bury = database.prepare('UPDATE messages SET queue = ?, visible_ms = ?, receives = 0, receipt = NULL WHERE id = ?')
  const erase = database.prepare('DELETE FROM messages WHERE queue = ? AND receipt = ?')
  const giveBack = database.prepare('UPDATE messages SET visible_ms = ? WHERE queue = ? AND receipt = ?')

  const waiting = new Set<AbortController>()
  const take = (max: number): Promise<ReceivedMessage[]> =>
    inTurn(database, () => {
      const taken: ReceivedMessage[] = []
      for (const row of due.all(name, clock(), max)) {
        const { id, body, attributes, receives } = row as { id: number; body: string; attributes: string; receives: number }
        if (receives >= maxReceives && deadLetters !== undefined) {
          bury.run(deadLetters, clock(), id)
          continue
        }
        const receipt = randomUUID()
        lend.run(clock() + visibilitySeconds * 1000, receipt, id)
        taken.push({ id: String(id), body, attributes: JSON.parse(attributes), receipt, receiveCount: receives + 1 })
      }
      return taken
    })

  return {
    send: async (messages) => {
      for (const message of messages) checkMessage(message, name, fifo)
      await inTurn(database, () => {
        forgetDedups.run(name, clock() - DEDUP_MS)
        for (const { body, attributes = {}, group, dedup, delaySeconds = 0 } of messages) {
          if (fifo && dedup !== undefined && rememberDedup.run(name, dedup, clock()).changes === 0) continue
          insert.run(name, body, JSON.stringify(attributes), fifo ? (group ?? null) : null, dedup ?? null, clock() + delaySeconds * 1000)
        }
      })
      for (const alarm of waiting) alarm.abort()
    },
    receive: async ({ max, waitSeconds }) => {
      const until = performance.now() + waitSeconds * 1000
      for (;;) {
        const taken = await take(max)
        if (taken.length > 0 || performance.now() >= until) return taken
        const alarm = new AbortController()
        waiting.add(alarm)
        await sleep(Math.min(POLL_MS, Math.max(1, until - performance.now())), undefined, { signal: alarm.signal }).catch(() => undefined)
        waiting.delete(alarm)
      }
    },
    acknowledge: async (receipt) => {
      await inTurn(database, () => erase.run(name, receipt))
    },
    retry: async (receipt, delaySeconds) => {
      await inTurn(database, () => giveBack.run(clock() + delaySeconds * 1000, name, receipt))
    },
  }
}

/** Makes every message that is lent out visible at once: for the start of the one process that uses these queues, whose predecessor died. */
export function releaseLent(database: DatabaseSync, nowMs: number): void {
  database.prepare('UPDATE messages SET visible_ms = ? WHERE receipt IS NOT NULL').run(nowMs)
}

function checkMessage({ body, group, delaySeconds }: OutgoingMessage, name: string, fifo: boolean): void {
  if (Buffer.byteLength(body) > MAX_MESSAGE_BYTES) throw new CodedError('invalid_input', `queue ${name}: a message is over 1 MiB`)
  if (fifo && group === undefined) throw new CodedError('invalid_input', `queue ${name}: a FIFO message needs a group`)
  if (fifo && delaySeconds) throw new CodedError('invalid_input', `queue ${name}: a FIFO message cannot have a delay of its own`)
}
