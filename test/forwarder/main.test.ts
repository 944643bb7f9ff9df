import { randomBytes } from 'node:crypto'
import { appendFileSync, readdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { generate } from 'selfsigned'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Forwarder, type Sources, startForwarder } from '../../forwarder/main.ts'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { unpackBatch } from '../../lib/batch/batch.ts'
import { wholeBatch } from '../../lib/batch/parts.ts'
import { makeAlerts } from '../support/alerts/make-alerts.ts'
import { startCountingSqs } from '../support/counting-sqs.ts'
import { eventually } from '../support/eventually.ts'
import { recorded } from '../support/recorded.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const [shell = '', shadow = ''] = recorded('k8s_shell_then_shadow')
let folder: ReturnType<typeof temporaryFolder>
let sqs: Awaited<ReturnType<typeof startCountingSqs>>
let forwarder: Forwarder | undefined

beforeEach(async () => {
  folder = temporaryFolder()
  sqs = await startCountingSqs({ keep: true })
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', sqs.endpoint)
  vi.stubEnv('AWS_REGION', 'us-east-1')
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test')
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test')
})
afterEach(async () => {
  await forwarder?.stop()
  forwarder = undefined
  await sqs.stop()
  vi.unstubAllEnvs()
  folder.remove()
})

const spoolFolder = () => join(folder.path, 'spool')
const start = async (env: Record<string, string> = {}, sources: Partial<Sources> = {}): Promise<Forwarder> => {
  const all = {
    CREANCE_QUEUE_URL: sqs.url,
    CREANCE_CLUSTER: 'prod',
    CREANCE_LISTEN: '127.0.0.1:0',
    CREANCE_SPOOL_DIR: spoolFolder(),
    CREANCE_LINGER_MS: '20',
    CREANCE_GRACE_SECONDS: '5',
    ...env,
  }
  forwarder = await startForwarder({ env: all, files: [], stdin: undefined, ...sources }, quiet)
  return forwarder
}
/** What a reader makes of the queue's messages, which may have come more than once: each batch, and each part of one, is used once. */
const arrived = async (): Promise<string[]> => {
  const store = sqliteStore(openDatabase(':memory:'), { clock: Date.now })
  const alerts: string[] = []
  const once = new Map(sqs.messages().map((message) => [JSON.stringify(message.attributes), message]))
  for (const message of once.values()) {
    const whole = await wholeBatch(message, store, Date.now())
    if (whole) alerts.push(...unpackBatch(whole).envelopes.map(({ alert }) => alert))
  }
  return alerts
}
const post = (url: string, body: string) => fetch(url, { method: 'POST', body })
const spooled = () => readdirSync(spoolFolder()).filter((name) => name.endsWith('.log'))

test('an alert that is posted arrives in the queue, and nothing of it stays on disk', async () => {
  const { url } = await start()
  expect((await post(url, shell)).status).toBe(200)
  await eventually(async () => expect(await arrived()).toEqual([shell]))
  await eventually(() => expect(spooled()).toEqual([]))
})

test('an urgent one does not linger', async () => {
  const { url } = await start({ CREANCE_LINGER_MS: '60000' })
  await post(url, shell)
  await post(url, shadow.replace('"Warning"', '"Critical"'))
  await eventually(async () => expect(await arrived()).toEqual([shadow.replace('"Warning"', '"Critical"')]))
  await forwarder?.stop()
  expect((await arrived()).toSorted()).toEqual([shell, shadow.replace('"Warning"', '"Critical"')].toSorted())
})

test('a thousand alerts share a few messages, none over 64 KiB', async () => {
  const { url } = await start({ CREANCE_LINGER_MS: '300' })
  const alerts = [...makeAlerts(1000, 3)]
  for (let at = 0; at < alerts.length; at += 250) await post(url, alerts.slice(at, at + 250).join('\n'))
  await eventually(async () => expect((await arrived()).toSorted()).toEqual(alerts.toSorted()))
  expect(sqs.messages().length).toBeLessThan(12)
  expect(Math.max(...sqs.messages().map(({ body }) => body.length))).toBeLessThan(64 * 1024)
})

test.each(['65536', '262144', '1048576'])(
  'an alert that hardly compresses arrives whole, whatever a message of %s bytes can hold',
  async (bytes) => {
    const { url } = await start({ CREANCE_MESSAGE_BYTES: bytes })
    const large = JSON.stringify({ ...JSON.parse(shell), output: randomBytes(700_000).toString('base64') })
    expect((await post(url, large)).status).toBe(200)
    await eventually(async () => expect(await arrived()).toEqual([large]))
    expect(Math.max(...sqs.messages().map(({ body }) => body.length))).toBeLessThanOrEqual(Number(bytes))
  },
)

test('what was kept while the queue was down is sent by the next run', async () => {
  sqs.misbehave(() => ({ kind: 'status', status: 503 }))
  const { url } = await start({ CREANCE_GRACE_SECONDS: '0' })
  expect((await post(url, shell)).status).toBe(200)
  expect(await forwarder?.stop()).toBe(false)
  expect(spooled()).toHaveLength(1)
  sqs.misbehave(() => undefined)
  await start()
  await eventually(async () => expect(await arrived()).toEqual([shell]))
})

