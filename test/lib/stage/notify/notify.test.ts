import { expect, test } from 'vitest'
import { Incident, incidentKey } from '../../../../lib/incident/incident.ts'
import { update } from '../../../../lib/port/store.ts'
import { setDue } from '../../../../lib/stage/due.ts'
import { CHANNEL, lost, MINUTE, notifyStage, refusal, route } from './stage.ts'

const textsIn = (stage: ReturnType<typeof notifyStage>, channel = CHANNEL) =>
  stage.chat.messages.filter((one) => one.channel === channel).map(({ message }) => message.text)

test('an incident is one message in each channel that its routes name, however many name it', async () => {
  const routes = [
    route(),
    route({ name: 'again' }),
    route({ name: 'team', slack: { channel: 'C0TEAM' } }),
    route({ name: 'person', slack: { user: 'U0ALICE' } }),
    route({ name: 'other', slack: { channel: 'C0OTHER' } }),
  ]
  const stage = notifyStage({ routes })
  const { id } = await stage.see('web-1', 4, { routes: ['all', 'again', 'team', 'person'] })
  await stage.notice(id)
  await stage.settle()
  expect(stage.chat.messages.map(({ channel }) => channel).sort()).toEqual([CHANNEL, 'C0TEAM', 'U0ALICE'])
})

test('a notice that comes again, or for nothing new, calls nobody', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1')
  for (let again = 0; again < 3; again++) await stage.notice(id)
  await stage.settle()
  expect(stage.calls.filter((call) => call.startsWith('post'))).toHaveLength(1 + stage.chat.replies.length)
  expect(stage.calls.filter((call) => call.startsWith('update'))).toEqual([])
})

test('a destination that fails does not hold up the others, and is tried again', async () => {
  const routes = ['C0ONE', 'C0TWO', 'C0THREE'].map((channel) => route({ name: channel, slack: { channel } }))
  const stage = notifyStage({ routes })
  let isDown = true
  stage.disturb.by = (_call, channel) => (isDown && channel === 'C0TWO' ? lost() : undefined)
  const { id } = await stage.see('web-1', 3, { routes: ['C0ONE', 'C0TWO', 'C0THREE'] })
  await stage.notice(id)
  await stage.step()
  expect(stage.failures).toMatchObject([{ code: 'unavailable' }])
  expect(stage.chat.messages.map(({ channel }) => channel).sort()).toEqual(['C0ONE', 'C0THREE'])
  isDown = false
  await stage.settle()
  expect(stage.chat.messages.map(({ channel }) => channel).sort()).toEqual(['C0ONE', 'C0THREE', 'C0TWO'])
})

test('of several that fail, the one that goes by soonest says when to try again', async () => {
  const routes = ['C0ONE', 'C0TWO'].map((channel) => route({ name: channel, slack: { channel } }))
  const stage = notifyStage({ routes })
  stage.disturb.by = (_call, channel) => refusal('throttled', 'wait', channel === 'C0ONE' ? 90 : 7)
  await stage.notice((await stage.see('web-1', 3, { routes: ['C0ONE', 'C0TWO'] })).id)
  await stage.step()
  expect(stage.failures).toMatchObject([{ code: 'throttled', retryAfterSeconds: 7 }])
})

test('an outage that outlasts the queue’s patience loses nothing: the sweep tries on', async () => {
  const stage = notifyStage()
  let isDown = true
  stage.disturb.by = () => (isDown ? lost() : undefined)
  await stage.notice((await stage.see('web-1')).id)
  await stage.pass(3 * 60 * MINUTE, MINUTE)
  expect(stage.chat.messages).toEqual([])
  isDown = false
  await stage.pass(2 * MINUTE, MINUTE)
  expect(stage.chat.messages).toHaveLength(1)
  expect(await stage.queues.messages.receive({ max: 10, waitSeconds: 0 })).toEqual([])
})

test('a post whose answer was lost is found, not posted again, and shows what is known by then', async () => {
  const stage = notifyStage()
  let losing = true
  stage.disturb.by = (call) => (call === 'post' && losing ? 'lose' : undefined)
  const { id } = await stage.see('web-1', 3)
  await stage.notice(id)
  await stage.step()
  losing = false
  await stage.see('web-1', 5)
  await stage.settle()
  expect(textsIn(stage)).toEqual([expect.stringMatching(/^Critical/)])
})

test('a post that was refused for certain is not searched for', async () => {
  const stage = notifyStage()
  let isBusy = true
  stage.disturb.by = (call) => (call === 'post' && isBusy ? refusal('throttled', 'wait', 3) : undefined)
  await stage.notice((await stage.see('web-1')).id)
  await stage.settle()
  isBusy = false
  await stage.pass(10_000, 1000)
  expect(stage.chat.messages).toHaveLength(1)
  expect(stage.calls.some((call) => call.startsWith('find'))).toBe(false)
})

