import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { slackSocket } from '../../lib/adapter/slack-socket.ts'
import { CodedError } from '../../lib/error.ts'
import type { Log } from '../../lib/port/log.ts'
import { type SocketMode, type SocketModeTimes, startSocketMode } from '../../local/socket-mode.ts'
import { eventually } from '../support/eventually.ts'
import { APP_TOKEN, type SocketModeServer, type SocketModeSettings, startSocketModeServer } from '../support/socket-mode.ts'

// Slack's own client against a server that plays Slack's side of Socket Mode.
type Line = { readonly level: string; readonly message: string; readonly why?: unknown }
let lines: Line[]
let stops: (() => Promise<void>)[]
const log: Log = Object.fromEntries(
  ['info', 'warn', 'error'].map((level) => [level, (message: string, fields = {}) => void lines.push({ level, message, ...fields })]),
) as never

beforeEach(() => {
  lines = []
  late = []
  stops = []
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
})

type Takes = Parameters<typeof startSocketMode>[0]['take']
const nothing = async () => ({ outcome: 'ignored' })

async function serve(settings: SocketModeSettings = {}): Promise<SocketModeServer> {
  const server = await startSocketModeServer(settings)
  stops.push(server.stop)
  return server
}

async function connect(
  { apiUrl }: SocketModeServer,
  take: Partial<Takes> = {},
  { appToken = APP_TOKEN, patienceMs = 10_000, ...times }: Partial<SocketModeTimes> & { appToken?: string; patienceMs?: number } = {},
): Promise<SocketMode> {
  const socket = slackSocket({ appToken, apiUrl, patienceMs })
  const mode = await startSocketMode(
    { socket, take: { interactive: nothing, slash_commands: nothing, ...take }, tellLate, log },
    { retryMs: 5, ...times },
  )
  stops.push(mode.stop)
  return mode
}

const tellLate = async (payload: unknown, taken: unknown) => void late.push({ payload, taken })
let late: { readonly payload: unknown; readonly taken: unknown }[]

const said = (level: string) => lines.filter((line) => line.level === level).map(({ message }) => message)

test('a press is taken as it came, and acknowledged', async () => {
  const server = await serve()
  const taken: unknown[] = []
  await connect(server, { interactive: async (payload) => ({ outcome: `${taken.push(payload)}` }) })
  const id = server.push('interactive', { type: 'block_actions', team: { id: 'T1' } })
  await eventually(() => expect(server.acknowledgements).toEqual([{ envelope_id: id, payload: {} }]))
  expect(taken).toEqual([{ type: 'block_actions', team: { id: 'T1' } }])
})

test('a command is answered in its acknowledgement', async () => {
  const server = await serve()
  await connect(server, { slash_commands: async (fields) => ({ outcome: 'answered', body: { text: JSON.stringify(fields) } }) })
  const id = server.push('slash_commands', { command: '/creance', text: 'status' })
  const payload = { text: '{"command":"/creance","text":"status"}' }
  await eventually(() => expect(server.acknowledgements).toEqual([{ envelope_id: id, payload }]))
})

test('an envelope that comes again is taken once, and gets the same answer', async () => {
  const server = await serve()
  let taken = 0
  await connect(server, { interactive: async () => ({ outcome: 'x', body: { text: `${++taken}` } }) })
  for (let time = 0; time < 3; time++) server.push('interactive', {}, { id: 'the-same', response: true })
  await eventually(() => expect(server.acknowledgements).toHaveLength(3))
  expect(server.acknowledgements.map(({ payload }) => payload)).toEqual(Array(3).fill({ text: '1' }))
})

test('what fails is not acknowledged, is logged, and is taken when it comes again; the connection stays', async () => {
  const server = await serve()
  let tries = 0
  const interactive = async () => {
    if (++tries === 1) throw new Error('the table is locked')
    return { outcome: 'accepted' }
  }
  const slash_commands = (): never => {
    throw new CodedError('unavailable', 'thrown before any promise')
  }
  await connect(server, { interactive, slash_commands })
  server.push('interactive', {}, { id: 'first' })
  server.push('slash_commands', {}, { id: 'second' })
  await eventually(() => expect(said('error')).toHaveLength(2))
  server.push('interactive', {}, { id: 'first' })
  await eventually(() => expect(server.acknowledgements).toEqual([{ envelope_id: 'first', payload: {} }]))
  expect(server.greeted()).toBe(1)
})

test('what takes longer than Slack waits is acknowledged all the same, and the person is told afterwards what came of it', async () => {
  const server = await serve()
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow = async () => {
    await promise
    return { outcome: 'expired', body: { text: 'It has expired.' } }
  }
  const failing = async (): Promise<never> => {
    await promise
    throw new Error('the table is locked')
  }
  const mode = await connect(server, { interactive: slow, slash_commands: failing }, { ackWithinMs: 10 })
  server.push('interactive', { press: 1 })
  server.push('slash_commands', { command: 1 })
  await eventually(() =>
    expect(server.acknowledgements.map(({ payload }) => payload)).toEqual([{}, { response_type: 'ephemeral', text: expect.any(String) }]),
  )
  expect(late).toEqual([])
  resolve()
  await mode.stop()
  expect(late).toEqual([
    { payload: { press: 1 }, taken: { outcome: 'expired', body: { text: 'It has expired.' } } },
    { payload: { command: 1 }, taken: undefined },
  ])
})

