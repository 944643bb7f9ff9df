import { expect, test } from 'vitest'
import { slackChat } from '../../lib/adapter/slack.ts'
import type { Severity } from '../../lib/detection/detection.ts'
import { CodedError } from '../../lib/error.ts'
import { Incident, incidentKey } from '../../lib/incident/incident.ts'
import type { Chat } from '../../lib/port/chat.ts'
import { update } from '../../lib/port/store.ts'
import { loadView } from '../../lib/response/view.ts'
import { incidentMessage } from '../../lib/slack/blocks.ts'
import { threadReplies } from '../../lib/slack/thread.ts'
import { takeNotice } from '../../lib/stage/notify.ts'
import type { Fault, OnCall } from '../../local/slack/web-api/call.ts'
import { MINUTE, type NotifyStage, notifyStage, route, START } from '../lib/stage/notify/stage.ts'
import { TOKEN, testSlack } from '../local/slack/stand-in.ts'

// Slack's own client over HTTP against a Slack that asks to wait, fails, hangs and loses answers, on every method and at every step; two workers
// take from the queue, messages come again, and processes die: in the end each incident is one message, in its last state, and each reply
// is there once. All chance comes from a seed; time is the stage's.
const CHANNEL = 'C0ALERTS'
const INCIDENTS = 25
const WORKERS = [1, 2]

