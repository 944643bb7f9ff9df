import { DatabaseSync } from 'node:sqlite'
import { CodedError, messageOf } from '../error.ts'

/** Opens (or makes) the database file of a one-machine installation. Commits are on disk when they return (synchronous FULL).
 *  `exclusive`: no other process may use the file until this one closes it or ends, however it ends. Throws `unavailable` where another does. */
export function openDatabase(file: string, { exclusive = false }: { readonly exclusive?: boolean } = {}): DatabaseSync {
  try {
    const database = new DatabaseSync(file, { timeout: exclusive ? 1000 : 10_000 })
    if (exclusive) database.exec('PRAGMA locking_mode = EXCLUSIVE')
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE; COMMIT')
    return database
  } catch (cause) {
    throw new CodedError('unavailable', `${file} cannot be opened: ${messageOf(cause)}; does another process use this data folder?`, {
      cause,
    })
  }
}

/** A database that nobody else sees and that is gone with the process. It is in memory as far as that is little, and else in a temporary file. */
export function scratchDatabase(): DatabaseSync {
  const database = new DatabaseSync('')
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; PRAGMA temp_store = FILE')
  return database
}

/** What is written in one turn of the event loop, and when it is on disk. */
type Turn = { readonly committed: Promise<void> }
const turns = new WeakMap<DatabaseSync, Turn>()

/** Does the work, all of it or (when it throws) nothing, in the one transaction of this turn of the event loop: whatever else this process writes to the
 *  database in it is committed together, with one sync of the disk. Resolves when that is done; rejects where it could not be. */
export async function inTurn<T>(database: DatabaseSync, work: () => T): Promise<T> {
  const turn = turns.get(database) ?? beginTurn(database)
  database.exec('SAVEPOINT work')
  let result: T
  try {
    result = work()
    database.exec('RELEASE work')
  } catch (error) {
    database.exec('ROLLBACK TO work; RELEASE work')
    throw error
  }
  await turn.committed
  return result
}

/** Reads. What it saw of this turn's writes is on disk when it resolves. */
export async function afterTurn<T>(database: DatabaseSync, read: () => T): Promise<T> {
  const turn = turns.get(database)
  const result = read()
  await turn?.committed
  return result
}

function beginTurn(database: DatabaseSync): Turn {
  database.exec('BEGIN IMMEDIATE')
  const committed = new Promise<void>((resolve, reject) => {
    setImmediate(() => {
      turns.delete(database)
      try {
        database.exec('COMMIT')
        resolve()
      } catch (error) {
        if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
        reject(error)
      }
    })
  })
  committed.catch(() => undefined) // told to all who wait for it; there may be none left
  const turn = { committed }
  turns.set(database, turn)
  return turn
}
