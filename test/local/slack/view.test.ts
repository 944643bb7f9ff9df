import { beforeEach, describe, expect, test } from 'vitest'
import { CHANNEL, clientOf, input, modal, option, payloadOf, plain, refusal, testMessage, testModal, testSlack } from './stand-in.ts'

const NOW = 1_700_000_000_500
const long = (length: number) => 'x'.repeat(length)

describe('a trigger', () => {
  let now = NOW
  beforeEach(() => {
    now = NOW
  })

  async function triggered() {
    const { slack, app, client, ts } = await testMessage(200, { clock: () => now })
    await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
    const trigger_id: string = payloadOf(app.received[0]).trigger_id
    return { slack, trigger_id, open: (view: object = modal()) => client.apiCall('views.open', { trigger_id, view }) }
  }

  test('opens one modal, for the one who pressed', async () => {
    const { slack, open } = await triggered()
    await open()
    expect(slack.views('UADA')).toMatchObject([{ callback_id: 'delete' }])
    expect(slack.views('UBOB')).toEqual([])
    expect(await refusal(open())).toMatchObject({ error: 'exchanged_trigger_id' })
  })

  test('is good for three seconds', async () => {
    const { open } = await triggered()
    now = NOW + 2999
    await open()
    const late = await triggered()
    now += 3000
    expect(await refusal(late.open())).toMatchObject({ error: 'expired_trigger_id' })
    expect(late.slack.views('UADA')).toEqual([])
  })

  test('is not used up by a view that is refused', async () => {
    const { slack, open } = await triggered()
    expect(await refusal(open(modal({ title: plain(long(25)) })))).toMatchObject({ error: 'invalid_arguments' })
    await open()
    expect(slack.views('UADA')).toHaveLength(1)
  })

  test.each(['', 'x', '1700000000500.1.abc'])('that was never given (%j) is none', async (trigger_id) => {
    const client = clientOf(await testSlack())
    expect(await refusal(client.apiCall('views.open', { trigger_id, view: modal() }))).toMatchObject({ error: 'invalid_trigger_id' })
  })
})

