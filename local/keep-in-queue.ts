import type { Keep } from '../forwarder/intake/intake.ts'
import { groupCommit } from '../forwarder/spool/group-commit.ts'
import { packLines } from '../lib/batch/batch.ts'
import type { QueueSender } from '../lib/port/queue.ts'

const GROUP_MAX = 200
const SIZE = { fillBytes: 200 * 1024, maxBytes: 1024 * 1024 }

/** Keeps alerts in the queue itself, many in one message, where that is on the same disk: a spool before it would be of no use. */
export function keepInQueue(queue: QueueSender): Keep {
  const keep = groupCommit((lines: readonly Buffer[]) => queue.send(packLines(lines, SIZE)), { items: GROUP_MAX })
  return async (line) => {
    await keep(Buffer.from(line))
    return 'kept'
  }
}
