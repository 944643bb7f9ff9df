import { expect, test } from 'vitest'
import { Incident, incidentKey } from '../../../../lib/incident/incident.ts'
import { update } from '../../../../lib/port/store.ts'
import { takeNotice } from '../../../../lib/stage/notify.ts'
import { breakAt, differences, type When } from '../../../support/break-at.ts'
import { CHANNEL, MINUTE, notifyStage, route } from './stage.ts'

const noticeOf = (incident: string) => ({ body: JSON.stringify({ incident }), receiveCount: 1 })

/** Lets the calls of a kind wait until they are let go. */
function gateOn(stage: ReturnType<typeof notifyStage>, method: 'post' | 'update') {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { [method]: call } = stage.chat.port
  let held = 0
  Object.assign(stage.chat.port, {
    [method]: async (...args: readonly never[]) => {
      held += 1
      if (held === 1) await promise
      return Reflect.apply(call, undefined, args)
    },
  })
  return { letGo: resolve, held: () => held }
}
const turns = async (count = 200) => {
  for (let at = 0; at < count; at++) await new Promise((resolve) => setImmediate(resolve))
}

test('of two processes with one incident, the second waits: there is one message', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1')
  const gate = gateOn(stage, 'post')
  const first = takeNotice(noticeOf(id), stage.ports)
  await turns()
  expect(gate.held()).toBe(1)
  await expect(takeNotice(noticeOf(id), stage.ports)).rejects.toMatchObject({ code: 'conflict' })
  gate.letGo()
  await first
  await takeNotice(noticeOf(id), stage.ports)
  expect(stage.chat.messages).toHaveLength(1)
})

test('an edit that is slow does not overwrite a newer state', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1', 2)
  await takeNotice(noticeOf(id), stage.ports)
  await stage.see('web-1', 4)
  const gate = gateOn(stage, 'update')
  const slow = takeNotice(noticeOf(id), stage.ports)
  await turns()
  await stage.see('web-1', 5)
  await expect(takeNotice(noticeOf(id), stage.ports)).rejects.toMatchObject({ code: 'conflict' })
  gate.letGo()
  await slow
  await takeNotice(noticeOf(id), stage.ports)
  expect(stage.chat.messages).toMatchObject([{ message: { text: expect.stringMatching(/^Critical/) } }])
})

test('one that read the incident before another showed a newer state shows nothing', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1', 2)
  await takeNotice(noticeOf(id), stage.ports)
  await stage.see('web-1', 4)
  const { store } = stage.ports
  let isFirst = true
  const late = takeNotice(noticeOf(id), {
    ...stage.ports,
    store: {
      ...store,
      get: async (pk, sk) => {
        const item = await store.get(pk, sk)
        if (sk === 'incident' && isFirst) {
          isFirst = false // it has read severity 4; now another shows severity 5
          await stage.see('web-1', 5)
          await takeNotice(noticeOf(id), stage.ports)
        }
        return item
      },
    },
  })
  await expect(late).rejects.toMatchObject({ code: 'conflict' })
  expect(stage.chat.messages).toMatchObject([{ message: { text: expect.stringMatching(/^Critical/) } }])
})

test('a process that died at a message is waited for, no longer than a minute', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1')
  const { store } = stage.ports
  const dying = { ...stage.ports, chat: { ...stage.ports.chat, post: () => new Promise<never>(() => undefined) } }
  void takeNotice(noticeOf(id), { ...dying, store })
  await turns()
  await stage.notice(id)
  await stage.pass(50_000)
  expect(stage.chat.messages).toEqual([])
  await stage.pass(20_000)
  expect(stage.chat.messages).toHaveLength(1)
})

/** Two incidents, one that grows and is closed, the other in two channels and then in a digest; broken off at each call in turn. */
async function play(at: number, when: When) {
  const fault = breakAt(at, when, { isArmed: false })
  const routes = [route(), route({ name: 'other', slack: { channel: 'C0OTHER' } })]
  const stage = notifyStage({ wrap: fault.wrap, routes, pace: { perMinute: 2, reserve: 1 } })
  const first = await stage.see('web-1', 2)
  const second = await stage.see('web-2', 4, { routes: ['all', 'other'] })
  const third = await stage.see('web-3', 3)
  fault.arm()
  for (const { id } of [first, second, third]) {
    await stage.notice(id) // one after the other: who comes first has the places
    await stage.settle()
  }
  await stage.see('web-1', 5)
  await update(stage.store, incidentKey(second.id), Incident, (now): Incident | undefined => now && { ...now, status: 'closed' })
  for (const { id } of [first, second]) await stage.notice(id)
  await stage.settle()
  await stage.pass(3 * MINUTE, 30_000)
  const journals = await Promise.all([first, second, third].map(({ id }) => stage.journalOf(id)))
  return {
    seen: fault.seen,
    result: {
      messages: stage.chat.messages.map(({ channel, key, message }) => `${channel} ${key} ${message.text}`).sort(),
      replies: stage.chat.replies.map(({ channel, key, message }) => `${channel} ${key} ${message.text}`).sort(),
      journal: journals.flat().length,
      operator: (await stage.journal()).length,
    },
  }
}
const undisturbed = await play(0, 'before')

test('undisturbed, there is one message for each incident and channel, and the digest', () => {
  expect(undisturbed.result.messages).toHaveLength(4)
  expect(undisturbed.result.messages.filter((one) => one.startsWith(`${CHANNEL} digest`))).toHaveLength(1)
  expect(undisturbed.result).toMatchObject({ journal: 0, operator: 0 })
  expect(undisturbed.seen.length).toBeGreaterThan(60)
})

test.each(['before', 'after'] as const)(
  'broken off %s any call to store, queue or chat, it ends the same',
  async (when) => {
    const different = await differences(play, undisturbed, when)
    expect(
      different.slice(0, 3),
      `${different.length} of ${undisturbed.seen.length} differ: ${JSON.stringify(undisturbed.result)}`,
    ).toEqual([])
  },
  120_000,
)
