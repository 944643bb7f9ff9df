import { expect, test } from 'vitest'
import { CodedError } from '../../../lib/error.ts'
import { settleBatch } from '../../../lib/runtime/settle.ts'
import { sqsEvent } from '../../support/lambda.ts'

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const records = (...ids: readonly string[]) => {
  const { Records } = sqsEvent(ids.map((id) => ({ id, body: id, attributes: {}, receipt: `r-${id}`, receiveCount: 1 })))
  // ids such as "a1" are of FIFO group "a"
  return Records.map((record) => ({
    ...record,
    attributes: { ...record.attributes, ...(/^[a-z]\d$/.test(record.messageId) ? { MessageGroupId: record.messageId.slice(0, 1) } : {}) },
  }))
}
const failing =
  (...bad: readonly string[]) =>
  async ({ id }: { readonly id: string }) => {
    if (bad.includes(id)) throw new Error(id)
  }
const failed = (response: { batchItemFailures: { itemIdentifier: string }[] }) =>
  response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)

test('what throws fails alone', async () => {
  expect(failed(await settleBatch(records('one', 'two', 'three'), failing('two'), { log }))).toEqual(['two'])
})

test('after a failure the rest of its FIFO group fails unprocessed, and other groups go on', async () => {
  const seen: string[] = []
  const handle = async ({ id }: { readonly id: string }) => {
    seen.push(id)
    if (id === 'a2') throw new Error('no')
  }
  expect(failed(await settleBatch(records('a1', 'b1', 'a2', 'a3', 'b2'), handle, { log }))).toEqual(['a2', 'a3'])
  expect(seen.sort()).toEqual(['a1', 'a2', 'b1', 'b2'])
})

test('a time to wait is handed to the queue', async () => {
  const retried: [string, number][] = []
  const handle = async () => {
    throw new CodedError('throttled', 'slow down', { retryAfterSeconds: 17 })
  }
  const retry = async (receipt: string, seconds: number) => void retried.push([receipt, seconds])
  expect(failed(await settleBatch(records('one'), handle, { log, retry }))).toEqual(['one'])
  expect(retried).toEqual([['r-one', 17]])
})

test('all done is an empty list', async () => {
  expect(await settleBatch(records('one', 'two'), async () => undefined, { log })).toEqual({ batchItemFailures: [] })
})

test('one at a time where it is said, and a failure does not end the others', async () => {
  let running = 0
  let most = 0
  const handle = async ({ id }: { readonly id: string }) => {
    running += 1
    most = Math.max(most, running)
    await new Promise(setImmediate)
    running -= 1
    if (id === 'two') throw new Error('no')
  }
  expect(failed(await settleBatch(records('one', 'two', 'three'), handle, { log, atOnce: 1 }))).toEqual(['two'])
  expect(most).toBe(1)
})
