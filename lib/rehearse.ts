import { envelopeLine, packLines } from './batch/batch.ts'
import type { Fired } from './correlation/advance.ts'
import { agentIn, readAlert } from './detection/read.ts'
import { milliseconds } from './detection/time.ts'
import type { Clock, Log } from './port/log.ts'
import type { MessageContent } from './port/queue.ts'
import type { Store } from './port/store.ts'
import type { RuleSet } from './rule-set.ts'
import { nextDecisionMs } from './stage/due.ts'
import { evaluateMessage } from './stage/evaluate.ts'
import { sweep } from './stage/sweep.ts'

const SIZE = { fillBytes: 1024 * 1024, maxBytes: Number.POSITIVE_INFINITY }
const QUIET: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const NOWHERE = { send: async () => undefined }
const MINUTE_MS = 60_000
/** Alerts that are evaluated together, as in a message of the queue. */
const TOGETHER = 200

/** Plays alerts through the stages that evaluate and sweep, into a table of its own, and nothing else: what is called for is planned, and nobody
 *  is told and nothing is done. The clock is the alerts': it stands at the latest of their times, and what had to wait is decided when it gets there. */
export type Rehearsal = {
  readonly store: Store
  /** The alert's own JSON text; what is none of a known agent is passed over. Resolves at once unless a minute, or 200 alerts, are full. */
  readonly play: (alert: string) => Promise<void>
  /** Evaluates what was played and moves the clock on until nothing waits any more. */
  readonly settle: () => Promise<void>
}

type Settings = { readonly cluster: string; readonly fired?: (fired: Fired) => void }

/** `newStore`: makes an empty one that goes by the clock. */
export function startRehearsal(
  rules: RuleSet,
  newStore: (clock: Clock) => Store,
  { cluster, fired = () => undefined }: Settings,
): Rehearsal {
  let nowMs = 0
  let sweptMs = 0
  let lines: Uint8Array[] = []
  const clock = () => nowMs
  const store = newStore(clock)
  const ports = { store, incidents: NOWHERE, actions: NOWHERE, messages: NOWHERE, rules, clock, log: QUIET }
  const evaluated = async ({ body, attributes = {} }: Partial<MessageContent> & { body: string }): Promise<void> => {
    for (const one of await evaluateMessage({ body, attributes }, ports)) fired(one)
  }
  const detections = {
    send: async (messages: readonly (Partial<MessageContent> & { body: string })[]) => {
      for (const message of messages) await evaluated(message)
    },
  }
  const flush = async (): Promise<void> => {
    const together = lines
    lines = []
    if (together.length > 0) await detections.send(packLines(together, SIZE))
  }
  const moveTo = async (timeMs: number): Promise<void> => {
    nowMs = Math.max(nowMs, timeMs)
    if (nowMs - sweptMs < MINUTE_MS) return
    sweptMs = nowMs - (nowMs % MINUTE_MS)
    await sweep({ ...ports, detections, userGroups: [] })
  }
  return {
    store,
    play: async (alert) => {
      const agent = agentIn(alert)
      if (!agent) return
      const reading = readAlert({ agent, cluster, receivedMs: Date.now(), alert })
      const detection = 'detection' in reading ? reading.detection : undefined
      // One that says it is of the future counts from when it stands, as from when it comes.
      if (nowMs === 0 && detection?.aheadMs !== undefined) nowMs = Date.now()
      const timeMs = detection && detection.aheadMs === undefined ? milliseconds(detection.timeNs) : nowMs
      if (Math.floor(timeMs / MINUTE_MS) > Math.floor(nowMs / MINUTE_MS)) await flush()
      await moveTo(timeMs)
      lines.push(Buffer.from(envelopeLine({ agent, cluster, receivedMs: nowMs, alert })))
      if (lines.length === TOGETHER) await flush()
    },
    settle: async () => {
      await flush()
      for (let next = await nextDecisionMs(store); next !== undefined; next = await nextDecisionMs(store)) {
        nowMs = Math.max(nowMs, next)
        const before = await nextDecisionMs(store)
        await sweep({ ...ports, detections, userGroups: [] })
        if ((await nextDecisionMs(store)) === before) throw new Error('a decision that is due stays undecided')
      }
    },
  }
}
