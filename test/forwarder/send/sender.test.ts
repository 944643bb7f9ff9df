import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Sender, type SenderObserver, startSender } from '../../../forwarder/send/sender.ts'
import { openSpool, type Spool } from '../../../forwarder/spool/spool.ts'
import { envelopeLine, unpackBatch } from '../../../lib/batch/batch.ts'
import { CodedError } from '../../../lib/error.ts'
import type { OutgoingMessage, Untaken } from '../../../lib/port/queue.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const LIMITS = { fillBytes: 65_536, maxBytes: 262_144, requestBytes: 262_144, parallel: 2 }
type Answer = readonly Untaken[] | Error
let folder: ReturnType<typeof temporaryFolder>
let spool: Spool
let sender: Sender
/** Each request's messages, as the alerts in them. */
let requests: string[][][]
/** What the queue answers to the next requests; nothing: it takes all. */
let answers: ((messages: readonly OutgoingMessage[]) => Answer)[]
let taken: string[]
let gate: Promise<void>

const alertsOf = ({ body, attributes = {} }: OutgoingMessage) => unpackBatch({ body, attributes }).envelopes.map(({ alert }) => alert)
const queue = {
  trySend: async (messages: readonly OutgoingMessage[]) => {
    requests.push(messages.map(alertsOf))
    await gate
    await sleep(1)
    const answer = answers.shift()?.(messages) ?? []
    if (answer instanceof Error) throw answer
    const failed = new Set(answer.map(({ index }) => index))
    taken.push(...messages.filter((_, index) => !failed.has(index)).flatMap(alertsOf))
    return answer
  },
}
const ignore: SenderObserver = { packed: () => undefined, requested: () => undefined, delivered: () => undefined, failed: () => undefined }
const open = (segmentBytes = 100_000) =>
  openSpool({
    folder: folder.path,
    maxBytes: 1e7,
    segmentBytes: () => segmentBytes,
    lingerMs: 0,
    clock: Date.now,
    log: quiet,
    onDamaged: () => undefined,
  })
const start = (observe: Partial<SenderObserver> = {}, random = () => 0) => {
  sender = startSender({ spool, queue, observe: { ...ignore, ...observe }, clock: Date.now, random, log: quiet }, LIMITS)
}
const keep = (alert: string, urgent = false) => spool.append(envelopeLine({ agent: 'falco', cluster: 'c', receivedMs: 1, alert }), urgent)

beforeEach(() => {
  folder = temporaryFolder()
  requests = []
  answers = []
  taken = []
  gate = Promise.resolve()
  spool = open()
})
afterEach(async () => {
  await sender.drain(0)
  await spool.close()
  folder.remove()
})

test('what is kept is sent, and then gone from the disk', async () => {
  start()
  await Promise.all(['a', 'b', 'c'].map((alert) => keep(alert)))
  await eventually(() => expect(taken).toEqual(['a', 'b', 'c']))
  await eventually(() => expect(spool.state()).toMatchObject({ bytes: 0, segments: 0 }))
})

test('what an earlier run left is sent first, in its order', async () => {
  await spool.close()
  spool = open(60)
  for (const alert of ['1', '2', '3', '4', '5']) await keep(alert)
  await spool.close()
  spool = open(60)
  start()
  await eventually(() => expect(taken).toHaveLength(5))
  expect(requests[0]?.flat().slice(0, 3)).toEqual(['1', '2', '3'])
})

test('urgent ones go ahead of what has waited longer', async () => {
  await spool.close()
  spool = open(60)
  for (let index = 0; index < 60; index++) await keep(`${index}`)
  await keep('urgent', true)
  start()
  await eventually(() => expect(taken).toHaveLength(61))
  expect(requests[0]?.flat()[0]).toBe('urgent')
})

test('up to ten messages share a request', async () => {
  await spool.close()
  spool = open(60)
  for (let index = 0; index < 25; index++) await keep(`${index}`)
  start()
  await eventually(() => expect(taken).toHaveLength(25))
  expect(requests.map((request) => request.length).toSorted((a, b) => b - a)).toEqual([10, 10, 5])
})

test('of a request that was taken in part only what was not is sent again, as the same message', async () => {
  await spool.close()
  spool = open(60)
  for (let index = 0; index < 6; index++) await keep(`${index}`)
  answers = [() => [2, 4].map((index) => ({ index, error: new CodedError('unavailable', 'InternalError') }))]
  start()
  await eventually(() => expect(taken.toSorted()).toEqual(['0', '1', '2', '3', '4', '5']))
  expect(requests.slice(1).flat(2).toSorted()).toEqual(['2', '4'])
})

