import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Queue, ReceivedMessage } from '../../lib/port/queue.ts'

/** Makes queues of one system. Visibility time-out: 1 s; `maxReceives`: 3; `deadLetters` is the plain queue's own. */
export type QueueMaker = {
  readonly make: () => Promise<{ readonly plain: Queue; readonly deadLetters: Queue; readonly fifo: Queue }>
  readonly stop: () => Promise<void>
}

/** What every Queue does. Runs against each adapter; each test has queues of its own. */
export function queueContract(name: string, start: () => Promise<QueueMaker>): void {
  describe.concurrent(`Queue: ${name}`, () => {
    let maker: QueueMaker
    beforeAll(async () => {
      maker = await start()
    })
    afterAll(() => maker?.stop())

    test('what is sent is received, with its attributes and bytes as they were', async () => {
      const { plain } = await maker.make()
      const body = 'käse 猫 <&> {"n":1795495758016735354}'
      await plain.send([{ body, attributes: { 'creance.schema': 'batch/1' } }])
      const [message] = await plain.receive({ max: 10, waitSeconds: 2 })
      expect(message).toMatchObject({ body, attributes: { 'creance.schema': 'batch/1' }, receiveCount: 1 })
    })

    test('an empty queue answers with nothing when the wait is over', async () => {
      const { plain } = await maker.make()
      expect(await plain.receive({ max: 10, waitSeconds: 1 })).toEqual([])
    })

    test('more than ten messages at once all arrive', async () => {
      const { plain } = await maker.make()
      const bodies = Array.from({ length: 25 }, (_, index) => `message ${index}`)
      await plain.send(bodies.map((body) => ({ body })))
      expect((await drain(plain, 25)).map(({ body }) => body).sort()).toEqual(bodies.sort())
    })

    test('a message lent out is not lent twice, and comes again after the visibility time-out', async () => {
      const { plain } = await maker.make()
      await plain.send([{ body: 'again' }])
      expect(await plain.receive({ max: 1, waitSeconds: 2 })).toHaveLength(1)
      expect(await plain.receive({ max: 1, waitSeconds: 0 })).toEqual([])
      const [second] = await plain.receive({ max: 1, waitSeconds: 4 })
      expect(second).toMatchObject({ body: 'again', receiveCount: 2 })
    })

    test('what is acknowledged never comes again', async () => {
      const { plain } = await maker.make()
      await plain.send([{ body: 'once' }])
      const [message] = await plain.receive({ max: 1, waitSeconds: 2 })
      await plain.acknowledge(message?.receipt ?? '')
      expect(await plain.receive({ max: 1, waitSeconds: 2 })).toEqual([])
    })

    test('acknowledging with a receipt that has lapsed is no error', async () => {
      const { plain } = await maker.make()
      await plain.send([{ body: 'slow' }])
      const [first] = await plain.receive({ max: 1, waitSeconds: 2 })
      await sleep(1200)
      const [second] = await plain.receive({ max: 1, waitSeconds: 2 })
      await expect(plain.acknowledge(first?.receipt ?? '')).resolves.toBeUndefined()
      expect(second?.receipt).not.toBe(first?.receipt)
      await expect(plain.acknowledge(second?.receipt ?? '')).resolves.toBeUndefined()
    })

    test('a message given back with a delay comes after it', async () => {
      const { plain } = await maker.make()
      await plain.send([{ body: 'later' }])
      const [message] = await plain.receive({ max: 1, waitSeconds: 2 })
      await plain.retry(message?.receipt ?? '', 2)
      expect(await plain.receive({ max: 1, waitSeconds: 1 })).toEqual([])
      expect(await plain.receive({ max: 1, waitSeconds: 4 })).toHaveLength(1)
    })

    test('a message sent with a delay comes after it', async () => {
      const { plain } = await maker.make()
      await plain.send([{ body: 'delayed', delaySeconds: 2 }])
      expect(await plain.receive({ max: 1, waitSeconds: 1 })).toEqual([])
      expect(await plain.receive({ max: 1, waitSeconds: 4 })).toHaveLength(1)
    })

    test('after three deliveries a message goes to the dead letters, whole', async () => {
      const { plain, deadLetters } = await maker.make()
      await plain.send([{ body: 'poison', attributes: { kept: 'yes' } }])
      for (const count of [1, 2, 3]) {
        const [message] = await plain.receive({ max: 1, waitSeconds: 4 })
        expect(message?.receiveCount).toBe(count)
        await plain.retry(message?.receipt ?? '', 0)
      }
      expect(await plain.receive({ max: 1, waitSeconds: 2 })).toEqual([])
      const [buried] = await deadLetters.receive({ max: 1, waitSeconds: 4 })
      expect(buried).toMatchObject({ body: 'poison', attributes: { kept: 'yes' } })
    })

    test('a FIFO group arrives in order, one at a time, and does not hold up another group', async () => {
      const { fifo } = await maker.make()
      await fifo.send(['a1', 'b1', 'a2', 'a3'].map((body) => ({ body, group: body.slice(0, 1), dedup: body })))
      const order: string[] = []
      const first = await drain(fifo, 2, false)
      expect(first.map(({ body }) => body).sort()).toEqual(['a1', 'b1'])
      for (const message of first) await fifo.acknowledge(message.receipt)
      for (let left = 2; left > 0; left--) {
        const [message] = await fifo.receive({ max: 1, waitSeconds: 3 })
        order.push(message?.body ?? '')
        await fifo.acknowledge(message?.receipt ?? '')
      }
      expect(order).toEqual(['a2', 'a3'])
    })

    test('a FIFO message with a dedup id that was sent before is dropped, even when the first one is gone', async () => {
      const { fifo } = await maker.make()
      await fifo.send([{ body: 'one', group: 'g', dedup: 'same' }])
      const [message] = await fifo.receive({ max: 1, waitSeconds: 2 })
      await fifo.acknowledge(message?.receipt ?? '')
      await fifo.send([{ body: 'two', group: 'g', dedup: 'same' }])
      expect(await fifo.receive({ max: 1, waitSeconds: 1 })).toEqual([])
    })

    test('a message over 1 MiB is refused as invalid input', async () => {
      const { plain } = await maker.make()
      await expect(plain.send([{ body: 'x'.repeat(1024 * 1024 + 1) }])).rejects.toMatchObject({ code: 'invalid_input' })
    })
  })
}

async function drain(queue: Queue, count: number, acknowledge = true): Promise<readonly ReceivedMessage[]> {
  const taken: ReceivedMessage[] = []
  for (let tries = 0; taken.length < count && tries < 50; tries++) {
    const messages = await queue.receive({ max: 10, waitSeconds: 1 })
    taken.push(...messages)
    if (acknowledge) for (const { receipt } of messages) await queue.acknowledge(receipt)
  }
  return taken
}
