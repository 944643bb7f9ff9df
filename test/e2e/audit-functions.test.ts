import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { packLines, unpackBatch } from '../../lib/batch/batch.ts'
import { readAlert } from '../../lib/detection/read.ts'
import { packageFunctions, type RunningFunction, startFunction } from '../support/bundles.ts'
import { startCountingSqs } from '../support/counting-sqs.ts'
import { sqsEvent } from '../support/lambda.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// The packaged artefacts, each in a process of its own, with the shipped rules, on events recorded from a real API server.
const NAMES = ['audit', 'audit-webhook'] as const
const folder = temporaryFolder()
const functions = new Map<string, RunningFunction>()
let sqs: Awaited<ReturnType<typeof startCountingSqs>>

beforeAll(async () => {
  packageFunctions(folder.path, NAMES)
  sqs = await startCountingSqs({ keep: true })
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    DETECTIONS_QUEUE_URL: sqs.url,
    CREANCE_CLUSTER: 'prod',
  }
  for (const name of NAMES) functions.set(name, await startFunction(folder.path, name, env))
})
afterAll(async () => {
  for (const running of functions.values()) running.stop()
  await sqs.stop()
  folder.remove()
})

const recordedEvents = (name: string) =>
  readFileSync(new URL(`../fixtures/audit/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
const detections = (from: number) =>
  sqs
    .messages()
    .slice(from)
    .flatMap((message) => unpackBatch(message).envelopes)
    .map(readAlert)
    .flatMap((reading) => (reading.kind === 'detection' ? [reading.detection] : []))

test('an exec in the audit log that CloudWatch Logs hands on becomes a detection about the pod', async () => {
  const logEvents = recordedEvents('exec').map((message, index) => ({ id: String(index), timestamp: 0, message }))
  const data = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', logEvents })).toString('base64')
  expect(await functions.get('audit')?.invoke({ awslogs: { data } }), functions.get('audit')?.log()).toBeFalsy()
  expect(detections(0)).toContainEqual(
    expect.objectContaining({ agent: 'k8s_audit', cluster: 'prod', pod: expect.objectContaining({ namespace: expect.any(String) }) }),
  )
})

test('a control message leads to nothing', async () => {
  const before = sqs.messages().length
  const data = gzipSync(
    JSON.stringify({ messageType: 'CONTROL_MESSAGE', logEvents: [{ id: '1', timestamp: 0, message: 'CWL' }] }),
  ).toString('base64')
  await functions.get('audit')?.invoke({ awslogs: { data } })
  expect(sqs.messages()).toHaveLength(before)
})

test('what the forwarder sends of a webhook becomes detections, and a message that is no batch fails alone', async () => {
  const before = sqs.messages().length
  const lines = recordedEvents('pod-privileged').map((alert) =>
    Buffer.from(JSON.stringify({ agent: 'k8s_audit', cluster: 'prod', receivedMs: 1, alert })),
  )
  const [good] = packLines(lines, { fillBytes: 65_536, maxBytes: 262_144 })
  const message = (id: string, body: string, attributes = {}) => ({ id, body, attributes, receipt: id, receiveCount: 1 })
  const event = sqsEvent([message('bad', 'no batch'), message('good', good?.body ?? '', good?.attributes)])
  expect(await functions.get('audit-webhook')?.invoke(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] })
  expect(detections(before).length).toBeGreaterThan(0)
})
