import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteQueue } from '../../../lib/adapter/sqlite-queue.ts'
import { GROUP } from '../../../lib/agent/order.ts'
import { CodedError } from '../../../lib/error.ts'
import type { Queue } from '../../../lib/port/queue.ts'
import { startTaking } from '../../../local/agent/take.ts'
import { eventually } from '../../support/eventually.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const settings = { name: 'orders', fifo: true, visibilitySeconds: 30, maxReceives: 5 }
/** Waits are cut short: the clock of the queue runs a thousand times as fast. */
const fast = () => {
  const startMs = Date.now()
  return () => startMs + (Date.now() - startMs) * 1000
}
const patient = (queue: Queue): Queue => ({ ...queue, receive: ({ max }) => queue.receive({ max, waitSeconds: 0.05 }) })
const message = (body: string, group: string) => ({ body, group, dedup: body, attributes: { [GROUP]: group } })

test('messages of one group are handled in their order, and one that fails holds up its group alone', async () => {
  const queue = patient(sqliteQueue(openDatabase(':memory:'), settings, { clock: fast() }))
  await queue.send([message('a1', 'a'), message('a2', 'a'), message('b1', 'b'), message('a3', 'a')])
  const done: string[] = []
  const failed: unknown[] = []
  const taking = startTaking({
    queue,
    handle: async ({ body }) => {
      if (body === 'a1' && failed.length < 2) throw new CodedError('unavailable', 'away')
      done.push(body)
    },
    asked: () => undefined,
    failed: (error) => failed.push(error),
    log,
  })
  await eventually(() => expect(done).toHaveLength(4))
  await taking.stop()
  expect(done).toEqual(['b1', 'a1', 'a2', 'a3'])
  expect(failed).toHaveLength(2)
  expect(await queue.receive({ max: 10, waitSeconds: 0 })).toEqual([])
})

test('stop waits for what is under way; what comes then is given back', async () => {
  const queue = patient(sqliteQueue(openDatabase(':memory:'), settings, { clock: Date.now }))
  await queue.send([message('one', 'a')])
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const done: string[] = []
  const handle = async ({ body }: { readonly body: string }) => {
    done.push(`${body} begun`)
    await gate
    done.push(`${body} ended`)
  }
  const taking = startTaking({ queue, handle, asked: () => undefined, failed: () => undefined, log })
  await eventually(() => expect(done).toEqual(['one begun']))
  const stopped = taking.stop()
  await queue.send([message('two', 'b')])
  release()
  await stopped
  expect(done).toEqual(['one begun', 'one ended'])
  expect((await queue.receive({ max: 10, waitSeconds: 0 })).map(({ body }) => body)).toEqual(['two'])
})

test('a queue that fails is asked again, and why is told', async () => {
  const asked: (string | undefined)[] = []
  const queue: Queue = {
    ...sqliteQueue(openDatabase(':memory:'), settings, { clock: Date.now }),
    receive: async () => {
      if (asked.length < 4) throw new CodedError('unavailable', 'no network')
      await sleep(5)
      return []
    },
  }
  const taking = startTaking({ queue, handle: async () => undefined, asked: (why) => asked.push(why), failed: () => undefined, log })
  await eventually(() => expect(asked).toContain(undefined))
  await taking.stop()
  expect(asked.slice(0, 4)).toEqual(Array(4).fill('no network'))
})

test('ten slow orders of one incident are each handled once, within the queue’s visibility time-out', async () => {
  let nowMs = 0
  const bodies = Array.from({ length: 10 }, (_, index) => `o${index}`)
  const kept = new Map(bodies.map((body) => [body, 0])) // until when each is lent out
  // As SQS does: several of one group at once, and none while any of it is lent out
  const queue: Queue = {
    send: async () => undefined,
    receive: async ({ max }) => {
      await sleep(5)
      if ([...kept.values()].some((untilMs) => untilMs > nowMs)) return []
      const lent = [...kept.keys()].slice(0, max)
      for (const body of lent) kept.set(body, nowMs + 90_000)
      return lent.map((body) => ({ id: body, body, attributes: { [GROUP]: 'a' }, receipt: body, receiveCount: 1 }))
    },
    acknowledge: async (receipt) => void kept.delete(receipt),
    retry: async (receipt) => void kept.set(receipt, 0),
  }
  const done: string[] = []
  const handle = async ({ body }: { readonly body: string }) => {
    nowMs += 20_000
    await sleep(30) // the other receivers ask meanwhile
    done.push(body)
  }
  const taking = startTaking({ queue, handle, asked: () => undefined, failed: () => undefined, log })
  await eventually(() => expect(done).toContain('o9'))
  await taking.stop()
  expect(done).toEqual(bodies)
})

test('a queue that takes nothing back ends nothing: stop still waits for what is under way', async () => {
  const inner = patient(sqliteQueue(openDatabase(':memory:'), settings, { clock: Date.now }))
  await inner.send([message('bad', 'a'), message('slow', 'b')])
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const { promise: refused, resolve: refuse } = Promise.withResolvers<void>()
  const queue: Queue = {
    ...inner,
    retry: async () => {
      refuse()
      throw new CodedError('unavailable', 'no network')
    },
  }
  const done: string[] = []
  const handle = async ({ body }: { readonly body: string }) => {
    if (body === 'bad') throw new CodedError('unavailable', 'away')
    await gate
    done.push(body)
  }
  const taking = startTaking({ queue, handle, asked: () => undefined, failed: () => undefined, log })
  await refused
  const stopped = taking.stop().then(() => done.push('stopped'))
  await sleep(1200) // as long as a fault holds up a receiver, and more
  release()
  await stopped
  expect(done).toEqual(['slow', 'stopped'])
})
