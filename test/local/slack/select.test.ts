import { describe, expect, test } from 'vitest'
import { actions, CHANNEL, clientOf, option, payloadOf, plain, select, testApp, testSlack } from './stand-in.ts'

const SILENCE = select('silence', ['1h', '8h', 'rule'], { placeholder: plain('Silence…') })
const MORE = { type: 'overflow', action_id: 'more', options: [option('copy'), option('docs', { url: 'https://a.example/' })] }
const HOW = { type: 'radio_buttons', action_id: 'how', options: [option('x'), option('y')], initial_option: option('y') }
const WHAT = { type: 'checkboxes', action_id: 'what', options: [option('a'), option('b')] }

async function withChoices() {
  const app = await testApp()
  const slack = await testSlack({ interactionsUrl: app.url })
  const blocks = [actions(SILENCE, MORE, HOW, WHAT)]
  const { ts = '' } = (await clientOf(slack).apiCall('chat.postMessage', { channel: CHANNEL, text: 'x', attachments: [{ blocks }] })) as {
    ts?: string
  }
  const choose = (actionId: string, value: string | string[]) => slack.select({ user: 'UADA', channel: CHANNEL, ts, actionId, value })
  return { app, slack, ts, choose, last: () => payloadOf(app.received.at(-1)) }
}

describe('a choice', () => {
  test.each([
    { id: 'silence', value: '8h', action: { type: 'static_select', selected_option: option('8h'), placeholder: plain('Silence…') } },
    { id: 'more', value: 'docs', action: { type: 'overflow', selected_option: option('docs', { url: 'https://a.example/' }) } },
    { id: 'how', value: 'x', action: { type: 'radio_buttons', selected_option: option('x') } },
    { id: 'what', value: ['b'], action: { type: 'checkboxes', selected_options: [option('b')] } },
    { id: 'what', value: [], action: { type: 'checkboxes', selected_options: [] } },
  ])('in $action.type arrives as Slack sends it', async ({ id, value, action }) => {
    const { choose, last } = await withChoices()
    expect(await choose(id, value)).toEqual({ status: 200, body: 'seen' })
    const common = { action_id: id, block_id: 'buttons', action_ts: expect.stringMatching(/^\d+\.\d{6}$/) }
    expect(last().actions).toEqual([{ ...common, ...action }])
    expect(last()).toMatchObject({ type: 'block_actions', response_url: expect.any(String), container: { attachment_id: 1 } })
  })

  test('comes with the state of all that hold one', async () => {
    const { choose, last } = await withChoices()
    await choose('silence', '1h')
    expect(last().state.values.buttons).toEqual({
      silence: { type: 'static_select', selected_option: option('1h') },
      how: { type: 'radio_buttons', selected_option: option('y') },
      what: { type: 'checkboxes', selected_options: [] },
    })
  })

  test.each([
    { name: 'what is not offered', id: 'silence', value: '2h' },
    { name: 'two where there is one', id: 'silence', value: ['1h', '8h'] },
    { name: 'what is not there', id: 'absent', value: '1h' },
    { name: 'one of several that is not offered', id: 'what', value: ['a', 'c'] },
  ])('of $name is refused, and nothing is sent', async ({ id, value }) => {
    const { choose, app } = await withChoices()
    await expect(choose(id, value)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(app.received).toEqual([])
  })

  test('must be made: a menu cannot be pressed', async () => {
    const { slack, ts } = await withChoices()
    const press = slack.press({ user: 'UADA', channel: CHANNEL, ts, actionId: 'silence' })
    await expect(press).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
