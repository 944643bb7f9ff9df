import type { Dialog } from '../../port/dialog.ts'
import type { Clock, Log } from '../../port/log.ts'
import type { QueueSender } from '../../port/queue.ts'
import type { Store } from '../../port/store.ts'
import type { Permission } from '../../response/permission.ts'

/** What a press or a command works with. `link`: the address of an incident's page, where there is one. */
export type PressPorts = {
  readonly store: Store
  readonly actions: QueueSender
  readonly messages: QueueSender
  readonly permissions: readonly Permission[]
  readonly dialog: Dialog
  readonly link?: (incident: string) => string
  readonly clock: Clock
  readonly log: Log
}

/** What came of it, in a word, and what Slack is answered (JSON). */
export type Taken = { readonly outcome: string; readonly body?: object }
