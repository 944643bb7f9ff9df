import type { DatabaseSync } from 'node:sqlite'
import { CodedError } from '../error.ts'
import type { Clock } from '../port/log.ts'
import type { Item, ItemKey, Range, Store } from '../port/store.ts'
import { afterTurn, inTurn } from './sqlite.ts'

/** DynamoDB's limit for one item, kept here too so that what works on one machine works in the cloud. */
const MAX_ITEM_BYTES = 400 * 1024

/** The Store on SQLite: one table, keys compared by bytes as DynamoDB compares them. */
export function sqliteStore(database: DatabaseSync, { clock }: { readonly clock: Clock }): Store {
  database.exec(`CREATE TABLE IF NOT EXISTS items (
    pk TEXT NOT NULL, sk TEXT NOT NULL, version INTEGER NOT NULL, data TEXT NOT NULL, expires INTEGER, PRIMARY KEY (pk, sk)
  ) WITHOUT ROWID, STRICT`)
  database.prepare('DELETE FROM items WHERE expires <= ?').run(Math.floor(clock() / 1000)) // as the table's TTL does in the cloud
  const one = database.prepare('SELECT * FROM items WHERE pk = ? AND sk = ? AND (expires IS NULL OR expires > ?)')
  const range = database.prepare(
    'SELECT * FROM items WHERE pk = ? AND sk >= ? AND sk <= ? AND (expires IS NULL OR expires > ?) ORDER BY sk LIMIT ?',
  )
  const insert = database.prepare(`INSERT INTO items (pk, sk, version, data, expires) VALUES (?, ?, 1, ?, ?)
    ON CONFLICT (pk, sk) DO UPDATE SET version = 1, data = excluded.data, expires = excluded.expires
    WHERE items.expires IS NOT NULL AND items.expires <= ?`)
  const replace = database.prepare(`UPDATE items SET version = version + 1, data = ?, expires = ?
    WHERE pk = ? AND sk = ? AND version = ? AND (expires IS NULL OR expires > ?)`)
  const erase = database.prepare('DELETE FROM items WHERE pk = ? AND sk = ?')
  const now = () => Math.floor(clock() / 1000)
  const itemAt = ({ pk, sk }: ItemKey): Item | undefined => {
    const row = one.get(pk, sk, now())
    return row && toItem(row)
  }

  return {
    get: (pk, sk) => afterTurn(database, () => itemAt({ pk, sk })),
    getMany: (keys) => afterTurn(database, () => keys.map(itemAt)),
    put: async ({ pk, sk, data, expires = null }, expected) => {
      const text = JSON.stringify(data)
      if (Buffer.byteLength(text) > MAX_ITEM_BYTES) throw new CodedError('invalid_input', `store: item ${pk} ${sk} is over 400 KB`)
      const write = () =>
        expected === 'absent' ? insert.run(pk, sk, text, expires, now()) : replace.run(text, expires, pk, sk, expected, now())
      return inTurn(database, () => write().changes === 1)
    },
    query: (pk, { from = '', to = '\u{10ffff}', limit = 1000 }: Range = {}) =>
      afterTurn(database, () => range.all(pk, from, to, now(), limit).map(toItem)),
    remove: async (pk, sk) => {
      await inTurn(database, () => erase.run(pk, sk))
    },
  }
}

function toItem(row: Record<string, unknown>): Item {
  const { pk, sk, version, data, expires } = row as { pk: string; sk: string; version: number; data: string; expires: number | null }
  return { pk, sk, version, data: JSON.parse(data), ...(expires === null ? {} : { expires }) }
}
