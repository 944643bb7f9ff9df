import { describe, expect, test } from 'vitest'
import { actions, button, CHANNEL, clientOf, payloadOf, refusal, testApp, testSlack } from './stand-in.ts'

describe('a direct message', () => {
  test('is posted to a user, told where that is, and updated there', async () => {
    const slack = await testSlack()
    const client = clientOf(slack)
    const { channel, ts = '' } = await client.chat.postMessage({ channel: 'UADA', text: 'for you' })
    expect(channel).toBe('DADA')
    await client.chat.update({ channel: 'DADA', ts, text: 'for you still' })
    expect(slack.messages('DADA')).toMatchObject([{ text: 'for you still', channel: 'DADA' }])
    expect((await client.conversations.history({ channel: 'DADA' })).messages).toMatchObject([{ ts }])
    expect(await refusal(client.chat.update({ channel: 'UADA', ts, text: 'x' }))).toMatchObject({ error: 'channel_not_found' })
  })

  test('is opened beforehand', async () => {
    const client = clientOf(await testSlack())
    expect((await client.conversations.open({ users: 'UBOB' })).channel).toEqual({ id: 'DBOB' })
    expect((await client.conversations.info({ channel: 'DBOB' })).channel).toMatchObject({ id: 'DBOB', is_im: true, user: 'UBOB' })
  })

  test.each([
    { args: { users: 'UNOBODY' }, error: 'user_not_found' },
    { args: { users: '' }, error: 'users_list_not_supplied' },
    { args: { users: 'UADA,UBOB' }, error: 'too_many_users' },
    { args: { channel: 'DNOBODY' }, error: 'channel_not_found' },
  ])('is not opened with $args', async ({ args, error }) => {
    expect(await refusal(clientOf(await testSlack()).apiCall('conversations.open', args))).toMatchObject({ error })
  })

  test('can be pressed by its user alone', async () => {
    const app = await testApp()
    const slack = await testSlack({ interactionsUrl: app.url })
    const { ts = '' } = await clientOf(slack).chat.postMessage({ channel: 'UADA', text: 'x', blocks: [actions(button('go'))] })
    await expect(slack.press({ user: 'UBOB', channel: 'DADA', ts, actionId: 'go' })).rejects.toMatchObject({ code: 'invalid_input' })
    await slack.press({ user: 'UADA', channel: 'DADA', ts, actionId: 'go' })
    expect(payloadOf(app.received[0]).channel).toEqual({ id: 'DADA', name: 'directmessage' })
  })
})

describe('a thread', () => {
  test('is read page by page, oldest first, its first message on the first page only, with metadata for those who ask', async () => {
    const client = clientOf(await testSlack())
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'parent' })
    const metadata = { event_type: 'reply', event_payload: { key: 'k' } }
    for (const text of ['1', '2', '3']) await client.chat.postMessage({ channel: CHANNEL, text, thread_ts: ts, metadata })
    const pages: string[] = []
    for await (const page of client.paginate('conversations.replies', { channel: CHANNEL, ts, limit: 2 })) {
      pages.push(((page as { messages?: { text: string }[] }).messages ?? []).map(({ text }) => text).join(' '))
    }
    expect(pages).toEqual(['parent 1 2', '3'])
    const whole = await client.conversations.replies({ channel: CHANNEL, ts, include_all_metadata: true })
    expect(whole.messages?.[1]).toMatchObject({ text: '1', metadata })
    expect((await client.conversations.replies({ channel: CHANNEL, ts })).messages?.[1]).not.toHaveProperty('metadata')
  })

  test.each([
    { args: { ts: '1.000001' }, error: 'thread_not_found' },
    { args: { oldest: 'soon' }, error: 'invalid_ts_oldest' },
    { args: { cursor: 'eA==' }, error: 'invalid_cursor' },
  ])('read with $args → $error', async ({ args, error }) => {
    const client = clientOf(await testSlack())
    const { ts } = await client.chat.postMessage({ channel: CHANNEL, text: 'parent' })
    const call = client.apiCall('conversations.replies', { channel: CHANNEL, ts, ...args })
    expect(await refusal(call)).toMatchObject({ error })
  })
})

test('a user group tells its members; there may be none of that id', async () => {
  const client = clientOf(await testSlack())
  expect((await client.usergroups.users.list({ usergroup: 'SONCALL' })).users).toEqual(['UADA', 'UBOB'])
  expect(await refusal(client.usergroups.users.list({ usergroup: 'SNONE' }))).toMatchObject({ error: 'no_such_subteam' })
})

test('a message has an address, also in a thread', async () => {
  const client = clientOf(await testSlack({ clock: () => 1_700_000_000_000 }))
  const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'x' })
  const reply = await client.chat.postMessage({ channel: CHANNEL, text: 'y', thread_ts: ts })
  const link = async (message_ts: string) => (await client.chat.getPermalink({ channel: CHANNEL, message_ts })).permalink
  expect(await link(ts)).toBe('https://acme.slack.com/archives/CALERTS/p1700000000000000')
  expect(await link(reply.ts ?? '')).toBe(
    'https://acme.slack.com/archives/CALERTS/p1700000000000001?thread_ts=1700000000.000000&cid=CALERTS',
  )
  expect(await refusal(client.chat.getPermalink({ channel: CHANNEL, message_ts: '1.000001' }))).toMatchObject({
    error: 'message_not_found',
  })
})
