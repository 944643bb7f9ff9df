import { describe, expect, test } from 'vitest'
import { slackChat } from '../../../lib/adapter/slack.ts'
import { HINTS } from '../../../lib/adapter/slack-error.ts'
import type { ChatMessage } from '../../../lib/port/chat.ts'
import type { SlackSettings } from '../../../local/slack/slack.ts'
import type { Fault } from '../../../local/slack/web-api/call.ts'
import { CHANNEL, TOKEN, testSlack } from '../../local/slack/stand-in.ts'

const SINCE = Date.now()
const say = (text: string): ChatMessage => ({ text, color: '#c62828', blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] })

async function chatOn(settings: Partial<SlackSettings> = {}, timeoutMs = 2000) {
  const slack = await testSlack(settings)
  return { slack, chat: slackChat({ token: TOKEN, apiUrl: slack.apiUrl, timeoutMs }) }
}
const answering = (answer: object): Fault => ({
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(answer),
})

describe('one message a key', () => {
  test('it is posted, edited, and found by its key', async () => {
    const { slack, chat } = await chatOn()
    const posted = await chat.post(CHANNEL, 'i-1', say('first'))
    await chat.post(CHANNEL, 'i-2', say('another'))
    expect(await chat.update(posted, 'i-1', say('second'))).toBe('updated')
    expect(await chat.find(CHANNEL, 'i-1', SINCE)).toEqual(posted)
    expect(await chat.find(CHANNEL, 'i-3', SINCE)).toBeUndefined()
    expect(slack.messages(CHANNEL)).toMatchObject([{ attachments: [{ color: '#c62828', fallback: 'second' }] }, {}])
  })

  test('without blocks its text is shown', async () => {
    const { slack, chat } = await chatOn()
    await chat.post(CHANNEL, 'i-1', { text: 'plain', color: '#c62828', blocks: [] })
    expect(slack.messages(CHANNEL)).toMatchObject([{ attachments: [{ text: 'plain' }] }])
  })

  test('what was posted long before is not it', async () => {
    const { chat } = await chatOn()
    await chat.post(CHANNEL, 'i-1', say('old'))
    expect(await chat.find(CHANNEL, 'i-1', Date.now() + 3600_000)).toBeUndefined()
  })

  test('it is found behind more than a page of others, and not looked for without end', async () => {
    const calls: string[] = []
    const { chat } = await chatOn({ onCall: (method) => void calls.push(method) })
    const posted = await chat.post(CHANNEL, 'i-1', say('the one'))
    for (let count = 0; count < 210; count++) await chat.post(CHANNEL, `other-${count}`, say('other'))
    expect(await chat.find(CHANNEL, 'i-1', SINCE)).toEqual(posted)
    expect(calls.filter((method) => method === 'conversations.history')).toHaveLength(2)
  })

  test('a channel with no end is given up after ten pages', async () => {
    let calls = 0
    const page = answering({ ok: true, messages: [], has_more: true, response_metadata: { next_cursor: 'more' } })
    const { chat } = await chatOn({ onCall: (method) => (method === 'conversations.history' && calls++ < 1000 ? page : undefined) })
    expect(await chat.find(CHANNEL, 'i-1', SINCE)).toBeUndefined()
    expect(calls).toBe(10)
  })

  test('a channel that was renamed is the same: only its id is used', async () => {
    const channels = [{ id: CHANNEL, name: 'alerts-old' }]
    const { slack, chat } = await chatOn({ channels })
    const posted = await chat.post(CHANNEL, 'i-1', say('first'))
    Object.assign(channels[0] ?? {}, { name: 'alerts-new' })
    expect(await chat.update(posted, 'i-1', say('second'))).toBe('updated')
    expect(await chat.find(CHANNEL, 'i-1', SINCE)).toEqual(posted)
    expect(slack.messages(CHANNEL)).toHaveLength(1)
  })
})

describe('a thread', () => {
  test('holds replies, which are found there and not in the channel', async () => {
    const { slack, chat } = await chatOn()
    const { ts } = await chat.post(CHANNEL, 'i-1', say('message'))
    const reply = await chat.post(CHANNEL, 'i-1/a', say('reply'), ts)
    expect(await chat.find(CHANNEL, 'i-1/a', SINCE, ts)).toEqual(reply)
    expect(await chat.find(CHANNEL, 'i-1/a', SINCE)).toBeUndefined()
    expect(await chat.find(CHANNEL, 'i-1/b', SINCE, ts)).toBeUndefined()
    expect(slack.messages(CHANNEL)).toMatchObject([{}, { threadTs: ts }])
  })

  test('of a message that is gone takes none, and holds nothing', async () => {
    const { chat } = await chatOn()
    await expect(chat.post(CHANNEL, 'i-1/a', say('reply'), '1.000001')).rejects.toMatchObject({ code: 'conflict' })
    expect(await chat.find(CHANNEL, 'i-1/a', SINCE, '1.000001')).toBeUndefined()
  })
})