/** A generator of numbers from 0 to 1 (mulberry32). */
function chances(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function faultOf(chance: number): Fault | undefined {
  if (chance < 0.06) return { status: 429, headers: { 'Retry-After': String(1 + Math.floor(chance * 100)) } }
  if (chance < 0.14) return { status: 500, body: 'oh' }
  if (chance < 0.17) return 'hang'
  return chance < 0.28 ? 'lose' : undefined
}

async function start(onCall: OnCall, pace: { readonly perMinute: number; readonly reserve: number }) {
  const time = { nowMs: START }
  const channels = [{ id: CHANNEL, name: 'alerts' }]
  const slack = await testSlack({ channels, onCall, clock: () => stage?.time.nowMs ?? time.nowMs })
  const chat = slackChat({ token: TOKEN, apiUrl: slack.apiUrl, timeoutMs: 120 })
  const stage: NotifyStage | undefined = notifyStage({ chat, routes: [route({ slack: { channel: CHANNEL } })], pace })
  return { slack, stage, chat }
}

/** A process that dies with this call: it takes effect, and nobody hears of it. */
function dying(chat: Chat, chance: () => number): Chat {
  const never = <T>(work: () => Promise<T>): Promise<T> =>
    chance() < 0.5 ? work().then(() => new Promise<T>(() => undefined)) : new Promise<T>(() => undefined)
  return { ...chat, post: (...args) => never(() => chat.post(...args)), update: (...args) => never(() => chat.update(...args)) }
}

async function work({ queues, ports }: NotifyStage, chance: () => number): Promise<void> {
  for (const message of await queues.messages.receive({ max: 3, waitSeconds: 0 })) {
    if (chance() < 0.02) {
      void takeNotice(message, { ...ports, chat: dying(ports.chat, chance) }).catch(() => undefined)
      continue // its message comes again when the queue's time for it is over
    }
    try {
      await takeNotice(message, ports)
      if (chance() < 0.1) await queues.messages.retry(message.receipt, 0)
      else await queues.messages.acknowledge(message.receipt)
    } catch (error) {
      await queues.messages.retry(message.receipt, (error instanceof CodedError ? error.retryAfterSeconds : undefined) ?? 1)
    }
  }
}

async function run(stage: NotifyStage, forMs: number, chance: () => number): Promise<void> {
  for (const endMs = stage.time.nowMs + forMs; stage.time.nowMs < endMs; ) {
    await Promise.all(WORKERS.map(() => work(stage, chance)))
    stage.time.nowMs += 2000
    if (stage.time.nowMs % MINUTE < 2000) await stage.sweep()
  }
}

const seeds = [1, 7, 42, 1234, 99_991]

test.each(seeds)(
  'whatever Slack does, every incident ends with exactly one message in its final state, and each reply once (seed %i)',
  async (seed) => {
    const chance = chances(seed)
    const faults: Record<string, number> = {}
    let disturbed = true
    const onCall: OnCall = (method) => {
      const fault = disturbed ? faultOf(chance()) : undefined
      const key = `${method} ${typeof fault === 'object' ? fault.status : fault}`
      faults[key] = (faults[key] ?? 0) + 1
      return fault
    }
    const { slack, stage } = await start(onCall, { perMinute: 1000, reserve: 0 })
    const ids: string[] = []
    const notice = async (id: string) => {
      await stage.notice(id)
      if (chance() < 0.3) await stage.notice(id)
    }
    for (let at = 0; at < INCIDENTS; at++) {
      const { id } = await stage.see(`web-${at}`, Math.floor(chance() * 4) as Severity)
      ids.push(id)
      await notice(id)
    }
    await run(stage, MINUTE, chance)
    for (const [at, id] of ids.entries()) {
      await stage.see(`web-${at}`, chance() < 0.5 ? 5 : 3)
      await notice(id)
    }
    await run(stage, MINUTE, chance)
    for (const id of ids) {
      if (chance() < 0.5) await update(stage.store, incidentKey(id), Incident, closed)
      await notice(id)
    }
    await run(stage, 4 * MINUTE, chance)
    disturbed = false
    await run(stage, 20 * MINUTE, () => 1)

    const all = slack.messages(CHANNEL)
    for (const id of ids) {
      const view = (await loadView(stage.store, id)) ?? expect.fail('there is no such incident')
      const wanted = incidentMessage(view, []).text
      const shown = all.filter(({ metadata, threadTs }) => threadTs === undefined && metadata?.event_payload.incident === id)
      expect(
        shown.map(({ attachments }) => attachments[0]?.fallback),
        `incident ${id}`,
      ).toEqual([wanted])
      const replies = all.filter(({ threadTs }) => threadTs === shown[0]?.ts).map(({ attachments }) => attachments[0]?.fallback)
      expect(replies.toSorted(), `thread of ${id}`).toEqual(
        threadReplies(view)
          .map(({ message }) => message.text)
          .toSorted(),
      )
    }
    expect(all.filter(({ threadTs }) => threadTs === undefined)).toHaveLength(INCIDENTS)
    expect(Object.keys(faults)).toEqual(expect.arrayContaining(['chat.postMessage lose', 'chat.update 429', 'chat.postMessage 500']))
    expect(await stage.queues.messages.receive({ max: 10, waitSeconds: 0 })).toEqual([])
  },
  120_000,
)

function closed(now: Incident | undefined): Incident | undefined {
  return now && { ...now, status: 'closed' }
}

test('a flood with a Slack that takes one message a second: nothing is lost, and nothing waits for hours', async () => {
  let lastMs = 0
  const { slack, stage } = await start(
    (method) => {
      if (method !== 'chat.postMessage') return undefined
      const { nowMs } = stage.time
      const isTooSoon = nowMs - lastMs < 1000
      if (!isTooSoon) lastMs = nowMs
      return isTooSoon ? { status: 429, headers: { 'Retry-After': '1' } } : undefined
    },
    { perMinute: 20, reserve: 10 },
  )
  const chance = chances(5)
  const ids: string[] = []
  for (let at = 0; at < 300; at++) {
    const { id } = await stage.see(`web-${at}`, at % 60 === 0 ? 5 : 3)
    ids.push(id)
    await stage.notice(id)
  }
  await run(stage, 10 * MINUTE, () => Math.max(0.2, chance()))
  const told = slack.messages(CHANNEL).filter(({ threadTs }) => threadTs === undefined)
  const own = told.filter(({ metadata }) => ids.includes(String(metadata?.event_payload.incident)))
  const [digest, ...more] = told.filter(({ metadata }) => String(metadata?.event_payload.incident).startsWith('digest-'))
  expect(more).toEqual([])
  expect(own.length).toBeGreaterThanOrEqual(20)
  expect(Number(/^\d+/.exec(digest?.attachments[0]?.fallback ?? '')?.[0]) + own.length).toBe(300)
  expect(await stage.queues.messages.receive({ max: 10, waitSeconds: 0 })).toEqual([])
}, 60_000)
