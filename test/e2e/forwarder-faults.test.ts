import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { unpackBatch } from '../../lib/batch/batch.ts'
import { readAlert } from '../../lib/detection/read.ts'
import { makeAlerts } from '../support/alerts/make-alerts.ts'
import { type Fault, startCountingSqs } from '../support/counting-sqs.ts'
import { eventually } from '../support/eventually.ts'
import { ended, startForwarderProcess } from '../support/forwarder-process.ts'
import { freePorts } from '../support/free-ports.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// 10,000 alerts by agents that, as Falco, never send one again; a queue that is down for 20 s, then slow, then failing in every way; and a
// forwarder that is killed -9 ten times at random. What was answered 2xx has to arrive, and to be seen once.
const ALERTS = 10_000
const AGENTS = 16
const KILLS = 10
const DOWN_MS = 20_000
const SLOW_MS = 5000

test('every acknowledged alert arrives, and is seen once, through outages of the queue and ten kills', { timeout: 180_000 }, async () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
  console.log(`SEED=${seed}`)
  const random = generator(seed)
  const folder = temporaryFolder()
  const sqs = await startCountingSqs({ keep: true })
  const [port = 0] = await freePorts(1)
  const url = `http://127.0.0.1:${port}/`
  const started = performance.now()
  const done = { agents: false }
  sqs.misbehave(() => (done.agents ? undefined : faultAt(performance.now() - started, random)))
  const start = async () => (await startForwarderProcess(sqs, { CREANCE_SPOOL_DIR: join(folder.path, 'spool') }, port)).child
  let forwarder = await start()
  let kills = 0
  const killer = (async () => {
    while (!done.agents && kills < KILLS) {
      await sleep(500 + random() * 5000)
      forwarder.kill('SIGKILL')
      kills++
      await ended(forwarder)
      forwarder = await start()
    }
  })()

  const alerts = [...makeAlerts(ALERTS, seed)]
  const acknowledged: string[] = []
  const agent = async (mine: readonly string[]): Promise<void> => {
    for (const alert of mine) {
      const answer = await fetch(url, { method: 'POST', body: alert }).catch(() => undefined)
      if (answer?.status === 200) acknowledged.push(alert)
      // About as long as the kills take; and who finds nobody there does not burn through all that it has.
      await sleep(answer ? 20 + random() * 90 : 200)
    }
  }
  await Promise.all(Array.from({ length: AGENTS }, (_, one) => agent(alerts.filter((_, index) => index % AGENTS === one))))
  await killer
  done.agents = true
  await eventually(async () => expect(await spooledBytes(url)).toBe(0), 60_000)
  forwarder.kill('SIGTERM')
  expect(await ended(forwarder)).toBe(0)
  await sqs.stop()
  folder.remove()

  // A batch that comes again has the same id; what the reader does with each id is done once.
  const batches = new Map(sqs.messages().map((message) => [message.attributes['creance.batch'], message]))
  const seen = [...batches.values()].flatMap((message) => unpackBatch(message).envelopes)
  const arrived = seen.map(({ alert }) => alert)
  const ids = seen.map((envelope) => {
    const reading = readAlert(envelope)
    return reading.kind === 'detection' ? reading.detection.id : reading.kind
  })
  console.log(
    `${acknowledged.length} of ${ALERTS} acknowledged, ${arrived.length} arrived in ${batches.size} batches (${sqs.messages().length} messages), ${kills} kills, ${sqs.requests()} requests`,
  )
  expect(kills).toBe(KILLS)
  expect(acknowledged.length).toBeGreaterThan(ALERTS * 0.8)
  const arrivedOnce = new Set(arrived)
  expect(acknowledged.filter((alert) => !arrivedOnce.has(alert))).toEqual([])
  expect(arrived.length).toBe(arrivedOnce.size)
  expect(new Set(ids).size).toBe(arrived.length)
})

function faultAt(elapsedMs: number, random: () => number): Fault | undefined {
  if (elapsedMs < DOWN_MS) return random() < 0.5 ? { kind: 'status', status: 503 } : { kind: 'reset', keep: false }
  if (elapsedMs < DOWN_MS + SLOW_MS) return { kind: 'slow', ms: 300 + random() * 1000 }
  const which = random()
  if (which < 0.2) return { kind: 'status', status: 500 }
  if (which < 0.4) return { kind: 'partial', fail: (index) => index % 2 === 0 }
  if (which < 0.5) return { kind: 'reset', keep: true }
  return undefined
}

async function spooledBytes(url: string): Promise<number> {
  const text = await (await fetch(`${url}metrics`)).text()
  return Number(/^creance_spool_bytes (\d+)$/m.exec(text)?.[1])
}

/** Numbers from 0 to 1 that are the same for the same seed (a linear congruential generator). */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
