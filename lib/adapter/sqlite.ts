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

/** Runs `work` in one transaction: all of it, or nothing when it throws. */
export function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