test('what is there in time is told by its answer alone', async () => {
  const server = await serve()
  const mode = await connect(server, { interactive: async () => ({ outcome: 'expired', body: { text: 'x' } }) })
  server.push('interactive', {})
  await eventually(() => expect(server.acknowledgements).toHaveLength(1))
  await mode.stop()
  expect(late).toEqual([])
})

test.each([
  { name: 'no JSON', text: '{' },
  { name: 'null', text: 'null' },
  { name: 'a list', text: '[]' },
  { name: 'a binary frame', text: Buffer.from('{"type":"hello"}') },
  { name: 'an event without a payload', text: '{"type":"events_api","envelope_id":"x"}' },
  { name: 'a type that is a word of the client’s own', text: '{"type":"close","envelope_id":"x"}' },
  { name: 'an envelope without an id', text: '{"type":"interactive","payload":{}}' },
])('$name is dropped with a line in the log, and what comes next is taken', async ({ text }) => {
  const server = await serve()
  await connect(server)
  server.say(text)
  const id = server.push('interactive', {})
  await eventually(() => expect(server.acknowledgements).toMatchObject([{ envelope_id: id }]))
  expect(said('warn')).toEqual(['Slack socket: a message of another kind was dropped'])
  expect(server.greeted()).toBe(1)
})

test('a connection that was cut is made again', async () => {
  const server = await serve()
  const mode = await connect(server)
  server.drop()
  await eventually(() => expect(server.greeted()).toBe(2))
  await eventually(() => expect(mode.isConnected()).toBe(true))
  const id = server.push('interactive', {})
  await eventually(() => expect(server.acknowledgements).toMatchObject([{ envelope_id: id }]))
})

test.each(['warning', 'refresh_requested', 'too_many_websockets'])(
  '%s: the next connection is there before the last one is closed',
  async (reason) => {
    const server = await serve()
    const mode = await connect(server)
    server.disconnect(reason)
    await eventually(() => expect(server.overlaps).toEqual([1, 2]))
    await eventually(() => expect(server.open()).toBe(1))
    expect(mode.isConnected()).toBe(true)
  },
)

test('what came over a connection that ends is acknowledged over it', async () => {
  const server = await serve()
  const { promise, resolve } = Promise.withResolvers<void>()
  await connect(server, {
    interactive: async () => {
      await promise
      return { outcome: 'accepted' }
    },
  })
  const id = server.push('interactive', {})
  server.disconnect('warning')
  await eventually(() => expect(server.greeted()).toBe(2))
  resolve()
  await eventually(() => expect(server.acknowledgements).toMatchObject([{ envelope_id: id }]))
  await eventually(() => expect(server.open()).toBe(1))
})

test('Slack being away at the start, or later, is waited for', async () => {
  let away = true
  const server = await serve({ onOpen: () => (away ? { status: 503 } : undefined) })
  const mode = await connect(server)
  expect(mode.isConnected()).toBe(false)
  away = false
  await eventually(() => expect(mode.isConnected()).toBe(true))
  away = true
  server.drop()
  await eventually(() => expect(mode.isConnected()).toBe(false))
  away = false
  await eventually(() => expect(mode.isConnected()).toBe(true))
})

test.each([
  { name: 'another token', appToken: 'xapp-1-A0CREANCE-1-other', why: /^Slack socket: invalid_auth: is the app token/ },
  { name: 'the bot’s', appToken: 'xoxb-bot', why: /not_allowed_token_type: this takes the app token/ },
  { name: 'one without the scope', error: 'missing_scope', why: /missing_scope: .*connections:write/ },
  { name: 'one that was revoked', error: 'token_revoked', why: /token_revoked: .*make another/ },
  { name: 'an app that may not', error: 'forbidden_team', why: /forbidden_team: is Socket Mode switched on/ },
])('$name is refused at the start, with what to do', async ({ appToken, error, why }) => {
  const server = await serve({ onOpen: () => (error ? { body: { ok: false, error } } : undefined) })
  await expect(connect(server, {}, appToken ? { appToken } : {})).rejects.toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(why),
  })
  expect(server.asked).toHaveLength(1)
})

test('Socket Mode switched off is refused at the start, and an error once it was on', async () => {
  let hello = false
  const server = await serve({ hello: () => hello })
  const refused = connect(server)
  await eventually(() => server.disconnect('link_disabled'))
  await expect(refused).rejects.toMatchObject({ code: 'invalid_config', message: expect.stringContaining('Socket Mode is switched off') })
  hello = true
  await connect(server)
  server.disconnect('link_disabled')
  await eventually(() => expect(said('error')).toEqual([expect.stringContaining('Socket Mode was switched off')]))
})