test('a person is written to, and what was written is found and edited', async () => {
  const { slack, chat } = await chatOn()
  const posted = await chat.post('UADA', 'i-1', say('for you'))
  expect(posted.channel).toMatch(/^D/)
  expect(await chat.find('UADA', 'i-1', SINCE)).toEqual(posted)
  expect(await chat.update(posted, 'i-1', say('for you, again'))).toBe('updated')
  expect(slack.messages(posted.channel)).toHaveLength(1)
})

test('the members of a user group are read', async () => {
  const { chat } = await chatOn({ groups: [{ id: 'S0ONCALL', users: ['UADA', 'UBOB'] }] } as Partial<SlackSettings>)
  expect(await chat.members('S0ONCALL')).toEqual(['UADA', 'UBOB'])
  await expect(chat.members('S0NONE')).rejects.toMatchObject({ code: 'invalid_config', message: expect.stringContaining('user group id') })
})

describe('what Slack says', () => {
  test.each(Object.entries(HINTS))('%s is said with a hint', async (word, { code, hint }) => {
    const { chat } = await chatOn({ onCall: () => answering({ ok: false, error: word }) })
    const message = `Slack: chat.postMessage: ${word}: ${hint}`
    await expect(chat.post(CHANNEL, 'i-1', say('x'))).rejects.toMatchObject({ code, message, transient: false })
  })

  test.each([
    ['no such channel', (chat) => chat.post('CNONE', 'i-1', say('x')), 'invalid_config'],
    ['no such channel to read', (chat) => chat.find('CNONE', 'i-1', SINCE), 'invalid_config'],
    ['no such user', (chat) => chat.find('UNOBODY', 'i-1', SINCE), 'invalid_config'],
    ['too long a text', (chat) => chat.post(CHANNEL, 'i-1', say('x'.repeat(3001))), 'invalid_input'],
    ['a block that there is not', (chat) => chat.post(CHANNEL, 'i-1', { ...say('x'), blocks: [{ type: 'hologram' }] }), 'invalid_input'],
  ] as [string, (chat: ReturnType<typeof slackChat>) => Promise<unknown>, string][])(
    '%s is what it is to the stand-in too',
    async (_name, call, code) => {
      const { chat } = await chatOn()
      await expect(call(chat)).rejects.toMatchObject({ code })
    },
  )

  test('a wrong token is known for one', async () => {
    const { slack } = await chatOn()
    const chat = slackChat({ token: 'xoxb-other', apiUrl: slack.apiUrl })
    await expect(chat.post(CHANNEL, 'i-1', say('x'))).rejects.toMatchObject({ code: 'unauthorized' })
  })

  test.each([
    ['ratelimited', { code: 'throttled', retryAfterSeconds: 30 }],
    ['internal_error', { code: 'unavailable' }],
    ['msg_too_long', { code: 'invalid_input' }],
    ['a_word_of_next_year', { code: 'invalid_config' }],
  ])('%s → %j', async (word, error) => {
    const { chat } = await chatOn({ onCall: () => answering({ ok: false, error: word }) })
    await expect(chat.post(CHANNEL, 'i-1', say('x'))).rejects.toMatchObject(error)
  })

  test.each([
    ['message_not_found', 'absent'],
    ['cant_update_message', 'locked'],
    ['edit_window_closed', 'locked'],
  ])('an edit that fails with %s is %s', async (word, outcome) => {
    const { chat } = await chatOn({ onCall: () => answering({ ok: false, error: word }) })
    expect(await chat.update({ channel: CHANNEL, ts: '1.000001' }, 'i-1', say('x'))).toBe(outcome)
  })

  test.each<[string, Fault, object]>([
    ['429 with a time', { status: 429, headers: { 'Retry-After': '7' } }, { code: 'throttled', retryAfterSeconds: 7 }],
    ['429 with an hour and more', { status: 429, headers: { 'Retry-After': '86400' } }, { code: 'throttled', retryAfterSeconds: 900 }],
    ['429 with no wait', { status: 429, headers: { 'Retry-After': '0' } }, { code: 'throttled', retryAfterSeconds: 1 }],
    ['429 without a time', { status: 429 }, { code: 'throttled', retryAfterSeconds: 30 }],
    ['500', { status: 500 }, { code: 'unavailable' }],
    ['413', { status: 413 }, { code: 'invalid_input' }],
    ['a page of a proxy', { status: 200, body: '<html>' }, { code: 'unavailable' }],
    ['a redirect', { status: 302, headers: { Location: 'http://127.0.0.1:9/' } }, { code: 'unavailable' }],
    ['nothing', 'hang', { code: 'unavailable' }],
    ['half an answer', 'lose', { code: 'unavailable' }],
  ])('%s is an error that says whether to try again', async (_name, fault, error) => {
    const { chat } = await chatOn({ onCall: () => fault }, 200)
    await expect(chat.post(CHANNEL, 'i-1', say('x'))).rejects.toMatchObject(error)
  })

  test('no token is in what is said', async () => {
    const { chat } = await chatOn({ onCall: () => ({ status: 500 }) })
    const error = await chat.post(CHANNEL, 'i-1', say('x')).catch((thrown) => thrown)
    expect(String(error.message)).not.toContain(TOKEN)
  })
})
