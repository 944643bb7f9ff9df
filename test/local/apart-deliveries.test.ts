import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { CodedError } from '../../lib/error.ts'
import { incidentKey } from '../../lib/incident/incident.ts'
import { Route } from '../../lib/route/route.ts'
import { loadRulesOrThrow } from '../../lib/rule-set.ts'
import { noticeMessage } from '../../lib/stage/messages.ts'
import { deliverNotice } from '../../lib/stage/notices.ts'
import { apartDeliveries } from '../../local/apart-deliveries.ts'
import { startChain } from '../../local/chain.ts'
import { localQueues } from '../../local/queues.ts'
import { incident } from '../lib/webhook/story.ts'
import { listChat } from '../support/chain.ts'
import { eventually } from '../support/eventually.ts'
import { memoryEvidence } from '../support/memory-evidence.ts'

const clock = Date.now
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const nowhere = () => Promise.reject(new CodedError('unavailable', 'nothing is there'))

test('deliveries go into a queue of their own, all else into the other', async () => {
  const { messages, deliveries } = localQueues(openDatabase(':memory:'), clock)
  const delivery = deliverNotice({ incident: 'i', route: 'r' }, 's')
  await apartDeliveries(messages, deliveries).send([noticeMessage('i', 'why'), delivery])
  const bodies = async (queue: typeof messages) => (await queue.receive({ max: 10, waitSeconds: 0 })).map(({ body }) => JSON.parse(body))
  expect(await bodies(messages)).toEqual([{ incident: 'i' }])
  expect(await bodies(deliveries)).toEqual([{ deliver: { incident: 'i', route: 'r' } }])
})

test('a webhook that hangs holds up nothing that is told in chat; two deliveries at most wait for it at once', async () => {
  const store = sqliteStore(openDatabase(':memory:'), { clock })
  const queues = localQueues(openDatabase(':memory:'), clock)
  const chat = listChat()
  const hanging: (() => void)[] = []
  const send = () => new Promise<never>((_resolve, reject) => hanging.push(() => reject(new CodedError('unavailable', 'HTTP: no answer'))))
  const rules = {
    ...loadRulesOrThrow([]),
    routes: ['r', 'hook'].map((name) => {
      const to = name === 'r' ? { slack: { channel: 'C0ALERTS' } } : { webhook: { url: 'https://hook.example' } }
      return { route: Route.parse({ name, ...to }), matches: () => true }
    }),
  }
  const chain = startChain({
    ...{ store, queues, chat: chat.port, rules, clock, log, evidence: memoryEvidence(), metrics: { count: () => undefined } },
    ...{ readers: async () => undefined, clusters: async () => undefined, random: () => crypto.randomUUID() },
    others: { send, secretOf: nowhere, exportOcsf: nowhere },
  })
  onTestFinished(async () => {
    const stopping = chain.stop()
    const given = setInterval(() => {
      for (const give of hanging.splice(0)) give()
    }, 20)
    await stopping
    clearInterval(given)
  })
  const ids = Array.from({ length: 12 }, (_, at) => `${at}`.padStart(64, '0'))
  for (const id of ids) {
    const { pk, sk } = incidentKey(id)
    await store.put({ pk, sk, data: incident({ id, routes: ['r', 'hook'] }) }, 'absent')
    await queues.messages.send([noticeMessage(id, 'new')])
  }
  await eventually(() => expect(chat.messages).toHaveLength(12))
  await eventually(() => expect(hanging).toHaveLength(2))
})
