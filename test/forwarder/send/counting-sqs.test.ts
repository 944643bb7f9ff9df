import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Fault, startCountingSqs } from '../../support/counting-sqs.ts'

let sqs: Awaited<ReturnType<typeof startCountingSqs>>
let client: SQSClient
beforeEach(async () => {
  sqs = await startCountingSqs({ keep: true, maxBytes: 200_000 })
  client = new SQSClient({
    endpoint: sqs.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    maxAttempts: 1,
    requestHandler: { requestTimeout: 150, throwOnRequestTimeout: true },
  })
})
afterEach(async () => {
  client.destroy()
  await sqs.stop()
})

const send = (bodies: readonly string[], ids = bodies.map((_, index) => `m${index}`)) => {
  const MessageAttributes = { schema: { DataType: 'String', StringValue: 'batch/1' } }
  const Entries = bodies.map((MessageBody, index) => ({ Id: ids[index] ?? '', MessageBody, MessageAttributes }))
  return client.send(new SendMessageBatchCommand({ QueueUrl: sqs.url, Entries }))
}
const keptBodies = () => sqs.messages().map(({ body }) => body)

test('the SDK accepts the answers to both calls, and what came is kept and counted', async () => {
  const { Successful, Failed } = await send(['one', 'zwei: kätzchen-猫'])
  expect(Successful).toHaveLength(2)
  expect(Failed).toBeUndefined()
  await client.send(new SendMessageCommand({ QueueUrl: sqs.url, MessageBody: 'three' }))
  expect(sqs.messages()).toEqual([
    { id: 'm0', body: 'one', attributes: { schema: 'batch/1' } },
    { id: 'm1', body: 'zwei: kätzchen-猫', attributes: { schema: 'batch/1' } },
    { id: '0', body: 'three', attributes: {} },
  ])
  const bytes = 'onezwei: katzchen-three'.length + 1 + 3 + 2 * 'schemaStringbatch/1'.length
  expect(sqs.stats()).toEqual({ requests: 2, messages: 3, billedUnits: 2, bytes })
})

test('each 64 KiB of a request is billed', async () => {
  const attributes = 'schemaStringbatch/1'.length
  await send(['x'.repeat(65_536 - attributes)])
  expect(sqs.billedUnits()).toBe(1)
  await send(['x'.repeat(65_537 - attributes)])
  expect(sqs.billedUnits()).toBe(3)
})

test.each([
  { name: 'no entry', bodies: [], error: 'EmptyBatchRequest' },
  { name: 'eleven entries', bodies: Array(11).fill('x'), error: 'TooManyEntriesInBatchRequest' },
  { name: 'an Id twice', bodies: ['x', 'y'], ids: ['a', 'a'], error: 'BatchEntryIdsNotDistinct' },
  { name: 'an Id with a dot', bodies: ['x'], ids: ['a.b'], error: 'InvalidBatchEntryId' },
  { name: 'more bytes than a request may have', bodies: ['x'.repeat(100_000), 'ä'.repeat(50_000)], error: 'BatchRequestTooLong' },
])('$name is refused with $error', async ({ bodies, ids, error }) => {
  await expect(send(bodies, ids)).rejects.toMatchObject({ name: error, $metadata: { httpStatusCode: 400 } })
  expect(sqs.messages()).toEqual([])
})

test('an entry with characters outside XML 1.0 fails alone, by the sender', async () => {
  const { Successful, Failed } = await send(['fine\t\n\u{1F431}', 'bell \u0007', 'not a character \uFFFF'])
  expect(Successful?.map(({ Id }) => Id)).toEqual(['m0'])
  expect(Failed?.map(({ Id, Code, SenderFault }) => ({ Id, Code, SenderFault }))).toEqual([
    { Id: 'm1', Code: 'InvalidMessageContents', SenderFault: true },
    { Id: 'm2', Code: 'InvalidMessageContents', SenderFault: true },
  ])
})

test.each<{ fault: Fault; error: object; kept: number }>([
  { fault: { kind: 'status', status: 500 }, error: { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } }, kept: 0 },
  { fault: { kind: 'status', status: 503 }, error: { name: 'ServiceUnavailable' }, kept: 0 },
  { fault: { kind: 'status', status: 403 }, error: { name: 'AccessDeniedException' }, kept: 0 },
  { fault: { kind: 'status', status: 400, code: 'RequestThrottled' }, error: { name: 'RequestThrottled' }, kept: 0 },
  { fault: { kind: 'reset', keep: false }, error: { code: 'ECONNRESET' }, kept: 0 },
  { fault: { kind: 'reset', keep: true }, error: { code: 'ECONNRESET' }, kept: 1 },
  { fault: { kind: 'hang' }, error: { name: 'TimeoutError' }, kept: 1 },
  { fault: { kind: 'slow', ms: 400 }, error: { name: 'TimeoutError' }, kept: 1 },
])('fault $fault: the sender sees $error, $kept kept', async ({ fault, error, kept }) => {
  sqs.misbehave((requestNumber) => (requestNumber === 1 ? fault : undefined))
  await expect(send(['first'])).rejects.toMatchObject(error)
  expect(keptBodies()).toEqual(Array(kept).fill('first'))
  await send(['second'])
  expect(keptBodies().at(-1)).toBe('second')
})

test('a partial failure keeps the rest', async () => {
  sqs.misbehave(() => ({ kind: 'partial', fail: (index) => index === 1 }))
  const { Failed } = await send(['one', 'two', 'three'])
  expect(Failed).toMatchObject([{ Id: 'm1', Code: 'InternalError', SenderFault: false }])
  expect(keptBodies()).toEqual(['one', 'three'])
})
