import { setTimeout as sleep } from 'node:timers/promises'
import { GROUP } from '../../lib/agent/order.ts'
import type { Log } from '../../lib/port/log.ts'
import type { Queue, ReceivedMessage } from '../../lib/port/queue.ts'
import { reasonOf } from '../../lib/runtime/settle.ts'

const RECEIVERS = 4
const WAIT_SECONDS = 10
/** All of them may be of one group: as many as can be handled one after the other, at 20 s each, within the queue's visibility time-out of 90 s. */
const AT_ONCE = 3
const AGAIN_SECONDS = 5
const AFTER_FAULT_MS = 1000

export type TakerPorts = {
  readonly queue: Queue
  readonly handle: (message: ReceivedMessage) => Promise<void>
  /** What came of asking the queue; undefined: it answered. */
  readonly asked: (why: string | undefined) => void
  readonly failed: (error: unknown) => void
  readonly log: Log
}

/** Takes messages from the queue and acknowledges what `handle` returned from. Messages of one group are handled one after the other, and after a failure the rest of them
 *  is given back with it. `stop` waits for what is under way, and asks for no more. */
export function startTaking({ queue, handle, asked, failed, log }: TakerPorts): { readonly stop: () => Promise<void> } {
  let running = true

  const settleGroup = async (group: readonly ReceivedMessage[]): Promise<void> => {
    for (const [index, message] of group.entries()) {
      try {
        await handle(message)
        await queue.acknowledge(message.receipt)
      } catch (error) {
        log.error('order failed', { messageId: message.id, receives: message.receiveCount, ...reasonOf(error) })
        failed(error)
        for (const one of group.slice(index)) await queue.retry(one.receipt, AGAIN_SECONDS)
        return
      }
    }
  }
  const run = async (): Promise<void> => {
    while (running) {
      try {
        const messages = await queue.receive({ max: AT_ONCE, waitSeconds: WAIT_SECONDS })
        asked(undefined)
        // What came while this was being stopped is given back, for who is there then
        if (!running) for (const { receipt } of messages) await queue.retry(receipt, 0)
        else await allEnded([...Map.groupBy(messages, groupOf).values()].map(settleGroup))
      } catch (error) {
        const reason = reasonOf(error)
        asked(reason.why)
        log.error('queue failed', { queue: 'orders', ...reason })
        await sleep(AFTER_FAULT_MS)
      }
    }
  }
  const finished = Promise.all(Array.from({ length: RECEIVERS }, run))
  return {
    stop: async () => {
      running = false
      await finished
    },
  }
}

/** What fails is told when the others have ended too: `stop` waits for them. */
async function allEnded(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
}

function groupOf({ id, attributes }: ReceivedMessage): string {
  return attributes[GROUP] ?? id
}
