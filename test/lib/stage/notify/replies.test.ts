import { expect, test } from 'vitest'
import { contentId } from '../../../../lib/detection/id.ts'
import type { ChatMessage } from '../../../../lib/port/chat.ts'
import { seenOf } from '../../../../lib/stage/notify/hold.ts'
import { show } from '../../../../lib/stage/notify/show.ts'
import { CHANNEL, lost, MINUTE, type NotifyStage, notifyStage, refusal } from './stage.ts'

const say = (text: string): ChatMessage => ({ text, color: '#000000', blocks: [{ type: 'section' }] })
const repliesOf = (count: number) => Array.from({ length: count }, (_, at) => ({ key: `reply ${at}`, message: say(`${at}`) }))

/** Shows a message with so many replies, again when it has to. */
async function showWith(stage: NotifyStage, count: number, message = say('message')): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const seen = await seenOf(stage.store, { pk: 'incident#i', sk: `message#${CHANNEL}` })
    const showing = {
      seen,
      channel: CHANNEL,
      name: 'i',
      message,
      shown: contentId(message),
      replies: repliesOf(count),
      of: { incident: 'i' },
    }
    const later = await show(showing, stage.ports).then(
      (restMs) => restMs,
      (error) => {
        stage.failures.push(error)
        return stage.time.nowMs
      },
    )
    if (later === undefined) return
    stage.time.nowMs = Math.max(stage.time.nowMs, later)
  }
  throw new Error('it never ended')
}
const told = (stage: NotifyStage) => stage.chat.replies.map(({ message }) => message.text)

test('replies are posted under the message, in their order, each once', async () => {
  const stage = notifyStage()
  await showWith(stage, 3)
  await showWith(stage, 5)
  await showWith(stage, 5, say('another'))
  expect(told(stage)).toEqual(['0', '1', '2', '3', '4'])
  expect(new Set(stage.chat.replies.map(({ thread }) => thread))).toEqual(new Set([stage.chat.messages[0]?.ts]))
})

test('they come at a bounded rate: ten at once, twenty a minute', async () => {
  const stage = notifyStage()
  const began = stage.time.nowMs
  await showWith(stage, 45)
  expect(told(stage)).toHaveLength(45)
  expect(stage.time.nowMs - began).toBeGreaterThanOrEqual(2 * MINUTE)
})

test('a thread takes fifty, and the last says so', async () => {
  const stage = notifyStage()
  await showWith(stage, 80)
  expect(told(stage)).toEqual(Array.from({ length: 50 }, (_, at) => `${at}`))
  const [last, ...before] = stage.chat.replies.toReversed().map(({ message }) => JSON.stringify(message))
  expect(last).toContain('the last of 50 replies')
  expect(before.some((one) => one.includes('the last'))).toBe(false)
  await showWith(stage, 90)
  expect(told(stage)).toHaveLength(50)
})

test.each([
  { name: 'lost its answer', fault: () => 'lose' as const },
  { name: 'had no answer', fault: lost },
  { name: 'was asked to wait', fault: () => refusal('throttled', 'wait', 5) },
])('one that $name is there once, and in its place', async ({ fault }) => {
  const stage = notifyStage()
  let left = 2
  stage.disturb.by = (call, _channel, key) =>
    call === 'post' && key.includes('/') && told(stage).length >= 1 && left-- > 0 ? fault() : undefined
  for (let tries = 0; tries < 4; tries++) {
    await showWith(stage, 4)
    stage.time.nowMs += 6000
  }
  expect(told(stage)).toEqual(['0', '1', '2', '3'])
  expect(stage.failures).not.toEqual([])
})

test('when the message is gone by the time of a reply, the new one gets that and the later ones', async () => {
  const stage = notifyStage()
  await showWith(stage, 2)
  stage.chat.messages.splice(0)
  const { post } = stage.chat.port
  Object.assign(stage.chat.port, {
    post: (...args: Parameters<typeof post>) =>
      args[3] === undefined || stage.chat.messages.some(({ ts }) => ts === args[3])
        ? post(...args)
        : Promise.reject(refusal('conflict', 'thread_not_found')),
  })
  await showWith(stage, 4)
  expect(told(stage)).toEqual(['0', '1', '2', '3'])
  expect(stage.chat.messages).toHaveLength(1)
  const [, , third, fourth] = stage.chat.replies
  expect([third?.thread, fourth?.thread]).toEqual([stage.chat.messages[0]?.ts, stage.chat.messages[0]?.ts])
})

test('one that the chat takes in no form is passed over', async () => {
  const stage = notifyStage()
  stage.disturb.by = (call, _channel, key) =>
    call === 'post' &&
    key.includes('/') &&
    stage.chat.replies.length === 1 &&
    !stage.logged.includes('error: message not taken by chat at all')
      ? refusal('invalid_input', 'msg_too_long')
      : undefined
  await showWith(stage, 3)
  expect(told(stage)).toEqual(['0', '2'])
})

test.each(['cannot_reply_to_message', 'thread_not_found', 'restricted_action_non_threadable_channel'])(
  'where the chat refuses every reply (%s) the message stays the one it is, and each is tried once',
  async (word) => {
    const stage = notifyStage()
    stage.disturb.by = (call, _channel, key) => (call === 'post' && key.includes('/') ? refusal('conflict', word) : undefined)
    await showWith(stage, 12)
    await showWith(stage, 14, say('another'))
    expect(stage.chat.messages).toMatchObject([{ message: { text: 'another' } }])
    expect(stage.failures).toEqual([])
    expect(stage.calls.filter((call) => call === `post ${CHANNEL}`)).toHaveLength(1 + 14)
    expect(stage.logged.filter((line) => line === 'error: reply not taken by chat')).toHaveLength(14)
  },
)

test('where it cannot be learned whether the message is there, the reply is tried again', async () => {
  const stage = notifyStage()
  await showWith(stage, 1)
  let left = 2
  stage.disturb.by = (call, _channel, key) => {
    if (call === 'post' && key.includes('/') && left > 0) return refusal('conflict', 'thread_not_found')
    return call === 'update' && left-- > 0 ? refusal('throttled', 'wait', 5) : undefined
  }
  for (let tries = 0; tries < 4; tries++) {
    await showWith(stage, 3)
    stage.time.nowMs += 6000
  }
  expect(told(stage)).toEqual(['0', '1', '2'])
  expect(stage.chat.messages).toHaveLength(1)
})

test('that the message was posted anew for a reply stands in the journal', async () => {
  const stage = notifyStage()
  await showWith(stage, 1)
  stage.chat.messages.splice(0)
  stage.disturb.by = (call, _channel, key) =>
    call === 'post' && key.includes('/') && stage.chat.messages.length === 0 ? refusal('conflict', 'thread_not_found') : undefined
  await showWith(stage, 2)
  expect(await stage.journalOf('i')).toMatchObject([{ outcome: 'posted_anew', why: 'it was deleted' }])
})
