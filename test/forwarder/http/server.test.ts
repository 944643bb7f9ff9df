import { existsSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createHealth, type Health } from '../../../forwarder/health.ts'
import { forwarderServer, type ServerOptions } from '../../../forwarder/http/server.ts'
import { createIntake, type Keep } from '../../../forwarder/intake/intake.ts'
import { rejectsFile } from '../../../forwarder/intake/rejects.ts'
import { createMetrics } from '../../../forwarder/metrics.ts'
import type { SpoolState } from '../../../forwarder/spool/spool.ts'
import { sample } from '../../support/agents.ts'
import { eventually } from '../../support/eventually.ts'
import { allRecorded, recorded } from '../../support/recorded.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const NOW = 1_795_500_000_000
const MIB = 1024 * 1024
let server: Server
let url: string
let kept: { line: string; urgent: boolean }[]
let keep: Keep
let health: Health
let spool: SpoolState
let nowMs: number
let folder: ReturnType<typeof temporaryFolder>

const start = async (options: Partial<ServerOptions> = {}): Promise<void> => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  const clock = () => nowMs
  health = createHealth(() => spool, clock)
  health.phase('ready')
  const metrics = createMetrics(() => undefined, clock)
  const ports = { keep: (line: string, urgent: boolean) => keep(line, urgent), metrics, health, clock, log }
  const keepRejected = rejectsFile(join(folder.path, 'rejects.jsonl'))
  const intake = createIntake({ ...ports, keepRejected }, { stamp: { cluster: 'prod', node: 'n1' }, urgentSeverity: 5 })
  server = forwarderServer({ intake, health, metrics }, { senders: { clientCertificates: false, insecure: true }, ...options })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
beforeEach(async () => {
  folder = temporaryFolder()
  kept = []
  nowMs = NOW
  spool = { bytes: 10, maxBytes: 1000, segments: 1, oldestMs: NOW, undeliverable: 0 }
  keep = async (line, urgent) => {
    kept.push({ line, urgent })
    return 'kept'
  }
  await start()
})
afterEach(() => {
  server.close()
  server.closeAllConnections()
  folder.remove()
})

