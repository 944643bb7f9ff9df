import type { DatabaseSync } from 'node:sqlite'
import { releaseLent, sqliteQueue } from '../lib/adapter/sqlite-queue.ts'
import type { Clock } from '../lib/port/log.ts'
import type { Queue } from '../lib/port/queue.ts'

/** Deliveries of an action or a batch before it goes to the dead letters; what is only told is tried longer. */
export const MAX_RECEIVES = 3
const MAX_TELLS = 10
/** Longer than any message takes; what a process that died had taken is there again when the next one starts. */
const VISIBILITY_SECONDS = 180

/** The queues of the chain, each with its dead letters, in one database that no other process uses: what infra/queues.yml makes in the
 *  cloud. `deliveries`: of the messages, those to webhooks and exports; there, each is a function call of its own. */
export type LocalQueues = Readonly<Record<'detections' | 'incidents' | 'actions' | 'messages' | 'deliveries', Queue>>

export function localQueues(database: DatabaseSync, clock: Clock): LocalQueues {
  const make = (name: string, fifo: boolean) =>
    sqliteQueue(
      database,
      { name, fifo, visibilitySeconds: VISIBILITY_SECONDS, maxReceives: fifo ? MAX_TELLS : MAX_RECEIVES, deadLetters: `${name}-dead` },
      { clock },
    )
  const queues = {
    detections: make('detections', false),
    incidents: make('incidents', true),
    actions: make('actions', false),
    messages: make('messages', true),
    deliveries: make('deliveries', true),
  }
  releaseLent(database, clock())
  return queues
}