test('a message that somebody deleted is posted anew, and the journal says so', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1', 2)
  await stage.notice(id)
  await stage.settle()
  stage.chat.messages.splice(0)
  await stage.see('web-1', 5)
  await stage.notice(id)
  await stage.settle()
  expect(stage.chat.messages).toMatchObject([{ key: `${id}~1`, message: { text: expect.stringMatching(/^Critical/) } }])
  expect(await stage.journalOf(id)).toContainEqual(
    expect.objectContaining({ kind: 'delivery', outcome: 'posted_anew', why: 'it was deleted' }),
  )
})

test('a message that can no longer be edited is posted anew, and not mistaken for the old one', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1', 2)
  await stage.notice(id)
  await stage.settle()
  const { update: edit } = stage.chat.port
  Object.assign(stage.chat.port, { update: async () => 'locked' })
  let losing = true
  stage.disturb.by = (call, _channel, key) => (call === 'post' && key === `${id}~1` && losing ? 'lose' : undefined)
  await stage.see('web-1', 5)
  await stage.notice(id)
  await stage.step()
  losing = false
  Object.assign(stage.chat.port, { update: edit })
  await stage.settle()
  expect(stage.chat.messages.map(({ key }) => key)).toEqual([id, `${id}~1`])
  expect(await stage.journalOf(id)).toContainEqual(
    expect.objectContaining({ outcome: 'posted_anew', why: expect.stringContaining('edited') }),
  )
})

test('what the chat does not take is told without blocks, saying so; and what it takes in no form is given up', async () => {
  const stage = notifyStage()
  const { post } = stage.chat.port
  let most = 1
  Object.assign(stage.chat.port, {
    post: (...args: Parameters<typeof post>) =>
      args[2].blocks.length >= most ? Promise.reject(refusal('invalid_input', 'invalid_blocks')) : post(...args),
  })
  await stage.notice((await stage.see('web-1')).id)
  await stage.settle()
  expect(stage.chat.messages).toMatchObject([{ message: { blocks: [], text: expect.stringMatching(/shown without details/) } }])
  most = 0
  await stage.notice((await stage.see('web-2')).id)
  await stage.settle()
  await stage.pass(5 * MINUTE)
  expect(stage.chat.messages).toHaveLength(1)
  expect(stage.failures).toEqual([])
  expect(stage.logged).toContain('error: message not taken by chat at all')
})

test('a closed incident is edited to its last state', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1')
  await stage.notice(id)
  await stage.settle()
  await update(stage.store, incidentKey(id), Incident, (now): Incident | undefined => now && { ...now, status: 'closed' })
  await stage.notice(id)
  await stage.settle()
  expect(textsIn(stage)).toEqual([expect.stringMatching(/^Closed/)])
})

test('a link that is another each time does not have the message edited', async () => {
  let count = 0
  const stage = notifyStage({ link: () => `https://creance.example/i?signed=${++count}` })
  const { id } = await stage.see('web-1')
  for (let again = 0; again < 3; again++) {
    await stage.notice(id)
    await stage.settle()
  }
  expect(stage.chat.messages).toMatchObject([{ edits: 0 }])
})

test('webhooks and exports get a message of their own, the same once, whatever becomes of Slack', async () => {
  const routes = [route(), route({ name: 'tickets', slack: undefined, webhook: { url: 'https://tickets.example/' } })]
  const stage = notifyStage({ routes })
  stage.disturb.by = lost
  const { id } = await stage.see('web-1', 3, { routes: ['all', 'tickets'] })
  await stage.notice(id)
  const [taken] = await stage.queues.messages.receive({ max: 1, waitSeconds: 0 })
  await stage.queues.messages.retry(taken?.receipt ?? '', 0)
  await stage.step()
  const received = await stage.queues.messages.receive({ max: 10, waitSeconds: 0 })
  expect(received.map(({ body }) => JSON.parse(body))).toContainEqual({ deliver: { incident: id, route: 'tickets' } })
})

test('a refused press is told; what cannot be told is dropped', async () => {
  const stage = notifyStage()
  const tell = (user: string) =>
    stage.send({ body: JSON.stringify({ tell: { channel: CHANNEL, user, text: 'no' } }), group: `tell-${user}`, dedup: user })
  stage.disturb.by = (call, _channel, user) =>
    call === 'tell' && user === 'U0GONE' ? refusal('invalid_config', 'user_not_in_channel') : undefined
  await tell('U0ALICE')
  await tell('U0GONE')
  await stage.settle()
  expect(stage.chat.told).toMatchObject([{ user: 'U0ALICE' }])
  expect(stage.failures).toEqual([])
  expect(await stage.journal()).toEqual([])
})

test('what is to be told at two times within five minutes is told twice: the queue does not take one for the other', async () => {
  const stage = notifyStage()
  const { id } = await stage.see('web-1', 2)
  for (const minutes of [1, 2, 3])
    await setDue(stage.store, stage.time.nowMs + minutes * MINUTE, `tell-${id}`, { do: 'tell', incident: id })
  const shown: (string | undefined)[] = []
  for (const severity of [2, 3, 4] as const) {
    await stage.see('web-1', severity)
    await stage.pass(MINUTE)
    shown.push(textsIn(stage)[0]?.split(':')[0])
  }
  expect(shown).toEqual(['Low', 'Medium', 'High'])
})