test('a token that is revoked while it runs is told once, and tried again', async () => {
  let revoked = false
  const server = await serve({ onOpen: () => (revoked ? { body: { ok: false, error: 'token_revoked' } } : undefined) })
  const mode = await connect(server, {}, { maxRetryMs: 5 })
  revoked = true
  server.drop()
  await eventually(() => expect(server.asked.length).toBeGreaterThan(4))
  expect(said('error')).toEqual(['Slack socket: refused; trying again all the same'])
  revoked = false
  await eventually(() => expect(mode.isConnected()).toBe(true))
})

test('the time that Slack asks for is waited', async () => {
  let asked = 0
  const server = await serve({ onOpen: () => (++asked === 1 ? { status: 429, headers: { 'retry-after': '30' } } : undefined) })
  const mode = await connect(server)
  expect(lines).toMatchObject([{ level: 'warn', why: 'Slack socket: asked to wait 30 s' }])
  await sleep(100) // many times what it would wait by itself
  await mode.stop() // which does not wait for it
  expect(server.asked).toHaveLength(1)
})

test.each([
  { name: 'a server that never says hello', settings: { hello: () => false } },
  { name: 'a server that never takes up the connection', settings: { upgrade: () => false } },
  { name: 'a server that never gives an address', settings: { onOpen: () => 'hang' as const } },
])('$name is given up after a while, and tried again', async ({ settings }) => {
  const server = await serve(settings)
  const mode = await connect(server, {}, { patienceMs: 20, maxRetryMs: 5 })
  expect(mode.isConnected()).toBe(false)
  await eventually(() => expect(server.asked.length).toBeGreaterThan(2))
  await mode.stop()
  await eventually(() => expect(server.open()).toBe(0))
})

test.each([
  { name: 'never says hello', settings: (quiet: () => boolean) => ({ hello: () => !quiet() }) },
  { name: 'never takes up the connection', settings: (quiet: () => boolean) => ({ upgrade: () => !quiet() }) },
  { name: 'never gives an address', settings: (quiet: () => boolean) => ({ onOpen: () => (quiet() ? ('hang' as const) : undefined) }) },
])('stop ends an attempt at a server that $name', async ({ settings }) => {
  let quiet = false
  const server = await serve(settings(() => quiet))
  const mode = await connect(server)
  quiet = true
  server.drop()
  await eventually(() => expect(server.asked).toHaveLength(2))
  await mode.stop()
  await eventually(() => expect(server.open()).toBe(0))
})

test('stop while connected closes the connection; nothing is opened after it', async () => {
  const server = await serve()
  const mode = await connect(server)
  await mode.stop()
  expect(mode.isConnected()).toBe(false)
  await eventually(() => expect(server.open()).toBe(0))
  expect(server.asked).toHaveLength(1)
})

test('stop does not wait for a server that no longer answers', async () => {
  const server = await serve()
  const mode = await connect(server)
  server.freeze()
  await mode.stop()
  expect(mode.isConnected()).toBe(false)
})

test('stop waits for what is being taken, and acknowledges it', async () => {
  const server = await serve()
  const { promise, resolve } = Promise.withResolvers<void>()
  let taken = 0
  const mode = await connect(server, {
    interactive: async () => {
      taken += 1
      await promise
      return { outcome: 'accepted' }
    },
  })
  const id = server.push('interactive', {})
  await eventually(() => expect(taken).toBe(1))
  const stopped = mode.stop()
  resolve()
  await stopped
  await eventually(() => expect(server.acknowledgements).toMatchObject([{ envelope_id: id }]))
})

test('stop waits for what was acknowledged before it was done', async () => {
  const server = await serve()
  const { promise, resolve } = Promise.withResolvers<void>()
  let done = false
  const slow = async () => {
    await promise
    done = true
    return { outcome: 'accepted' }
  }
  const mode = await connect(server, { interactive: slow }, { ackWithinMs: 10 })
  server.push('interactive', {})
  await eventually(() => expect(server.acknowledgements).toHaveLength(1))
  const stopped = mode.stop().then(() => done)
  await eventually(() => expect(server.open()).toBe(0))
  resolve()
  expect(await stopped).toBe(true)
})

test('neither the token nor what came stands in the log', async () => {
  const server = await serve()
  await connect(server, { interactive: async () => Promise.reject(new Error('failed')) })
  server.push('interactive', { text: 'secret words' })
  server.say('{"type":"secret words"}')
  server.disconnect('secret words')
  await eventually(() => expect(server.greeted()).toBe(2))
  await eventually(() => expect(said('error')).toHaveLength(1))
  expect(JSON.stringify(lines)).not.toMatch(/xapp-|ticket|secret/)
})
