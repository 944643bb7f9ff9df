import { DatabaseSync } from 'node:sqlite'
import { CodedError, messageOf } from '../../lib/error.ts'
import { type MessageTable, messageTable } from './message-table.ts'
import { type ResponseUrls, responseUrls } from './response-url.ts'
import type { Workspace } from './workspace.ts'

/** What the stand-in knows: its workspace, its messages, and the open response URLs. */
export type State = {
  readonly workspace: Workspace
  readonly messages: MessageTable
  readonly responseUrls: ResponseUrls
  readonly close: () => void
}

/** `file`: an SQLite file that is made when missing and survives a kill; without one nothing outlives the process. `clock`: Unix
 *  milliseconds. */
export function openState(workspace: Workspace, { file = ':memory:', clock }: { file?: string | undefined; clock: () => number }): State {
  const database = openDatabase(file)
  const messages = messageTable(database, clock)
  return { workspace, messages, responseUrls: responseUrls(database, messages, clock), close: () => database.isOpen && database.close() }
}

function openDatabase(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
    return database
  } catch (error) {
    throw new CodedError('invalid_config', `The Slack stand-in cannot keep its messages in ${file}: ${messageOf(error)}`, { cause: error })
  }
}
