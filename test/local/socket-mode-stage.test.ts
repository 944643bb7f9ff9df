import { afterEach, beforeEach, expect, test } from 'vitest'
import { slackSocket } from '../../lib/adapter/slack-socket.ts'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { readJournal } from '../../lib/incident/journal.ts'
import type { Log } from '../../lib/port/log.ts'
import { ensureOffer } from '../../lib/response/offer.ts'
import { Permission } from '../../lib/response/permission.ts'
import { guardStop } from '../../lib/response/stop.ts'
import { takeCommand } from '../../lib/stage/command.ts'
import { takeInteraction } from '../../lib/stage/interact/take-interaction.ts'
import { tellLate } from '../../lib/stage/late-answer.ts'
import { localQueues } from '../../local/queues.ts'
import { type SocketMode, startSocketMode } from '../../local/socket-mode.ts'
import { eventually } from '../support/eventually.ts'
import { pressBody } from '../support/signed-press.ts'
import { APP_TOKEN, type SocketModeServer, startSocketModeServer } from '../support/socket-mode.ts'

// What comes over a socket, into the stage that takes it over HTTP too: the same rights, and once is once.
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const NONCE = 'nonce-0123456789abcdef'
const PERMISSION = Permission.parse({
  permission: 'on call',
  slack: { app: 'A0CREANCE', workspace: 'T0CREANCE', channels: ['C0ALERTS'], users: ['U0ALICE'] },
  actions: ['isolate', 'status', 'stop', 'resume'],
})
let stops: (() => Promise<void>)[]
let server: SocketModeServer
let ports: ReturnType<typeof makePorts>
let queues: ReturnType<typeof localQueues>

function makePorts() {
  const clock = Date.now
  queues = localQueues(openDatabase(':memory:'), clock)
  const never = async (): Promise<never> => Promise.reject(new Error('not in this test'))
  return {
    store: sqliteStore(openDatabase(':memory:'), { clock }),
    actions: queues.actions,
    messages: queues.messages,
    permissions: [PERMISSION],
    dialog: { open: never, update: never, replace: never },
    clock,
    log: quiet,
  }
}

beforeEach(async () => {
  server = await startSocketModeServer()
  stops = [server.stop]
  ports = makePorts()
  const target = { cluster: 'demo', namespace: 'shop', pod: 'web-1', uid: 'u-1', seenNs: `${Date.now()}000000` }
  const offer = { incident: 'i-1', action: 'isolate', parameters: {}, target, expiresMs: Date.now() + 60_000, sk: 'offer#isolate' }
  await ensureOffer(ports.store, offer, () => NONCE)
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
})

/** A process of its own, as far as its memory goes. */
async function start(): Promise<SocketMode> {
  const take = {
    interactive: (payload: unknown) => takeInteraction(payload, ports),
    slash_commands: (fields: unknown) => takeCommand(fields, ports),
  }
  const mode = await startSocketMode(
    {
      socket: slackSocket({ appToken: APP_TOKEN, apiUrl: server.apiUrl }),
      take,
      tellLate: (payload, taken) => tellLate(payload, taken, ports),
      log: quiet,
    },
    { retryMs: 5 },
  )
  stops.push(mode.stop)
  return mode
}

const press = (change: object = {}) =>
  JSON.parse(
    new URLSearchParams(pressBody({ value: NONCE, ...change })).get('payload')?.replace('creance.action', 'creance.isolate') ?? '',
  ) as object
const acknowledged = (count: number) => eventually(() => expect(server.acknowledgements).toHaveLength(count))
const actions = async () => (await queues.actions.receive({ max: 10, waitSeconds: 0 })).map(({ body }) => JSON.parse(body) as unknown)

test('a press becomes a message on the queue of actions', async () => {
  await start()
  server.push('interactive', press())
  await acknowledged(1)
  expect(await actions()).toMatchObject([{ requests: [{ incident: 'i-1', action: 'isolate', target: { pod: 'web-1' } }] }])
})

test.each([
  { name: 'somebody without the right', change: { user: 'U0MALLORY' } },
  { name: 'another channel', change: { channel: 'C0ELSE' } },
  { name: 'another workspace', change: { workspace: 'T0ELSE' } },
  { name: 'another app', change: { app: 'A0ELSE' } },
  { name: 'a button that was never offered', change: { value: 'nonce-never-was-one' } },
])('a press of $name does nothing, as over HTTP', async ({ change }) => {
  await start()
  server.push('interactive', press(change))
  await acknowledged(1)
  expect(await actions()).toEqual([])
})

test('an envelope that comes again, to the same process and to the next, leads to the same one action', async () => {
  const first = await start()
  for (let time = 0; time < 3; time++) server.push('interactive', press(), { id: 'again' })
  await acknowledged(3)
  await first.stop()
  await start()
  server.push('interactive', press(), { id: 'again' })
  await acknowledged(4)
  const requests = (await actions()).flatMap((body) => (body as { requests: { id: string }[] }).requests.map(({ id }) => id))
  expect(new Set(requests).size).toBe(1)
})

test.each([null, 'text', 7, {}, { type: 'block_actions' }, { type: 'view_submission', view: {} }])(
  'the payload %j is acknowledged, does nothing, and what comes next is taken',
  async (payload) => {
    await start()
    server.push('interactive', payload)
    server.push('slash_commands', payload)
    server.push('interactive', press())
    await acknowledged(3)
    expect(await actions()).toHaveLength(1)
  },
)

const command = (change: object = {}) => ({
  api_app_id: 'A0CREANCE',
  team_id: 'T0CREANCE',
  channel_id: 'C0ALERTS',
  user_id: 'U0ALICE',
  user_name: 'alice',
  command: '/creance',
  text: 'status',
  trigger_id: '1.2.3',
  ...change,
})

test('a command is answered, to whoever may ask', async () => {
  await start()
  const [alice, mallory] = [server.push('slash_commands', command()), server.push('slash_commands', command({ user_id: 'U0MALLORY' }))]
  await acknowledged(2)
  const answerTo = (id: string) => JSON.stringify(server.acknowledgements.find((one) => one.envelope_id === id)?.payload)
  expect(answerTo(alice)).toMatch(/Action is allowed/)
  expect(answerTo(mallory)).toMatch(/You may not ask for/)
  const lines = await readJournal(ports.store, { day: new Date().toISOString().slice(0, 10) })
  expect(lines.map(({ outcome }) => outcome).sort()).toEqual(['answered', 'not_permitted'])
})

test('a command that comes again, in another envelope, is carried out once', async () => {
  await start()
  const pushed = async (count: number, change: object) => {
    server.push('slash_commands', command(change))
    await acknowledged(count)
  }
  await pushed(1, { text: 'stop', trigger_id: '1' })
  await pushed(2, { text: 'resume', trigger_id: '2' })
  await pushed(3, { text: 'stop', trigger_id: '1' })
  expect(JSON.stringify(server.acknowledgements[2]?.payload)).toContain('came before')
  expect(await guardStop(ports.store)).toBeUndefined()
})
