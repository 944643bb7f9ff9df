import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { rejectsFile } from '../../forwarder/rejects.ts'
import { forwarderServer } from '../../forwarder/server.ts'
import { unpackBatch } from '../../lib/batch/batch.ts'
import type { OutgoingMessage } from '../../lib/port/queue.ts'
import { allRecorded, recorded } from '../support/recorded.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let server: Server
let url: string
let sent: OutgoingMessage[]
let failWith: Error | undefined
let folder: ReturnType<typeof temporaryFolder>

beforeEach(async () => {
  folder = temporaryFolder()
  sent = []
  failWith = undefined
  const detections = {
    send: async (messages: readonly OutgoingMessage[]) => {
      if (failWith) throw failWith
      await sleep(5)
      sent.push(...messages)
    },
  }
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  server = forwarderServer(
    { cluster: 'prod', node: 'n1' },
    { detections, clock: () => 1_795_500_000_000, log, keepRejected: rejectsFile(join(folder.path, 'rejects.jsonl')) },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.close()
  server.closeAllConnections()
  folder.remove()
})

const post = async (body: string | Buffer) => {
  const answer = await fetch(url, { method: 'POST', body: typeof body === 'string' ? body : new Uint8Array(body) })
  return { status: answer.status, ...((await answer.json()) as { status?: string; error?: string }) }
}
const envelopes = () => sent.flatMap(({ body, attributes = {} }) => unpackBatch({ body, attributes }).envelopes)
const [shell = ''] = recorded('k8s_shell_then_shadow')

test('an alert is kept verbatim, with the cluster and the time it came', async () => {
  expect(await post(shell)).toMatchObject({ status: 'kept' })
  expect(envelopes()).toEqual([{ agent: 'falco', cluster: 'prod', node: 'n1', receivedMs: 1_795_500_000_000, alert: shell }])
})

test('every recorded alert is taken, and those that come at once share messages', async () => {
  const lines = allRecorded().map(({ line }) => line)
  const answers = await Promise.all(lines.map((line) => post(line)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['kept']))
  expect(
    envelopes()
      .map(({ alert }) => alert)
      .sort(),
  ).toEqual(lines.sort())
  expect(sent.length).toBeLessThan(lines.length)
})

test('an alert is not acknowledged when the queue does not take it, and /healthz says why until it does', async () => {
  failWith = new Error('the queue is down')
  expect(await post(shell)).toEqual({ status: 503, error: 'the queue is down' })
  expect((await fetch(`${url}/healthz`)).status).toBe(503)
  failWith = undefined
  await post(shell)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

test.each([
  ['not JSON', 'hello', 400, 'the body is not JSON'],
  ['nothing', '', 400, 'the body is not JSON'],
  ['no alert', '{"a":1}', 400, 'the body is no alert of a known agent'],
  ['an unknown priority', shell.replace('"Notice"', '"Loud"'), 400, 'got "Loud"'],
  ['over 1 MiB', `{"rule":"${'x'.repeat(1024 * 1024)}"}`, 413, 'over 1 MiB'],
])('a body that is %s is refused with the reason, and its head is kept for a look', async (_name, body, status, reason) => {
  expect(await post(body)).toMatchObject({ status, error: expect.stringContaining(reason) })
  expect(sent).toEqual([])
  const kept = readFileSync(join(folder.path, 'rejects.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(kept).toEqual([
    { time: '2026-11-24T06:00:00.000Z', reason: expect.stringContaining(reason), bytes: expect.any(Number), head: body.slice(0, 4096) },
  ])
})

test('bytes that are no UTF-8 do not crash it', async () => {
  expect(await post(Buffer.from([0xff, 0xfe, 0x00, 0x7b]))).toMatchObject({ status: 400 })
})

test.each([
  ['GET', '/', 405],
  ['GET', '/ping', 200],
  ['GET', '/healthz', 200],
  ['GET', '/nothing', 404],
  ['POST', '/nothing', 404],
])('%s %s is answered %i', async (method, path, status) => {
  expect((await fetch(`${url}${path}`, { method })).status).toBe(status)
})
