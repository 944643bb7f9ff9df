import { describe, expect, test } from 'vitest'
import { verifySignature } from '../../../lib/slack/signature.ts'
import { type Interaction, input, modal, option, plain, SECRET, testModal } from './stand-in.ts'

const pick = { type: 'static_select', options: [option('1h'), option('8h')] }
const titles = (views: readonly { title: { text: string } }[]) => views.map(({ title }) => title.text)

describe('a submission', () => {
  test('is signed, and carries what Slack carries', async () => {
    const { slack, app, viewId, last } = await testModal()
    expect(await slack.submit({ user: 'UADA', viewId, values: { reason: { field: 'it mines' } } })).toEqual({
      status: 200,
      body: '',
      errors: {},
    })
    const { headers, body, path } = app.received.at(-1) as Interaction
    expect(path).toBe('/slack/interactions')
    const signed = {
      rawBody: body,
      timestamp: String(headers['x-slack-request-timestamp']),
      signature: String(headers['x-slack-signature']),
    }
    expect(verifySignature(signed, SECRET, Date.now())).toBe('genuine')
    expect(last()).toMatchObject({
      type: 'view_submission',
      user: { id: 'UADA', username: 'ada', name: 'ada', team_id: 'T1' },
      team: { id: 'T1', domain: 'acme' },
      api_app_id: 'A1',
      enterprise: null,
      is_enterprise_install: false,
      response_urls: [],
      trigger_id: expect.stringMatching(/^\d+\.\d+\.[0-9a-f]{32}$/),
      view: {
        id: viewId,
        hash: expect.any(String),
        callback_id: 'delete',
        private_metadata: 'nonce-1',
        state: { values: { reason: { field: { type: 'plain_text_input', value: 'it mines' } } } },
      },
    })
    expect(slack.views('UADA')).toEqual([])
  })

  test('tells every field in its own way: what was put in, what it began with, or nothing', async () => {
    const boxes = { type: 'checkboxes', options: [option('a'), option('b')] }
    const blocks = [
      input('chosen', pick),
      input('kept', { ...pick, initial_option: option('1h') }),
      input('none', { type: 'radio_buttons', options: [option('x')] }, { optional: true }),
      input('ticked', { ...boxes, initial_options: [option('b')] }),
      input('unticked', { ...boxes, initial_options: [option('b')] }, { optional: true }),
      input('emptied', { type: 'plain_text_input', initial_value: 'x' }, { optional: true }),
      { type: 'section', block_id: 'beside', text: plain('?'), accessory: { ...pick, action_id: 'pick' } },
    ]
    const { slack, viewId, last } = await testModal(modal({ blocks }))
    const values = { chosen: { field: '8h' }, unticked: { field: [] }, emptied: { field: null } }
    await slack.submit({ user: 'UADA', viewId, values })
    expect(last().view.state.values).toEqual({
      chosen: { field: { type: 'static_select', selected_option: option('8h') } },
      kept: { field: { type: 'static_select', selected_option: option('1h') } },
      none: { field: { type: 'radio_buttons', selected_option: null } },
      ticked: { field: { type: 'checkboxes', selected_options: [option('b')] } },
      unticked: { field: { type: 'checkboxes', selected_options: [] } },
      emptied: { field: { type: 'plain_text_input', value: null } },
      beside: { pick: { type: 'static_select', selected_option: null } },
    })
  })

  test.each([
    {
      name: 'nothing in a field that must be filled',
      element: { type: 'plain_text_input' },
      value: '',
      why: 'Please complete this required field.',
    },
    { name: 'nothing chosen', element: pick, value: null, why: 'Please complete this required field.' },
    { name: 'too little', element: { type: 'plain_text_input', min_length: 3 }, value: 'ab', why: 'Please enter at least 3 characters.' },
    {
      name: 'too much',
      element: { type: 'plain_text_input', max_length: 3 },
      value: 'abcd',
      why: 'Please enter no more than 3 characters.',
    },
    { name: 'an option that is not offered', element: pick, value: '9h', why: 'no such field' },
  ])('with $name is not sent', async ({ element, value, why }) => {
    const { slack, app, viewId } = await testModal(modal({ blocks: [input('reason', element)] }))
    const submission = slack.submit({ user: 'UADA', viewId, values: { reason: { field: value } } })
    await expect(submission).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining(why) })
    expect(app.received).toHaveLength(1)
    expect(slack.views('UADA')).toHaveLength(1)
  })

  test('comes only from the one who sees the modal', async () => {
    const { slack, app, viewId } = await testModal()
    for (const who of [
      { user: 'UBOB', viewId },
      { user: 'UNOBODY', viewId },
      { user: 'UADA', viewId: 'VOTHER' },
    ]) {
      await expect(slack.submit({ ...who, values: { reason: { field: 'x' } } })).rejects.toMatchObject({ code: 'invalid_input' })
    }
    expect(app.received).toHaveLength(1)
  })
})

