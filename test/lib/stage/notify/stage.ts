import { openDatabase } from '../../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../../lib/adapter/sqlite-store.ts'
import type { Severity } from '../../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../../lib/detection/evidence.ts'
import { CodedError } from '../../../../lib/error.ts'
import type { Incident } from '../../../../lib/incident/incident.ts'
import { readJournal } from '../../../../lib/incident/journal.ts'
import { openOrMerge } from '../../../../lib/incident/open.ts'
import type { Chat } from '../../../../lib/port/chat.ts'
import type { Log } from '../../../../lib/port/log.ts'
import type { OutgoingMessage } from '../../../../lib/port/queue.ts'
import type { Store } from '../../../../lib/port/store.ts'
import { Route } from '../../../../lib/route/route.ts'
import { noticeMessage } from '../../../../lib/stage/messages.ts'
import { type NotifyPorts, takeNotice } from '../../../../lib/stage/notify.ts'
import { sweep } from '../../../../lib/stage/sweep.ts'
import { localQueues } from '../../../../local/queues.ts'
import { listChat, type Wrap } from '../../../support/chain.ts'
import { detection } from '../../../support/detection.ts'

export const CHANNEL = 'C0ALERTS'
export const MINUTE = 60_000
export const START = Date.parse('2026-11-30T12:00:00Z')
export const route = (given: object = {}) => Route.parse({ name: 'all', slack: { channel: CHANNEL }, ...given })

/** What becomes of a call to the chat: an error instead of it, or one after it took effect (`lose`). */
export type Disturb = (call: keyof Chat, channel: string, key: string) => CodedError | 'lose' | undefined

export const refusal = (code: ConstructorParameters<typeof CodedError>[0], word = 'word', retryAfterSeconds?: number) =>
  new CodedError(code, `Slack: ${word}`, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })
export const lost = () => refusal('unavailable', 'no answer')

type Given = Partial<Pick<NotifyPorts, 'routes' | 'userGroups' | 'pace' | 'link'>> & { readonly wrap?: Wrap; readonly chat?: Chat }

/** notify and sweep over SQLite in memory, with a chat that is a list. Time moves only with `pass`. */
export function notifyStage({ wrap = (_name, port) => port, chat: given, ...more }: Given = {}) {
  const time = { nowMs: START }
  const clock = () => time.nowMs
  const bare = sqliteStore(openDatabase(':memory:'), { clock })
  const store: Store = wrap('store', bare)
  const queues = localQueues(openDatabase(':memory:'), clock)
  const list = listChat()
  const calls: string[] = []
  const disturb: { by: Disturb } = { by: () => undefined }
  const logged: string[] = []
  const note = (level: string) => (message: string) => void logged.push(`${level}: ${message}`)
  const log: Log = { info: note('info'), warn: note('warn'), error: note('error') }
  const disturbed = disturbedChat(list.port, calls, disturb)
  const failures: unknown[] = []
  let count = 0
  const { detections, actions } = queues
  const messages = wrap('queue', queues.messages)
  const nowhere = () => Promise.reject(new CodedError('unavailable', 'nothing is there'))
  const ports: NotifyPorts = {
    ...{ store, messages, chat: wrap('chat', given ?? disturbed), routes: [route()], userGroups: [], clock, log },
    ...{ send: nowhere, secretOf: nowhere, exportOcsf: nowhere, random: () => `random-${String(++count).padStart(16, '0')}` },
    ...more,
  }
  const step = async (): Promise<number> => {
    const received = await queues.messages.receive({ max: 10, waitSeconds: 0 })
    for (const message of received) {
      try {
        await takeNotice(message, ports)
        await queues.messages.acknowledge(message.receipt)
      } catch (error) {
        failures.push(error)
        const wait = error instanceof CodedError ? error.retryAfterSeconds : undefined
        await queues.messages.retry(message.receipt, wait ?? 0)
      }
    }
    return received.length
  }
  const settle = async (): Promise<void> => {
    for (let rounds = 0; rounds < 500; rounds++) if ((await step()) === 0) return
    throw new Error('the queue never became empty')
  }
  let generation = 0
  return {
    ...{ time, store: bare, ports, chat: list, calls, disturb, logged, failures, settle, step, queues },
    /** Lets time go by, in steps of `stepMs`; each minute is swept. */
    pass: async (forMs: number, stepMs = 10_000): Promise<void> => {
      for (const endMs = time.nowMs + forMs; time.nowMs < endMs; ) {
        time.nowMs = Math.min(endMs, time.nowMs + stepMs)
        if (time.nowMs % MINUTE < stepMs)
          await sweep({ store, messages, actions, detections, userGroups: ports.userGroups, clock, log }).catch((error) =>
            failures.push(error),
          )
        await settle()
      }
    },
    sweep: () => sweep({ store, messages, actions, detections, userGroups: ports.userGroups, clock, log }),
    /** Something is seen in `pod`; its incident is opened, or goes on. */
    see: (pod: string, severity: Severity = 3, more: Partial<Incident> = {}) =>
      seen(bare, { pod, severity, nowMs: clock(), count: ++generation }, more),
    notice: (incident: string, why = `${++generation}`): Promise<void> => queues.messages.send([noticeMessage(incident, why)]),
    send: (...outgoing: readonly OutgoingMessage[]) => queues.messages.send(outgoing),
    journal: () => readJournal(bare, { day: new Date(time.nowMs).toISOString().slice(0, 10) }),
    journalOf: (incident: string) => readJournal(bare, { incident }),
  }
}
export type NotifyStage = ReturnType<typeof notifyStage>

async function seen(
  store: Store,
  { pod, severity, nowMs, count }: { pod: string; severity: Severity; nowMs: number; count: number },
  more: Partial<Incident>,
): Promise<Incident> {
  const one = detection({ severity, pod: { namespace: 'shop', name: pod }, timeNs: `${nowMs}${String(count).padStart(6, '0')}` })
  const subject = { kind: 'workload', key: `demo/shop/${pod}`, cluster: 'demo', namespace: 'shop', workload: pod } as const
  const news = { batch: `batch-${count}`, evidence: [evidenceOf(one, { fields: [] })], fired: [], nowMs }
  const opened = await openOrMerge(store, { subject, cause: 'test' }, news, (merged) => ({ ...merged, routes: ['all'], ...more }))
  return opened.incident
}

function disturbedChat(chat: Chat, calls: string[], disturb: { by: Disturb }): Chat {
  const around = async <T>(call: keyof Chat, channel: string, key: string, work: () => Promise<T>): Promise<T> => {
    calls.push(`${call} ${channel}`)
    const fault = disturb.by(call, channel, key)
    if (fault instanceof CodedError) throw fault
    const result = await work()
    if (fault === 'lose') throw lost()
    return result
  }
  return {
    post: (channel, key, ...rest) => around('post', channel, key, () => chat.post(channel, key, ...rest)),
    update: (posted, key, message) => around('update', posted.channel, key, () => chat.update(posted, key, message)),
    find: (channel, key, ...rest) => around('find', channel, key, () => chat.find(channel, key, ...rest)),
    tell: (channel, user, text) => around('tell', channel, user, () => chat.tell(channel, user, text)),
    members: (group) => around('members', group, group, () => chat.members(group)),
  }
}
