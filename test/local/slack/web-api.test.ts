import { describe, expect, test } from 'vitest'
import { actions, button, CHANNEL, clientOf, refusal, testSlack } from './stand-in.ts'

const METADATA = { event_type: 'incident', event_payload: { key: 'i-1', nested: { count: 2 } } }
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })

describe('chat', () => {
  test('a posted message comes back from the history with what it was given, and ids where it had none', async () => {
    const client = clientOf(await testSlack())
    const blocks = [section('*hello*'), { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: 'Go' } }] }]
    const posted = await client.chat.postMessage({ channel: '#alerts', text: 'hello & <bye>', blocks, metadata: METADATA })
    expect(posted).toMatchObject({
      ok: true,
      channel: CHANNEL,
      message: { text: 'hello & <bye>', bot_id: 'BBOT', user: 'UBOT', app_id: 'A1' },
    })
    expect(posted.ts).toMatch(/^\d{10}\.\d{6}$/)

    const { messages } = await client.conversations.history({ channel: CHANNEL, include_all_metadata: true })
    expect(messages).toMatchObject([
      { ts: posted.ts, type: 'message', blocks: [{ type: 'section' }, { type: 'actions' }], metadata: METADATA },
    ])
    expect(messages?.[0]?.blocks?.[1]).toMatchObject({ block_id: expect.any(String), elements: [{ action_id: expect.any(String) }] })
  })

  test('metadata is told only to those who ask for it', async () => {
    const client = clientOf(await testSlack())
    await client.chat.postMessage({ channel: CHANNEL, text: 'x', metadata: METADATA })
    const { messages } = await client.conversations.history({ channel: CHANNEL })
    expect(messages?.[0]).not.toHaveProperty('metadata')
  })

  test('an update by text alone drops the blocks and counts as an edit; attachments and metadata stay', async () => {
    const slack = await testSlack()
    const client = clientOf(slack)
    const attachments = [{ color: '#e01e5a', blocks: [section('red')] }]
    const { ts } = await client.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [section('x')], attachments, metadata: METADATA })
    await client.chat.update({ channel: CHANNEL, ts: ts ?? '', text: 'y' })
    expect(slack.messages()).toMatchObject([{ ts, text: 'y', blocks: [], attachments: [{ color: '#e01e5a', id: 1 }], metadata: METADATA }])
    await client.chat.update({ channel: CHANNEL, ts: ts ?? '', text: 'z', attachments: [] })
    expect(slack.messages()).toMatchObject([{ text: 'z', attachments: [], editedTs: ts }])
  })

  test('an update by blocks is no edit, and an empty object takes the metadata away', async () => {
    const slack = await testSlack()
    const client = clientOf(slack)
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'x', metadata: METADATA })
    await client.apiCall('chat.update', { channel: CHANNEL, ts, text: 'y', blocks: [section('y')], metadata: {} })
    const [message] = slack.messages()
    expect(message).toMatchObject({ text: 'y', blocks: [section('y')] })
    expect([message?.editedTs, message?.metadata]).toEqual([undefined, undefined])
  })

  test('replies stay in their thread, also replies to a reply', async () => {
    const client = clientOf(await testSlack())
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'parent' })
    const first = await client.chat.postMessage({ channel: CHANNEL, text: 'one', thread_ts: ts })
    await client.chat.postMessage({ channel: CHANNEL, text: 'two', thread_ts: first.ts ?? '' })
    const history = await client.conversations.history({ channel: CHANNEL })
    expect(history.messages).toMatchObject([{ text: 'parent', reply_count: 2, thread_ts: ts }])
    const thread = await client.conversations.replies({ channel: CHANNEL, ts })
    expect(thread.messages?.map(({ text }) => text)).toEqual(['parent', 'one', 'two'])
    expect(thread.messages?.[2]).toMatchObject({ thread_ts: ts, parent_user_id: 'UBOT' })
  })

  test('a deleted message is gone; one with replies leaves a tombstone that nobody can change', async () => {
    const client = clientOf(await testSlack())
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'alone' })
    await client.chat.delete({ channel: CHANNEL, ts })
    expect((await client.conversations.history({ channel: CHANNEL })).messages).toEqual([])
    expect(await refusal(client.chat.update({ channel: CHANNEL, ts, text: 'x' }))).toMatchObject({ error: 'message_not_found' })

    const parent = await client.chat.postMessage({ channel: CHANNEL, text: 'parent', metadata: METADATA })
    await client.chat.postMessage({ channel: CHANNEL, text: 'reply', thread_ts: parent.ts ?? '' })
    await client.chat.delete({ channel: CHANNEL, ts: parent.ts ?? '' })
    const { messages } = await client.conversations.history({ channel: CHANNEL, include_all_metadata: true })
    expect(messages).toMatchObject([{ subtype: 'tombstone', ts: parent.ts }])
    expect(messages?.[0]).not.toHaveProperty('metadata')
    expect(await refusal(client.chat.update({ channel: CHANNEL, ts: parent.ts ?? '', text: 'x' }))).toMatchObject({
      error: 'cant_update_message',
    })
    expect(await refusal(client.chat.delete({ channel: CHANNEL, ts: parent.ts ?? '' }))).toMatchObject({ error: 'cant_delete_message' })
  })

  test('an ephemeral message is for one user, in no history, and cannot be updated', async () => {
    const slack = await testSlack()
    const client = clientOf(slack)
    const { message_ts: ts = '' } = await client.chat.postEphemeral({ channel: CHANNEL, user: 'UADA', text: 'psst' })
    expect(slack.messages(CHANNEL)).toMatchObject([{ ts, onlyFor: 'UADA', text: 'psst' }])
    expect((await client.conversations.history({ channel: CHANNEL })).messages).toEqual([])
    expect(await refusal(client.chat.update({ channel: CHANNEL, ts, text: 'x' }))).toMatchObject({ error: 'cant_update_message' })
    expect(await refusal(client.chat.postEphemeral({ channel: CHANNEL, user: 'UNOBODY', text: 'x' }))).toMatchObject({
      error: 'user_not_in_channel',
    })
  })
})

