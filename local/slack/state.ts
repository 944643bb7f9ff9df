import { DatabaseSync } from 'node:sqlite'
import { CodedError, messageOf } from '../../lib/error.ts'
import { type MessageTable, messageTable } from './message-table.ts'
import { type ResponseUrls, responseUrls } from './response-url.ts'
import { type Triggers, triggers } from './trigger.ts'
import { type ViewTable, viewTable } from './view/view-table.ts'
import type { Workspace } from './workspace.ts'

/** What the stand-in knows: its workspace, its messages, the modals that are open, and the triggers and response URLs that are good. */
export type State = {
  readonly workspace: Workspace
  readonly messages: MessageTable
  readonly views: ViewTable
  readonly triggers: Triggers
  readonly responseUrls: ResponseUrls
  readonly close: () => void
}

/** `file`: an SQLite file that is made when missing and survives a kill; without one nothing outlives the process. `clock`: Unix
 *  milliseconds. */
export function openState(workspace: Workspace, { file = ':memory:', clock }: { file?: string | undefined; clock: () => number }): State {
  const database = openDatabase(file)
  const messages = messageTable(database, clock)
  return {
    workspace,
    messages,
    views: viewTable(clock),
    triggers: triggers(clock),
    responseUrls: responseUrls(database, messages, clock),
    close: () => database.isOpen && database.close(),
  }
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