describe('the answer to a submission', () => {
  const second = modal({ title: plain('Second') })
  test.each([
    { name: 'nothing: the modal closes', answer: () => ({}), left: [], errors: {} },
    { name: 'clear', answer: () => ({ json: { response_action: 'clear' } }), left: [], errors: {} },
    { name: 'update', answer: () => ({ json: { response_action: 'update', view: second } }), left: ['Second'], errors: {} },
    { name: 'push', answer: () => ({ json: { response_action: 'push', view: second } }), left: ['Delete the pod', 'Second'], errors: {} },
    {
      name: 'errors at a field',
      answer: () => ({ json: { response_action: 'errors', errors: { reason: 'Too short.' } } }),
      left: ['Delete the pod'],
      errors: { reason: 'Too short.' },
    },
    {
      name: 'errors at a field that is not there',
      answer: () => ({ json: { response_action: 'errors', errors: { others: 'x' } } }),
      left: ['Delete the pod'],
      errors: {},
    },
    {
      name: 'a view past its limits',
      answer: () => ({ json: { response_action: 'update', view: modal({ title: plain('x'.repeat(25)) }) } }),
      left: ['Delete the pod'],
      errors: {},
    },
    { name: 'an action that there is not', answer: () => ({ json: { response_action: 'explode' } }), left: ['Delete the pod'], errors: {} },
    { name: 'text', answer: () => ({ text: '{"response_action":"clear"}' }), left: ['Delete the pod'], errors: {} },
    { name: 'status 500', answer: 500, left: ['Delete the pod'], errors: {} },
    { name: 'nothing in three seconds', answer: 'never' as const, left: ['Delete the pod'], errors: {} },
  ])('$name → $left', async ({ answer, left, errors }) => {
    const { slack, viewId } = await testModal(modal(), answer)
    expect((await slack.submit({ user: 'UADA', viewId, values: { reason: { field: 'x' } } })).errors).toEqual(errors)
    expect(titles(slack.views('UADA'))).toEqual(left)
  })

  test('may be followed within three seconds by another modal', async () => {
    const { slack, client, viewId, last } = await testModal()
    await slack.submit({ user: 'UADA', viewId, values: { reason: { field: 'x' } } })
    await client.views.open({ trigger_id: last().trigger_id, view: second as never })
    expect(titles(slack.views('UADA'))).toEqual(['Second'])
  })

  test('changes nothing that was closed meanwhile', async () => {
    let close = async () => {}
    const { slack, viewId } = await testModal(modal(), async () => {
      await close()
      return { json: { response_action: 'update', view: second } }
    })
    close = () => slack.dismiss({ user: 'UADA', viewId })
    await slack.submit({ user: 'UADA', viewId, values: { reason: { field: 'x' } } })
    expect(slack.views('UADA')).toEqual([])
  })
})

describe('a modal that is turned away', () => {
  test('is told of where the app asked for it', async () => {
    const { slack, viewId, last } = await testModal(modal({ notify_on_close: true }))
    await slack.dismiss({ user: 'UADA', viewId })
    expect(last()).toMatchObject({
      type: 'view_closed',
      user: { id: 'UADA' },
      team: { id: 'T1' },
      api_app_id: 'A1',
      is_cleared: false,
      view: { id: viewId, callback_id: 'delete', private_metadata: 'nonce-1' },
    })
  })

  test('is not told of elsewhere', async () => {
    const { slack, app, viewId } = await testModal()
    await slack.dismiss({ user: 'UADA', viewId })
    expect(app.received).toHaveLength(1)
    expect(slack.views('UADA')).toEqual([])
  })

  test('takes those below it along where it says so', async () => {
    const second = modal({ clear_on_close: true, notify_on_close: true, title: plain('Second') })
    const { slack, viewId, last } = await testModal(modal(), () => ({ json: { response_action: 'push', view: second } }))
    await slack.submit({ user: 'UADA', viewId, values: { reason: { field: 'x' } } })
    await slack.dismiss({ user: 'UADA', viewId: slack.views('UADA').at(-1)?.id ?? '' })
    expect(slack.views('UADA')).toEqual([])
    expect(last()).toMatchObject({ type: 'view_closed', is_cleared: true, view: { title: { text: 'Second' } } })
  })
})
