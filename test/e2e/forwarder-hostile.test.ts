import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startCountingSqs } from '../support/counting-sqs.ts'
import { eventually } from '../support/eventually.ts'
import { ended, type ForwarderProcess, startForwarderProcess } from '../support/forwarder-process.ts'
import { recorded } from '../support/recorded.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// The real process, with the memory that the image gives it, against who can open connections to it.
const SECRET = 'the-secret-of-this-cluster'
const [shell = ''] = recorded('k8s_shell_then_shadow')
let folder: ReturnType<typeof temporaryFolder>
let sqs: Awaited<ReturnType<typeof startCountingSqs>>
let forwarder: ForwarderProcess
let sockets: Socket[]

beforeEach(async () => {
  folder = temporaryFolder()
  sockets = []
  sqs = await startCountingSqs({ keep: true })
  forwarder = await startForwarderProcess(sqs, { CREANCE_SPOOL_DIR: join(folder.path, 'spool'), CREANCE_PATH_SECRET: SECRET })
})
afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  forwarder.child.kill('SIGKILL')
  await ended(forwarder.child)
  await sqs.stop()
  folder.remove()
})

const open = (localAddress = '127.0.0.1'): Socket => {
  const socket = connect({ port: Number(new URL(forwarder.url).port), host: '127.0.0.1', localAddress })
  socket.on('error', () => undefined)
  sockets.push(socket)
  return socket
}
const send = (body = shell) => fetch(`${forwarder.url}/${SECRET}`, { method: 'POST', body })
const takesAlerts = () => eventually(async () => expect((await send()).status).toBe(200), 30_000)

test.each(['/metrics', '/healthz', '/nothing'])(
  'who asks for %s ten thousand times at once, and reads no answer, does not bring it down',
  async (page) => {
    for (let index = 0; index < 20; index++) {
      const socket = open()
      socket.pause()
      socket.write(`GET ${page} HTTP/1.1\r\nhost: a\r\n\r\n`.repeat(1800))
    }
    await sleep(1500)
    await takesAlerts()
    expect(forwarder.child.exitCode).toBeNull()
  },
)

test('bodies that are small when packed and large when read do not bring it down, and what was taken arrives', async () => {
  const alert = (index: number) => `${shell.slice(0, -1)},"n":${index},"z":"${'\\"'.repeat(500_000)}\u4e2d"}`
  const headers = { 'content-encoding': 'gzip' }
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      fetch(`${forwarder.url}/${SECRET}`, { method: 'POST', headers, body: new Uint8Array(gzipSync(alert(index))) }).then(
        ({ status }) => status,
      ),
    ),
  )
  expect(new Set([200, 503])).toEqual(new Set([200, 503, ...answers]))
  expect(answers).toContain(200)
  await takesAlerts()
  expect(forwarder.child.exitCode).toBeNull()
})

test('who only holds connections, from four addresses, keeps no agent out', async () => {
  for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']) {
    for (let index = 0; index < 300; index++) open(address).write('GET /ping HTTP/1.1\r\nhost: a\r\n\r\n')
  }
  await sleep(1000)
  for (let index = 0; index < 20; index++) expect((await send()).status).toBe(200)
})

test('who sends large bodies slowly, with the secret, keeps no ordinary alert out', async () => {
  for (let index = 0; index < 60; index++) {
    open().write(`POST /${SECRET} HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n${'x'.repeat(900_000)}`)
  }
  await sleep(1000)
  for (let index = 0; index < 20; index++) expect((await send()).status).toBe(200)
})

test('a queue that begins its answers and never ends them is tried again, and told of', async () => {
  let stalled = true
  sqs.misbehave(() => (stalled ? { kind: 'stall' } : undefined))
  await send()
  await eventually(() => expect(forwarder.log()).toContain('the queue did not take a message'), 20_000)
  stalled = false
  await eventually(() => expect(sqs.messages().length).toBeGreaterThan(1), 30_000)
})
