import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CodedError, messageOf } from '../../lib/error.ts'

/** Makes the folder if need be, and holds it for this process alone. The lock is SQLite's on a file that stays empty: it goes with the process
 *  that holds it, however that ends, and taking it needs no room on the disk. Throws `invalid_config`, `unavailable`. */
export function lockFolder(folder: string): { readonly release: () => void } {
  const database = openFile(folder)
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE') // no journal file, for which a full disk has no room
    return { release: () => (database.isOpen ? database.close() : undefined) }
  } catch (cause) {
    database.close()
    throw new CodedError(
      'unavailable',
      `the spool's folder ${folder} cannot be locked: ${messageOf(cause)}; does another forwarder use it?`,
      {
        cause,
      },
    )
  }
}

function openFile(folder: string): DatabaseSync {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return new DatabaseSync(join(folder, 'lock'), { timeout: 1000 })
  } catch (cause) {
    throw new CodedError('invalid_config', `the spool's folder ${folder} cannot be used: ${messageOf(cause)}`, { cause })
  }
}
