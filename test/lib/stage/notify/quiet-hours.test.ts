import { expect, test } from 'vitest'
import { CHANNEL, MINUTE, notifyStage, route, START } from './stage.ts'

const QUIET = [{ from: '11:00', to: '14:00', unless: 'high' }] // it is 12:00
const HOUR = 60 * MINUTE

test('within quiet hours only what is severe enough is told; the rest is told when they end', async () => {
  const stage = notifyStage({ routes: [route({ quiet_hours: QUIET })] })
  await stage.notice((await stage.see('web-1', 3)).id)
  await stage.notice((await stage.see('web-2', 4)).id)
  await stage.pass(2 * HOUR - MINUTE, MINUTE)
  expect(stage.chat.messages.map(({ message }) => message.text)).toEqual([expect.stringMatching(/^High/)])
  await stage.pass(2 * MINUTE, MINUTE)
  expect(stage.chat.messages).toHaveLength(2)
  expect(stage.time.nowMs).toBe(START + 2 * HOUR + MINUTE)
})

test('what becomes severe enough in them is told at once', async () => {
  const stage = notifyStage({ routes: [route({ quiet_hours: QUIET })] })
  const { id } = await stage.see('web-1', 3)
  await stage.notice(id)
  await stage.settle()
  expect(stage.chat.messages).toEqual([])
  await stage.see('web-1', 4)
  await stage.notice(id)
  await stage.settle()
  expect(stage.chat.messages).toHaveLength(1)
})

test('what was told before goes on being edited, which makes no sound', async () => {
  const stage = notifyStage({ routes: [route({ quiet_hours: [{ from: '12:30', to: '14:00' }] })] })
  const { id } = await stage.see('web-1', 2)
  await stage.notice(id)
  await stage.pass(HOUR, MINUTE)
  await stage.see('web-1', 3)
  await stage.notice(id)
  await stage.settle()
  expect(stage.chat.messages).toMatchObject([{ message: { text: expect.stringMatching(/^Medium/) } }])
})

test('a route without them to the same channel tells it, and they hold for each route alone', async () => {
  const routes = [
    route({ name: 'night', quiet_hours: QUIET }),
    route(),
    route({ name: 'team', slack: { channel: 'C0TEAM' }, quiet_hours: QUIET }),
  ]
  const stage = notifyStage({ routes })
  await stage.notice((await stage.see('web-1', 3, { routes: ['night', 'all', 'team'] })).id)
  await stage.settle()
  expect(stage.chat.messages.map(({ channel }) => channel)).toEqual([CHANNEL])
})

test('other systems are not told in them either, but for what they were told of before', async () => {
  const webhook = { slack: undefined, webhook: { url: 'https://tickets.example/' } }
  const routes = [route({ name: 'tickets', ...webhook, quiet_hours: [{ from: '12:30', to: '14:00' }] })]
  const stage = notifyStage({ routes })
  const first = await stage.see('web-1', 3, { routes: ['tickets'] })
  await stage.notice(first.id)
  const delivered: string[] = []
  const take = async () => {
    await stage.step().catch(() => 0)
    for (const { body, receipt } of await stage.queues.messages.receive({ max: 10, waitSeconds: 0 })) {
      const { deliver } = JSON.parse(body)
      if (deliver) delivered.push(deliver.incident)
      await stage.queues.messages.acknowledge(receipt)
    }
  }
  await take()
  stage.time.nowMs += HOUR
  const second = await stage.see('web-2', 3, { routes: ['tickets'] })
  await stage.see('web-1', 4, { routes: ['tickets'] })
  for (const { id } of [first, second]) {
    await stage.notice(id)
    await take()
  }
  expect(delivered).toEqual([first.id, first.id])
})
