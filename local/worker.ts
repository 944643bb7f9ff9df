import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError } from '../lib/error.ts'
import type { Log } from '../lib/port/log.ts'
import type { Queue, ReceivedMessage } from '../lib/port/queue.ts'
import { reasonOf } from '../lib/runtime/settle.ts'

/** What a queue's event source mapping does in the cloud: takes messages, runs the stage, acknowledges what returned and leaves what threw to
 *  be delivered again. `parallel`: so many at a time, each taking the next when it is done with one. `stop` waits for what is under way. */
export function startWorker(
  name: string,
  {
    queue,
    handle,
    log,
    parallel = 1,
  }: { readonly queue: Queue; readonly handle: (message: ReceivedMessage) => Promise<void>; readonly log: Log; readonly parallel?: number },
): { readonly stop: () => Promise<void> } {
  let running = true

  const settle = async (message: ReceivedMessage): Promise<void> => {
    try {
      await handle(message)
      await queue.acknowledge(message.receipt)
    } catch (error) {
      log.error('message failed', { queue: name, messageId: message.id, receives: message.receiveCount, ...reasonOf(error) })
      const wait = error instanceof CodedError ? error.retryAfterSeconds : undefined
      await queue.retry(message.receipt, wait ?? Math.min(60, 5 ** message.receiveCount))
    }
  }
  const run = async (): Promise<void> => {
    while (running) {
      try {
        const messages = await queue.receive({ max: 1, waitSeconds: 1 })
        for (const message of messages) await settle(message)
      } catch (error) {
        log.error('queue failed', { queue: name, ...reasonOf(error) })
        await sleep(1000)
      }
    }
  }
  const finished = Promise.all(Array.from({ length: parallel }, run))
  return {
    stop: async () => {
      running = false
      await finished
    },
  }
}