const post = async (body: string | Buffer, { path = '/', headers = {} } = {}) => {
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body: typeof body === 'string' ? body : new Uint8Array(body) })
  return { status: answer.status, ...((await answer.json()) as object) }
}
const get = async (path: string) => {
  const answer = await fetch(`${url}${path}`)
  return { status: answer.status, text: await answer.text() }
}
const alerts = () => kept.map(({ line }) => JSON.parse(line).alert)
const rejects = () =>
  readFileSync(join(folder.path, 'rejects.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const [shell = '', shadow = ''] = recorded('k8s_shell_then_shadow')

test('an alert is kept verbatim, with the cluster and the time it came', async () => {
  expect(await post(shell)).toEqual({ status: 200, kept: 1 })
  expect(kept.map(({ line }) => JSON.parse(line))).toEqual([{ agent: 'falco', cluster: 'prod', node: 'n1', receivedMs: NOW, alert: shell }])
})

test.each([
  ['one of Falco, as http_output posts it', shell, [shell]],
  ['one of falcosidekick, with its uuid and tidied fields', sidekick(shell), [sidekick(shell)]],
  ['one that is printed over many lines', JSON.stringify(JSON.parse(shadow), null, 2), [JSON.stringify(JSON.parse(shadow), null, 2)]],
  ['a JSON array', `[${shell}, ${shadow}]`, [shell, shadow]],
  ['an array over many lines', `[\n  ${shell},\n  ${shadow}\n]\n`, [shell, shadow]],
  ['JSON lines', `${shell}\n${shadow}\n`, [shell, shadow]],
  ['JSON lines of Windows, with empty ones', `\r\n${shell}\r\n\r\n${shadow}`, [shell, shadow]],
  ['gzip', gzipSync(`${shell}\n${shadow}`), [shell, shadow]],
  ['one of Tetragon', sample('tetragon'), [sample('tetragon').trim()]],
  ['one of Tracee', sample('tracee'), [sample('tracee').trim()]],
  ['one of KubeArmor', sample('kubearmor'), [sample('kubearmor').trim()]],
  ['one without output_fields', withoutFields(shell), [withoutFields(shell)]],
  ['one with empty output_fields', withFields(shell, {}), [withFields(shell, {})]],
  ['an empty array', '[]', []],
])('%s is taken', async (_name, body, texts) => {
  const headers = Buffer.isBuffer(body) ? { 'content-encoding': 'gzip' } : {}
  expect(await post(body, { headers })).toMatchObject({ status: 200, kept: texts.length })
  expect(alerts()).toEqual(texts)
})

test('every recorded alert is taken', async () => {
  const lines = allRecorded().map(({ line }) => line)
  expect(await post(lines.join('\n'))).toEqual({ status: 200, kept: lines.length })
  expect(alerts()).toEqual(lines)
})

test("critical ones and above are urgent, and the agents' words about themselves never", async () => {
  await post(shell.replace('"Notice"', '"Critical"'))
  await post(shell.replace('"Notice"', '"Error"'))
  await post(
    '{"rule":"Falco internal: hot restart failure","priority":"Critical","time":"2026-11-24T05:05:18Z","source":"internal","output_fields":{}}',
  )
  expect(kept.map(({ urgent }) => urgent)).toEqual([true, false, false])
})

test('telemetry is counted and dropped', async () => {
  expect(await post('{"process_exec":{"process":{"binary":"/bin/sh"}},"time":"2026-09-20T10:15:30Z"}')).toEqual({
    status: 200,
    kept: 0,
    dropped: 1,
  })
  expect(kept).toEqual([])
  expect((await get('/metrics')).text).toContain('creance_telemetry_dropped_total{agent="tetragon"} 1')
})

test.each([
  ['not JSON', 'hello', 400, 'not_json', 'not JSON'],
  ['nothing', '', 400, 'not_json', 'not JSON'],
  ['no alert', '{"a":1}', 400, 'unknown_shape', 'no alert of a known agent'],
  ['an unknown priority', shell.replace('"Notice"', '"Loud"'), 400, 'malformed', 'got "Loud"'],
  ['over 1 MiB', `{"rule":"${'x'.repeat(MIB)}"}`, 413, 'too_large', 'over 1 MiB'],
])('a body that is %s is refused with the reason, and its head is kept for a look', async (_name, body, status, reason, words) => {
  expect(await post(body)).toMatchObject({ status, reason, error: expect.stringContaining(words) })
  expect(kept).toEqual([])
  const head = body.slice(0, 4096)
  expect(rejects()).toEqual([
    { time: '2026-11-24T06:00:00.000Z', reason, error: expect.stringContaining(words), bytes: expect.any(Number), head },
  ])
  expect((await get('/metrics')).text).toContain(`creance_alerts_refused_total{reason="${reason}"} 1`)
})

test('one that is refused is told by its place, and its neighbours are kept', async () => {
  const answer = await post([shell, '{"a":1}', shadow, 'x'].join('\n'))
  expect(answer).toEqual({
    status: 400,
    error: expect.stringContaining('known agent'),
    reason: 'unknown_shape',
    kept: 2,
    refused: [
      { index: 1, reason: 'unknown_shape', error: expect.any(String) },
      { index: 3, reason: 'not_json', error: expect.any(String) },
    ],
  })
  expect(alerts()).toEqual([shell, shadow])
})

test('thousands that are refused in one body are all counted, and a few are spelled out and kept for a look', async () => {
  const answer = await post('{}\n'.repeat(5000))
  expect(answer).toMatchObject({ status: 400, kept: 0, refused: { length: 20 } })
  expect(rejects()).toHaveLength(20)
  expect((await get('/metrics')).text).toContain('creance_alerts_refused_total{reason="unknown_shape"} 5000')
})

test.each([
  ['JSON lines', '{}\n'.repeat(20_001)],
  ['an array', `[${'{},'.repeat(20_000)}{}]`],
])('%s of too many alerts are refused whole', async (_name, body) => {
  expect(await post(body)).toMatchObject({ status: 413, reason: 'too_large' })
})

test.each([
  ['gzip that is none', Buffer.from('hello'), 'gzip', 415, 'bad_encoding'],
  ['gzip that is cut', gzipSync(shell).subarray(0, 100), 'gzip', 415, 'bad_encoding'],
  ['gzip that swells', gzipSync(Buffer.alloc(20 * MIB, 32)), 'gzip', 413, 'too_large'],
  ['another encoding', Buffer.from(shell), 'br', 415, 'bad_encoding'],
])('%s is refused', async (_name, body, encoding, status, reason) => {
  expect(await post(body, { headers: { 'content-encoding': encoding } })).toMatchObject({ status, reason })
})

test('bytes that are no UTF-8 do not crash it', async () => {
  expect(await post(Buffer.from([0xff, 0xfe, 0x00, 0x7b]))).toMatchObject({ status: 400 })
})

test('without room an alert is refused loudly; when the spool has emptied it is ready again, though nobody has come', async () => {
  keep = async () => 'full'
  spool = { ...spool, bytes: 990 }
  expect(await post(shell)).toMatchObject({ status: 503, reason: 'spool_full' })
  expect(await get('/healthz')).toMatchObject({
    status: 503,
    text: expect.stringContaining('the spool is full: alerts are being refused'),
  })
  expect(await get('/readyz')).toMatchObject({ status: 503 })
  spool = { ...spool, bytes: 500 }
  expect(await get('/readyz')).toMatchObject({ status: 200 })
  expect(await get('/healthz')).toMatchObject({ status: 200 })
})

test('an alert is not acknowledged when the disk does not take it; that is told until one is kept, or for half a minute', async () => {
  const good = keep
  const broken: Keep = async () => {
    throw Object.assign(new Error("ENOSPC: no space left on device, open '/a/folder/of/this/machine'"), { code: 'ENOSPC' })
  }
  keep = broken
  expect(await post(shell)).toMatchObject({ status: 503, reason: 'storage_failed', error: expect.stringContaining('ENOSPC') })
  const { text } = await get('/healthz')
  expect(text).toContain('alerts cannot be kept: ENOSPC')
  expect(text).not.toContain('/a/folder')
  expect((await get('/readyz')).status).toBe(503)
  keep = good
  expect(await post(shell)).toMatchObject({ status: 200 })
  expect((await get('/readyz')).status).toBe(200)
  keep = broken
  await post(shell)
  nowMs += 31_000
  expect((await get('/readyz')).status).toBe(200)
})

test('/healthz tells of a queue that takes nothing, at first as a warning; and of what Falco lost', async () => {
  health.sending('SQS: QueueDoesNotExist')
  nowMs += 10
  await post(
    '{"rule":"Falco internal: syscall event drop","priority":"Debug","time":"2026-11-24T05:05:18Z","source":"internal","hostname":"node-7","output_fields":{"n_drops":"12"}}',
  )
  const answer = await get('/healthz')
  expect(answer.status).toBe(200)
  expect(JSON.parse(answer.text).warnings).toEqual([
    'the queue did not take a message: SQS: QueueDoesNotExist',
    'Falco on node-7 lost 12 system calls and 0 alerts',
  ])
  nowMs += 61_000
  health.sending('SQS: AccessDenied')
  expect(await get('/healthz')).toMatchObject({ status: 503, text: expect.stringContaining('nothing for 61 s: SQS: AccessDenied') })
  spool = { ...spool, segments: 0, oldestMs: undefined, undeliverable: 2 }
  const later = await get('/healthz')
  expect(later.status).toBe(200)
  expect(later.text).toContain('2 files of alerts that the queue will never take')
  expect(later.text).not.toContain('AccessDenied')
})

test('a web page cannot send alerts', async () => {
  expect(await post(shell, { headers: { origin: 'https://evil.example' } })).toMatchObject({ status: 403, reason: 'from_a_browser' })
  expect(kept).toEqual([])
})

test('with a secret in the path, only who knows it may send, and refusals are counted; probes and metrics are open', async () => {
  server.close()
  await start({ senders: { pathSecret: 'correct-horse-battery', clientCertificates: false, insecure: false } })
  expect(await post(shell, { path: '/correct-horse-battery' })).toMatchObject({ status: 200 })
  expect(await post(shell, { path: '/wrong' })).toMatchObject({ status: 401, reason: 'unauthenticated' })
  expect(await post(shell)).toMatchObject({ status: 401 })
  expect((await get('/ping')).status).toBe(200)
  expect((await get('/metrics')).text).toContain('creance_alerts_refused_total{reason="unauthenticated"} 2')
  expect(existsSync(join(folder.path, 'rejects.jsonl'))).toBe(false) // who may not send does not fill it
})

test('a forwarder of files takes no alert over HTTP', async () => {
  server.close()
  await start({ filesOnly: true })
  expect(await post(shell)).toMatchObject({ status: 401, error: expect.stringContaining('from files alone') })
})

test.each([
  ['GET', '/', 405],
  ['GET', '/ping', 200],
  ['GET', '/healthz', 200],
  ['GET', '/readyz', 200],
  ['GET', '/metrics', 200],
  ['HEAD', '/healthz', 200],
  ['GET', '/nothing', 405],
  ['DELETE', '/', 405],
])('%s %s is answered %i', async (method, path, status) => {
  expect((await fetch(`${url}${path}`, { method })).status).toBe(status)
})

test('while it drains it still takes alerts, is not ready, and asks agents to connect anew', async () => {
  health.phase('draining')
  const answer = await fetch(url, { method: 'POST', body: shell })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('connection')).toBe('close')
  expect(await get('/readyz')).toMatchObject({ status: 503, text: expect.stringContaining('draining') })
  expect((await get('/ping')).status).toBe(200)
})

test.each([
  ['no HTTP', '\u0016\u0003\u0001\u0000hello\r\n\r\n'],
  ['a header without end', `POST / HTTP/1.1\r\nx: ${'a'.repeat(100_000)}`],
  ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 7\r\n\r\n{}'],
  ['a length and chunks', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
])('%s is answered with an error or cut off, and the next request is served', async (_name, bytes) => {
  const answer = await raw(bytes)
  expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
  expect(await post(shell)).toMatchObject({ status: 200 })
})

test('a sender that breaks off in the middle of a body leaves nothing behind', async () => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await new Promise<void>((resolve) =>
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5000\r\n\r\n${shell.slice(0, 300)}`, () => resolve()),
  )
  socket.destroy()
  expect(await post(shell)).toMatchObject({ status: 200 })
  expect(kept).toHaveLength(1)
})

test('one address cannot hold all connections', async () => {
  const sockets = Array.from({ length: 400 }, () => connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined))
  const closed = new Set<number>()
  for (const [index, socket] of sockets.entries()) socket.once('close', () => closed.add(index))
  await eventually(() => expect(closed.size).toBe(400 - 256))
  for (const socket of sockets) socket.destroy()
})

function sidekick(alert: string): string {
  const { time, ...rest } = JSON.parse(alert)
  return JSON.stringify({ uuid: '4b9f0f0e-4f0a-4f9e-9d3e-000000000000', ...rest, time: time.replace(/0+Z$/, 'Z') })
}
function withFields(alert: string, fields: object): string {
  return JSON.stringify({ ...JSON.parse(alert), output_fields: fields })
}
function withoutFields(alert: string): string {
  const { output_fields: _fields, ...rest } = JSON.parse(alert)
  return JSON.stringify(rest)
}
async function raw(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  let answer = ''
  socket.on('data', (chunk) => {
    answer += chunk
  })
  socket.write(bytes)
  await new Promise<void>((resolve) => socket.once('close', () => resolve()).on('error', () => resolve()))
  return answer
}