test('on SIGTERM it goes on taking alerts for a while, not ready, and has sent them all when it ends', async () => {
  const { url } = await start({ CREANCE_LINGER_MS: '60000', CREANCE_GRACE_SECONDS: '5' })
  await post(url, shell)
  const stopped = forwarder?.stop({ gently: true })
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  expect((await post(url, shadow)).status).toBe(200)
  expect(await stopped).toBe(true)
  expect((await arrived()).toSorted()).toEqual([shell, shadow].toSorted())
})

test('without a region it does not start', async () => {
  vi.stubEnv('AWS_REGION', '')
  vi.stubEnv('AWS_CONFIG_FILE', join(folder.path, 'none'))
  await expect(start()).rejects.toMatchObject({ code: 'invalid_config', message: expect.stringContaining('AWS_REGION') })
})

test('stdin is read to its end, and then everything is in the queue when it stops', async () => {
  const { stdinEnded } = await start(
    { CREANCE_LINGER_MS: '60000' },
    { stdin: Readable.from([`${shell}\nnot json\n${shadow.slice(0, 50)}`, `${shadow.slice(50)}\n`]) },
  )
  await stdinEnded
  await forwarder?.stop()
  expect((await arrived()).toSorted()).toEqual([shell, shadow].toSorted())
})

test('a file is followed, and after a restart only what is new is read', async () => {
  const file = join(folder.path, 'tetragon.log')
  writeFileSync(file, `${shell}\n`)
  await start({}, { files: [file] })
  await eventually(async () => expect(await arrived()).toEqual([shell]))
  await forwarder?.stop()
  appendFileSync(file, `${shadow}\n`)
  await start({}, { files: [file] })
  await eventually(async () => expect(await arrived()).toEqual([shell, shadow]))
})

test('a file waits where the spool is full, and nothing of it is refused', async () => {
  sqs.misbehave(() => ({ kind: 'status', status: 503 }))
  const alerts = [...makeAlerts(8000, 5)]
  const file = join(folder.path, 'agent.log')
  writeFileSync(file, alerts.map((alert) => `${alert}\n`).join(''))
  const { url } = await start({ CREANCE_SPOOL_MAX_BYTES: String(8 * 1024 * 1024) }, { files: [file] })
  await eventually(async () => expect((await fetch(`${url}/healthz`)).status).toBe(503))
  expect((await post(url, shell)).status).toBe(503)
  sqs.misbehave(() => undefined)
  await eventually(async () => expect(new Set(await arrived())).toEqual(new Set(alerts)))
  expect(await (await fetch(`${url}/metrics`)).text()).toContain('creance_alerts_refused_total{reason="spool_full"} 1')
}, 30_000)

test('a second forwarder cannot use the same folder', async () => {
  await start()
  const first = forwarder
  await expect(start()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('does another forwarder use it?') })
  forwarder = first
})

test('with client certificates, who has one of the CA may send, and who has none is told why', async () => {
  const ca = await generate([{ name: 'commonName', value: 'ca' }], { extensions: [{ name: 'basicConstraints', cA: true }] })
  const signed = (name: string) =>
    generate([{ name: 'commonName', value: name }], {
      ca: { key: ca.private, cert: ca.cert },
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    })
  const [serverPair, client] = [await signed('forwarder'), await signed('falco')]
  const path = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), text)
    return join(folder.path, name)
  }
  const { url } = await start({
    CREANCE_TLS_CERT: path('tls.crt', serverPair.cert),
    CREANCE_TLS_KEY: path('tls.key', serverPair.private),
    CREANCE_TLS_CLIENT_CA: path('ca.crt', ca.cert),
  })
  const send = (identity: object) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const call = request(url.replace('http:', 'https:'), {
        method: 'POST',
        ca: ca.cert,
        servername: 'localhost',
        agent: false,
        ...identity,
      })
      call.on('response', async (answer) => {
        resolve({ status: answer.statusCode, text: Buffer.concat(await answer.toArray()).toString() })
      })
      call.on('error', reject).end(shell)
    })
  expect(url).toMatch(/^https:/)
  expect(await send({})).toMatchObject({ status: 401, text: expect.stringContaining('client certificate: none was sent') })
  expect(await send({ cert: client.cert, key: client.private })).toMatchObject({ status: 200 })
  await eventually(async () => expect(await arrived()).toEqual([shell]))
})

test('events of the audit log have a queue and a spool of their own, each event by itself', async () => {
  const event = (auditID: string) => ({ auditID, stageTimestamp: '2026-01-01T00:00:00Z', verb: 'get' })
  const list = JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [event('a'), event('b')] })
  const { url } = await start()
  expect((await post(url, list)).status).toBe(400) // there is nobody to evaluate them
  await forwarder?.stop()
  const audited = await start({ CREANCE_AUDIT_QUEUE_URL: `${sqs.endpoint}/000000000000/audit` })
  expect(await (await post(audited.url, list)).json()).toEqual({ kept: 2 })
  expect(
    (await post(audited.url, JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [{ auditID: 'bad' }, event('c')] })))
      .status,
  ).toBe(400)
  await post(audited.url, shell)
  await eventually(async () => expect(await arrived()).toHaveLength(4))
  const envelopes = sqs.messages().flatMap((message) => unpackBatch(message).envelopes)
  expect(
    envelopes
      .filter(({ agent }) => agent === 'k8s_audit')
      .map(({ alert }) => JSON.parse(alert).auditID)
      .toSorted(),
  ).toEqual(['a', 'b', 'c'])
})
