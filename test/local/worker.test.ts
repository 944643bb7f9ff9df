import { expect, test } from 'vitest'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteQueue } from '../../lib/adapter/sqlite-queue.ts'
import { CodedError } from '../../lib/error.ts'
import type { Queue } from '../../lib/port/queue.ts'
import { startWorker } from '../../local/worker.ts'
import { eventually } from '../support/eventually.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const settings = { name: 'actions', fifo: false, visibilitySeconds: 30, maxReceives: 5 }

test('a queue that does not take a message back does not end the lane', async () => {
  const inner = sqliteQueue(openDatabase(':memory:'), settings, { clock: Date.now })
  const queue: Queue = {
    ...inner,
    receive: ({ max }) => inner.receive({ max, waitSeconds: 0.05 }),
    retry: async () => {
      throw new CodedError('unavailable', 'no disk')
    },
  }
  await queue.send([{ body: 'bad' }, { body: 'good' }])
  const done: string[] = []
  const handle = async ({ body }: { readonly body: string }) => {
    if (body === 'bad') throw new CodedError('unavailable', 'away')
    done.push(body)
  }
  const worker = startWorker('actions', { queue, handle, log })
  await eventually(() => expect(done).toEqual(['good']))
  await worker.stop()
})
