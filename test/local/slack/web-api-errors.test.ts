import { expect, test } from 'vitest'
import { actions, CHANNEL, clientOf, refusal, testSlack } from './stand-in.ts'

test.each([
  { name: 'no such channel', method: 'chat.postMessage', args: { channel: 'CNONE', text: 'x' }, error: 'channel_not_found' },
  { name: 'no channel', method: 'chat.postMessage', args: { text: 'x' }, error: 'channel_not_found' },
  { name: 'nothing to say', method: 'chat.postMessage', args: { channel: CHANNEL, blocks: [] }, error: 'no_text' },
  {
    name: 'blocks that are no list',
    method: 'chat.postMessage',
    args: { channel: CHANNEL, blocks: '{"a":' },
    error: 'invalid_blocks_format',
  },
  {
    name: 'an unknown block',
    method: 'chat.postMessage',
    args: { channel: CHANNEL, blocks: [{ type: 'hologram' }] },
    error: 'invalid_blocks',
  },
  {
    name: 'bad blocks in an attachment',
    method: 'chat.postMessage',
    args: { channel: CHANNEL, attachments: [{ blocks: [actions()] }] },
    error: 'invalid_attachments',
  },
  {
    name: 'metadata without a type',
    method: 'chat.postMessage',
    args: { channel: CHANNEL, text: 'x', metadata: { event_payload: {} } },
    error: 'invalid_metadata_format',
  },
  { name: 'too long a text', method: 'chat.postMessage', args: { channel: CHANNEL, text: 'x'.repeat(40_001) }, error: 'msg_too_long' },
  {
    name: 'no such thread',
    method: 'chat.postMessage',
    args: { channel: CHANNEL, text: 'x', thread_ts: '1.000001' },
    error: 'thread_not_found',
  },
  {
    name: 'an update by channel name',
    method: 'chat.update',
    args: { channel: 'alerts', ts: '1.000001', text: 'x' },
    error: 'channel_not_found',
  },
  {
    name: 'an update of nothing',
    method: 'chat.update',
    args: { channel: CHANNEL, ts: '1.000001', text: 'x' },
    error: 'message_not_found',
  },
  { name: 'a deletion of nothing', method: 'chat.delete', args: { channel: CHANNEL, ts: 'soon' }, error: 'message_not_found' },
  { name: 'a history of nowhere', method: 'conversations.history', args: { channel: 'CNONE' }, error: 'channel_not_found' },
  {
    name: 'a limit that is no number',
    method: 'conversations.history',
    args: { channel: CHANNEL, limit: 'all' },
    error: 'invalid_arguments',
  },
  {
    name: 'a bound that is no time',
    method: 'conversations.history',
    args: { channel: CHANNEL, oldest: 'NaN' },
    error: 'invalid_ts_oldest',
  },
  {
    name: 'a cursor that was never given',
    method: 'conversations.history',
    args: { channel: CHANNEL, cursor: 'eA==' },
    error: 'invalid_cursor',
  },
  { name: 'no such user', method: 'users.info', args: { user: 'UNOBODY' }, error: 'user_not_found' },
  { name: 'no such method', method: 'chat.shout', args: {}, error: 'unknown_method' },
])('$name → $error', async ({ method, args, error }) => {
  const client = clientOf(await testSlack())
  expect(await refusal(client.apiCall(method, args))).toMatchObject({ ok: false, error })
})

test('a call needs the token', async () => {
  const slack = await testSlack()
  expect(await refusal(clientOf(slack, '').auth.test())).toMatchObject({ error: 'not_authed' })
  expect(await refusal(clientOf(slack, 'xoxb-other').auth.test())).toMatchObject({ error: 'invalid_auth' })
})