describe('history', () => {
  test('newest first, exclusive bounds unless inclusive, and pages by cursor', async () => {
    const client = clientOf(await testSlack({ clock: () => 1_700_000_000_000 }))
    const stamps: string[] = []
    for (const text of ['1', '2', '3', '4']) stamps.push((await client.chat.postMessage({ channel: CHANNEL, text })).ts ?? '')
    expect(stamps).toEqual(['1700000000.000000', '1700000000.000001', '1700000000.000002', '1700000000.000003'])

    const read = async (options: object) => {
      const { messages, has_more } = await client.conversations.history({ channel: CHANNEL, ...options })
      return { texts: messages?.map(({ text }) => text).join(''), has_more }
    }
    expect(await read({})).toEqual({ texts: '4321', has_more: false })
    expect(await read({ oldest: stamps[1], latest: stamps[3] })).toEqual({ texts: '3', has_more: false })
    expect(await read({ oldest: stamps[1], latest: stamps[3], inclusive: true })).toEqual({ texts: '432', has_more: false })
    expect(await read({ oldest: '1700000000.0000011' })).toEqual({ texts: '43', has_more: false })
    expect(await read({ oldest: '-60' })).toEqual({ texts: '4321', has_more: false })
    expect(await read({ oldest: '1699999999' })).toEqual({ texts: '4321', has_more: false })
    expect(await read({ limit: 3 })).toEqual({ texts: '432', has_more: true })

    const pages: string[] = []
    for await (const page of client.paginate('conversations.history', { channel: CHANNEL, limit: 3 })) {
      pages.push(((page as { messages?: { text: string }[] }).messages ?? []).map(({ text }) => text).join(''))
    }
    expect(pages).toEqual(['432', '1'])
  })
})

describe('who and where', () => {
  test('auth.test, users.info, conversations.list and .info tell what was given at start', async () => {
    const client = clientOf(await testSlack())
    expect(await client.auth.test()).toMatchObject({ team_id: 'T1', team: 'acme', user_id: 'UBOT', bot_id: 'BBOT', user: 'Creance' })
    expect((await client.users.info({ user: 'UADA' })).user).toMatchObject({
      id: 'UADA',
      name: 'ada',
      real_name: 'Ada Okafor',
      is_bot: false,
    })
    expect((await client.users.info({ user: 'UBOT' })).user).toMatchObject({ name: 'Creance', is_bot: true })
    expect((await client.conversations.list()).channels?.map(({ name }) => name)).toEqual(['alerts', 'platform'])
    expect((await client.conversations.info({ channel: 'CPLATFORM' })).channel).toMatchObject({ id: 'CPLATFORM', is_member: true })
  })
})

test('a button in blocks that were posted twice keeps its ids', async () => {
  const slack = await testSlack()
  const client = clientOf(slack)
  const { ts = '' } = (await client.apiCall('chat.postMessage', { channel: CHANNEL, blocks: [actions(button('go'))] })) as { ts?: string }
  await client.apiCall('chat.update', { channel: CHANNEL, ts, blocks: [actions(button('go'), button('stop'))] })
  expect(slack.messages()[0]?.blocks).toMatchObject([{ block_id: 'buttons', elements: [{ action_id: 'go' }, { action_id: 'stop' }] }])
})
