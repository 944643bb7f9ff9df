import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { type OcsfDestinations, ocsfDestinations, ocsfExport } from '../../../lib/adapter/ocsf-export.ts'
import { s3Evidence } from '../../../lib/adapter/s3-evidence.ts'
import type { OutgoingMessage } from '../../../lib/port/queue.ts'
import { OcsfExport } from '../../../lib/route/ocsf-export.ts'
import { startS3 } from '../../support/s3.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const EVENTS = [
  { class_uid: 2004, time: Date.UTC(2026, 10, 20, 12), message: 'ü' },
  { class_uid: 7001, time: Date.UTC(2026, 10, 21) },
]
const ID = 'f'.repeat(64)
const linesIn = (bytes: Uint8Array) =>
  gunzipSync(bytes)
    .toString()
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

test('a folder gets one file of gzipped JSON lines by date and id, however often it is exported', async () => {
  const folder = temporaryFolder()
  onTestFinished(folder.remove)
  const write = ocsfExport(ocsfDestinations())
  await write({ folder: folder.path }, EVENTS, ID)
  await write({ folder: folder.path }, EVENTS, ID)
  const files = readdirSync(folder.path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.gz'))
  expect(files).toEqual([`ocsf/2026/11/20/${ID}.json.gz`])
  expect(linesIn(readFileSync(join(folder.path, files[0] ?? '')))).toEqual(EVENTS)
})

test('a bucket gets one object, and what is there stays as it is', async () => {
  const s3 = await startS3()
  onTestFinished(s3.stop)
  await s3.createBucket('siem')
  const write = ocsfExport({ ...ocsfDestinations(), bucket: async (name) => s3Evidence(s3.client, name) })
  await write({ bucket: 'siem' }, EVENTS, ID)
  await write({ bucket: 'siem' }, [{ ...EVENTS[0], message: 'another' }], ID)
  expect(linesIn(await s3.read(`s3://siem/ocsf/2026/11/20/${ID}.json.gz`))).toEqual(EVENTS)
})

test('a queue gets a message an event, with its class, and an id that is the same again', async () => {
  const sent: OutgoingMessage[] = []
  const queue: OcsfDestinations['queue'] = async () => ({ send: async (messages) => void sent.push(...messages) })
  const write = ocsfExport({ ...ocsfDestinations(), queue })
  await write({ queue: 'https://sqs.eu-central-1.amazonaws.com/1/siem.fifo' }, EVENTS, ID)
  await write({ queue: 'https://sqs.eu-central-1.amazonaws.com/1/siem.fifo' }, EVENTS, ID)
  expect(sent.map(({ body }) => JSON.parse(body))).toEqual([...EVENTS, ...EVENTS])
  expect(sent.slice(0, 2).map(({ attributes, dedup }) => [attributes?.['ocsf.class_uid'], dedup])).toEqual([
    ['2004', `${ID}-0`],
    ['7001', `${ID}-1`],
  ])
  expect(sent.slice(2).map(({ dedup }) => dedup)).toEqual(sent.slice(0, 2).map(({ dedup }) => dedup))
})

test('nothing to export is no file', async () => {
  const folder = temporaryFolder()
  onTestFinished(folder.remove)
  await ocsfExport(ocsfDestinations())({ folder: folder.path }, [], ID)
  expect(readdirSync(folder.path)).toEqual([])
})

test.each([
  ['https://sqs.eu-central-1.amazonaws.com/111122223333/siem', true],
  ['https://sqs.cn-north-1.amazonaws.com.cn/1/siem', true],
  ['https://vpce-1.sqs.eu-central-1.vpce.amazonaws.com/1/siem', true],
  ['https://eu-central-1.queue.amazonaws.com/1/siem', true],
  ['http://127.0.0.1:9324/000000000000/siem', true],
  ['http://sqs.eu-central-1.amazonaws.com/1/siem', false],
  ['https://sqs.eu-central-1.amazonaws.com.evil.example/1/siem', false],
  ['https://evil.example/sqs.eu-central-1.amazonaws.com/siem', false],
  ['https://evilamazonaws.com/1/siem', false],
  ['https://evil-sqs.example.amazonaws.com.evil/1', false],
  ['not a URL', false],
])('signed requests go to SQS alone: %s → %s', (queue, isTaken) => {
  expect(OcsfExport.safeParse({ queue }).success).toBe(isTaken)
})