test('while nothing is taken all stays on disk, new ones are kept, and all goes when the queue is back', async () => {
  const failures: (string | undefined)[] = []
  let down = true
  answers = Array.from({ length: 10_000 }, () => () => (down ? new CodedError('unavailable', 'the queue is down') : []))
  start({ failed: (why) => failures.push(why) })
  await keep('a')
  await eventually(() => expect(requests.length).toBeGreaterThan(3))
  await keep('b')
  await keep('c', true)
  expect(spool.state().segments).toBeGreaterThan(0)
  down = false
  await eventually(() => expect(taken.toSorted()).toEqual(['a', 'b', 'c']))
  expect(failures).toContain('the queue is down')
  await eventually(() => expect(failures.at(-1)).toBeUndefined())
})

test('a message that the queue can never take is tried alone, and then set aside; the others are not held up', async () => {
  await spool.close()
  spool = open(60)
  for (const alert of ['good', 'bad', 'fine']) await keep(alert)
  const refuseBad = (messages: readonly OutgoingMessage[]): Answer =>
    messages.some((message) => alertsOf(message).includes('bad')) ? new CodedError('invalid_input', 'InvalidMessageContents') : []
  answers = Array.from({ length: 30 }, () => refuseBad)
  start()
  await eventually(() => expect(spool.state().undeliverable).toBe(1))
  await eventually(() => expect(taken.toSorted()).toEqual(['fine', 'good']))
  expect(requests.filter((request) => request.flat().includes('bad') && request.length === 1).length).toBeGreaterThan(0)
})

test.each(['not_permitted', 'invalid_config', 'throttled'] as const)('%s is tried for as long as it takes', async (code) => {
  answers = Array.from({ length: 12 }, () => () => new CodedError(code, 'no'))
  start()
  await keep('a')
  await eventually(() => expect(taken).toEqual(['a']))
  expect(spool.state().undeliverable).toBe(0)
})

test('no more than so many messages are in memory, however much is on disk, and urgent ones still go ahead', async () => {
  await spool.close()
  spool = open(60)
  for (let index = 0; index < 100; index++) await keep(`${index}`)
  let down = true
  answers = Array.from({ length: 10_000 }, () => () => (down ? new CodedError('unavailable', 'down') : []))
  let packed = 0
  start({ packed: () => packed++ })
  await eventually(() => expect(requests.length).toBeGreaterThan(10))
  expect(packed).toBeLessThanOrEqual(40)
  await keep('urgent', true)
  await eventually(() => expect(requests.at(-1)?.flat()).toContain('urgent'))
  down = false
  await eventually(() => expect(taken).toHaveLength(101))
})

test('a drain waits for all that is there, what lingers too', async () => {
  start()
  await keep('a')
  expect(await sender.drain(5000)).toBe(true)
  expect(taken).toEqual(['a'])
})

test('a drain ends with its time, and what is left is sent by the next run', async () => {
  answers = Array.from({ length: 10_000 }, () => () => new CodedError('unavailable', 'down'))
  start()
  await keep('a')
  expect(await sender.drain(50)).toBe(false)
  await spool.close()
  spool = open()
  answers = []
  start()
  await eventually(() => expect(taken).toEqual(['a']))
})

test('files that cannot be read hold up no others, and one that is gone is forgotten', async () => {
  await spool.close()
  spool = open(60)
  for (const alert of ['gone', 'a', 'broken', 'b']) await keep(alert)
  const { read } = spool
  const failing = (name: string, code?: string) => Object.assign(new Error(name), code ? { code } : {})
  let unread = 0
  spool = {
    ...spool,
    read: (segment) => {
      if (segment.sequence === 1) return Promise.reject(failing('no such file', 'ENOENT'))
      if (segment.sequence === 3 && unread++ === 0) return Promise.reject(failing('EIO'))
      return read(segment)
    },
  }
  start()
  await eventually(() => expect(taken.toSorted()).toEqual(['a', 'b']))
  await eventually(() => expect(taken.toSorted()).toEqual(['a', 'b', 'broken']))
  await eventually(() => expect(spool.isEmpty()).toBe(true))
})

test('once its time is up a drained sender sends no more, and lets requests that are under way end', async () => {
  await spool.close()
  spool = open(60)
  for (let index = 0; index < 200; index++) await keep(`${index}`)
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  start()
  await eventually(() => expect(requests).toHaveLength(2))
  const drained = sender.drain(0)
  await sleep(20)
  resolve()
  expect(await drained).toBe(false)
  const sent = requests.length
  expect(taken).toHaveLength(20)
  await sleep(50)
  expect(requests).toHaveLength(sent)
})

test('requests go side by side, up to a number', async () => {
  await spool.close()
  spool = open(60)
  for (let index = 0; index < 80; index++) await keep(`${index}`)
  const { promise, resolve } = Promise.withResolvers<void>()
  gate = promise
  start()
  await eventually(() => expect(requests).toHaveLength(2))
  await sleep(30)
  expect(requests).toHaveLength(2)
  resolve()
  await eventually(() => expect(taken).toHaveLength(80))
})