describe('an open modal', () => {
  test('is answered as Slack answers it, with ids where it had none', async () => {
    const { client, slack, ts, last } = await testModal()
    await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
    const view = modal({ blocks: [{ type: 'divider' }, input('reason', { type: 'plain_text_input', initial_value: 'so' })] })
    const answer = await client.views.open({ trigger_id: last().trigger_id, view: view as never })
    expect(answer).toMatchObject({
      ok: true,
      view: {
        id: expect.stringMatching(/^V[0-9A-F]{16}$/),
        hash: expect.stringMatching(/^\d+\.[0-9a-f]{8}$/),
        type: 'modal',
        team_id: 'T1',
        app_id: 'A1',
        bot_id: 'BBOT',
        callback_id: 'delete',
        private_metadata: 'nonce-1',
        external_id: '',
        title: plain('Delete the pod'),
        close: null,
        previous_view_id: null,
        state: { values: { reason: { field: { type: 'plain_text_input', value: 'so' } } } },
        blocks: [{ type: 'divider', block_id: expect.any(String) }, { block_id: 'reason' }],
      },
    })
    expect(answer.view?.root_view_id).toBe(answer.view?.id)
  })

  test('is updated under a new hash, unless it changed meanwhile', async () => {
    const { client, slack, viewId } = await testModal()
    const hash = slack.views('UADA')[0]?.hash
    const change = (args: object) => client.apiCall('views.update', { view_id: viewId, view: modal({ title: plain('Done') }), ...args })
    expect(await change({ hash })).toMatchObject({ ok: true, view: { id: viewId, title: { text: 'Done' } } })
    expect(slack.views('UADA')).toMatchObject([{ id: viewId, title: { text: 'Done' } }])
    expect(slack.views('UADA')[0]?.hash).not.toBe(hash)
    expect(await refusal(change({ hash }))).toMatchObject({ error: 'hash_conflict' })
    await change({})
    await slack.dismiss({ user: 'UADA', viewId })
    expect(await refusal(change({}))).toMatchObject({ error: 'not_found' })
  })

  test('is found by its external id, of which there is one', async () => {
    const { client, slack, ts, last } = await testModal(modal({ external_id: 'incident-1' }))
    await client.apiCall('views.update', { external_id: 'incident-1', view: modal({ external_id: 'incident-1', submit: plain('Go') }) })
    expect(slack.views('UADA')).toMatchObject([{ submit: { text: 'Go' } }])
    await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
    const again = client.apiCall('views.open', { trigger_id: last().trigger_id, view: modal({ external_id: 'incident-1' }) })
    expect(await refusal(again)).toMatchObject({ error: 'duplicate_external_id' })
  })

  test('takes two more on top of it, which close back to it', async () => {
    const actions = { type: 'actions', block_id: 'more', elements: [{ type: 'button', action_id: 'next', text: plain('Next') }] }
    const { client, slack, last } = await testModal(modal({ blocks: [actions] }))
    const push = async (title: string) => {
      await slack.pressInView({ user: 'UADA', viewId: slack.views('UADA').at(-1)?.id ?? '', actionId: 'next' })
      return client.apiCall('views.push', { trigger_id: last().trigger_id, view: modal({ title: plain(title), blocks: [actions] }) })
    }
    await push('Second')
    await push('Third')
    expect(slack.views('UADA').map(({ title }) => title.text)).toEqual(['Delete the pod', 'Second', 'Third'])
    const [root, second, third] = slack.views('UADA')
    expect([third?.previous_view_id, third?.root_view_id]).toEqual([second?.id, root?.id])
    expect(await refusal(push('Fourth'))).toMatchObject({ error: 'push_limit_reached' })
    await slack.dismiss({ user: 'UADA', viewId: third?.id ?? '' })
    expect(slack.views('UADA')).toHaveLength(2)
    await expect(slack.dismiss({ user: 'UADA', viewId: root?.id ?? '' })).rejects.toMatchObject({ code: 'invalid_input' })
    await slack.dismiss({ user: 'UADA', viewId: second?.id ?? '', all: true })
    expect(slack.views('UADA')).toEqual([])
  })

  test('cannot be pushed onto by a press on a message', async () => {
    const { client, slack, ts, last } = await testModal()
    await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
    expect(await refusal(client.apiCall('views.push', { trigger_id: last().trigger_id, view: modal() }))).toMatchObject({
      error: 'not_found',
    })
  })

  test('tells what is pressed and chosen in it, with what was put in so far', async () => {
    const pick = { type: 'static_select', action_id: 'pick', options: [option('1h'), option('8h')] }
    const blocks = [
      { type: 'section', block_id: 'how', text: plain('How long?'), accessory: pick },
      input('reason', { type: 'plain_text_input' }),
    ]
    const { slack, viewId, last } = await testModal(modal({ blocks }))
    const values = { reason: { field: 'noise' } }
    await slack.pressInView({ user: 'UADA', viewId, actionId: 'pick', value: '8h', values })
    expect(last()).toMatchObject({
      type: 'block_actions',
      container: { type: 'view', view_id: viewId },
      view: {
        id: viewId,
        private_metadata: 'nonce-1',
        state: { values: { how: { pick: { selected_option: { value: '8h' } } }, reason: { field: { value: 'noise' } } } },
      },
      actions: [{ type: 'static_select', action_id: 'pick', block_id: 'how', selected_option: option('8h') }],
    })
    for (const key of ['message', 'response_url', 'channel']) expect(last()).not.toHaveProperty(key)
    const others = slack.pressInView({ user: 'UBOB', viewId, actionId: 'pick', value: '8h' })
    await expect(others).rejects.toMatchObject({ code: 'invalid_input' })
  })

  test.each([
    { name: 'a field of another form', values: { others: { field: 'x' } } },
    { name: 'an option that is not offered', values: { how: { pick: '9h' } } },
    { name: 'a list for a text', values: { reason: { field: ['x'] } } },
  ])('takes no $name', async ({ values }) => {
    const pick = { type: 'static_select', action_id: 'pick', options: [option('8h')] }
    const blocks = [{ type: 'section', block_id: 'how', text: plain('?'), accessory: pick }, input('reason', { type: 'plain_text_input' })]
    const { slack, viewId } = await testModal(modal({ blocks }))
    await expect(slack.pressInView({ user: 'UADA', viewId, actionId: 'pick', value: '8h', values })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })
})

describe('a view past its limits is refused with where', () => {
  test.each([
    { change: { title: plain(long(25)) }, problem: 'must be less than 25 characters [json-pointer:/view/title/text]' },
    { change: { title: undefined }, problem: 'missing required field: title [json-pointer:/view]' },
    { change: { submit: plain(long(25)) }, problem: 'must be less than 25 characters [json-pointer:/view/submit/text]' },
    { change: { close: plain(long(25)) }, problem: 'must be less than 25 characters [json-pointer:/view/close/text]' },
    { change: { private_metadata: long(3001) }, problem: 'must be less than 3001 characters [json-pointer:/view/private_metadata]' },
    { change: { callback_id: long(256) }, problem: 'must be less than 256 characters [json-pointer:/view/callback_id]' },
    { change: { submit: undefined }, problem: 'missing required field: submit [json-pointer:/view]' },
    { change: { colour: 'red' }, problem: 'invalid additional property: colour [json-pointer:/view]' },
    { change: { type: 'home' }, problem: 'must be a valid value [json-pointer:/view/type]' },
    {
      change: { blocks: Array.from({ length: 101 }, () => ({ type: 'divider' })) },
      problem: 'no more than 100 items allowed [json-pointer:/view/blocks]',
    },
    {
      change: { blocks: [input('a', { type: 'plain_text_input', max_length: 3001 })] },
      problem: 'must be at most 3000 [json-pointer:/view/blocks/0/element/max_length]',
    },
    {
      change: { blocks: [input('a', { type: 'plain_text_input', min_length: 5, max_length: 4 })] },
      problem: 'must be no less than min_length [json-pointer:/view/blocks/0/element/max_length]',
    },
    {
      change: { blocks: [input('a', { type: 'button', text: plain('x') })] },
      problem: 'unsupported type: button [json-pointer:/view/blocks/0/element/type]',
    },
    {
      change: { blocks: [input('a', { type: 'plain_text_input' }, { label: plain(long(2001)) })] },
      problem: 'must be less than 2001 characters [json-pointer:/view/blocks/0/label/text]',
    },
    {
      change: { blocks: [input('a', { type: 'plain_text_input' }), input('a', { type: 'plain_text_input' })] },
      problem: '`block_id` "a" already exists [json-pointer:/view/blocks]',
    },
  ])('$problem', async ({ change, problem }) => {
    const client = clientOf(await testSlack())
    const refused = await refusal(client.apiCall('views.open', { trigger_id: 'x', view: modal(change) }))
    expect(refused).toMatchObject({ error: 'invalid_arguments', response_metadata: { messages: [`[ERROR] ${problem}`] } })
  })

  test('one of more than 250 kB is too large', async () => {
    const client = clientOf(await testSlack())
    const blocks = Array.from({ length: 90 }, () => ({ type: 'section', text: plain(long(2900)) }))
    expect(await refusal(client.apiCall('views.open', { trigger_id: 'x', view: modal({ blocks }) }))).toMatchObject({
      error: 'view_too_large',
    })
  })

  test.each(['views.open', 'views.update', 'views.push'])('%s needs a view', async (method) => {
    const client = clientOf(await testSlack())
    for (const view of [undefined, '{"type":', []]) {
      expect(await refusal(client.apiCall(method, { trigger_id: 'x', view }))).toMatchObject({ error: 'invalid_arguments' })
    }
  })

  test('a message takes no fields', async () => {
    const client = clientOf(await testSlack())
    const blocks = [input('reason', { type: 'plain_text_input' })]
    expect(await refusal(client.apiCall('chat.postMessage', { channel: CHANNEL, blocks }))).toMatchObject({
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] unsupported type: input [json-pointer:/blocks/0/type]'] },
    })
  })
})

test('calls of views.* can be disturbed as others', async () => {
  const { slack, app, ts } = await testMessage()
  await slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'go' })
  const trigger_id: string = payloadOf(app.received[0]).trigger_id
  const disturbed = await testSlack({ onCall: (method) => (method === 'views.open' ? { status: 503 } : undefined) })
  await expect(clientOf(disturbed).apiCall('views.open', { trigger_id, view: modal() })).rejects.toMatchObject({
    code: 'slack_webapi_http_error',
  })
})
