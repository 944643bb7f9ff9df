import { describe, expect, test } from 'vitest'
import { readForm } from '../../../lib/slack/form.ts'
import { readInteraction } from '../../../lib/slack/press.ts'
import { EchoedMessage, withoutButtons } from '../../../lib/slack/pressed-message.ts'
import { pressBody, pressPayload } from '../../support/signed-press.ts'

const NONCE = 'n'.repeat(32)

describe('a form', () => {
  test('holds an interaction or a command', () => {
    expect(readForm(pressBody({ value: NONCE }), 'application/x-www-form-urlencoded')).toMatchObject({ kind: 'interaction' })
    expect(readForm('command=%2Fcreance&text=x', undefined)).toEqual({ kind: 'command', fields: { command: '/creance', text: 'x' } })
  })

  test.each([
    ['JSON', '{"type":"block_actions"}', 'application/json'],
    ['a form that is said to be JSON', 'payload=%7B%7D', 'application/json; charset=utf-8'],
    ['several parts', 'payload=%7B%7D', 'multipart/form-data; boundary=x'],
    ['neither payload nor command', 'x=1', undefined],
    ['a payload that is no JSON', 'payload=x', undefined],
    ['nothing', '', undefined],
  ])('of %s is invalid input', (_name, body, contentType) => {
    expect(() => readForm(body, contentType)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
  })
})

describe('a press', () => {
  test.each([
    ['creance.isolate', 'isolate'],
    ['creance.isolate.2', 'isolate'],
    ['creance.not_a_threat', 'not_a_threat'],
    ['creance.', undefined],
    ['other.isolate', undefined],
    ['creance.isolate.delete', undefined],
    ['creance.__proto__', '__proto__'],
  ])('on %s is one on %s', (actionId, action) => {
    expect(readInteraction(pressPayload({ value: NONCE, action: actionId.replace(/^creance\./, '') }))).toMatchObject({
      ...(actionId.startsWith('creance.') ? { action } : {}),
    })
  })

  test.each([
    [`${NONCE}:8h`, { nonce: NONCE, choice: '8h' }],
    [`${NONCE}`, { nonce: '', choice: NONCE }],
    ['a:b:1h', { nonce: 'a:b', choice: '1h' }],
    ['', { nonce: '', choice: '' }],
  ])('on the entry %j of a menu is %o', (value, expected) => {
    const actions = [{ type: 'static_select', action_id: 'creance.silence', action_ts: '1.0', selected_option: { value } }]
    expect(readInteraction({ ...pressPayload({ value: NONCE }), actions })).toMatchObject({ kind: 'press', ...expected })
  })

  test.each([
    ['an address opened', { ...pressPayload({ value: 'x', action: 'open' }) }],
    ['a press within a dialog', { ...pressPayload({ value: 'x' }), view: { id: 'V1' } }],
    ['a dialog closed', { type: 'view_closed' }],
    ['a shortcut', { type: 'shortcut' }],
  ])('%s needs no answer', (_name, payload) => {
    expect(readInteraction(payload)).toEqual({ kind: 'ignored' })
  })

  test('with keys of the prototype is read as without', () => {
    const payload: unknown = JSON.parse(
      JSON.stringify(pressPayload({ value: NONCE })).replace('{', '{"__proto__":{"user":{"id":"U0BOB"}},"constructor":1,'),
    )
    expect(readInteraction(payload)).toMatchObject({ kind: 'press', user: { id: 'U0ALICE' } })
  })

  test('whose message is of a shape that is not known is read without it', () => {
    expect(readInteraction({ ...pressPayload({ value: NONCE }), message: { blocks: 'x' } })).toMatchObject({
      kind: 'press',
      message: undefined,
    })
  })
})

describe('the message without its buttons', () => {
  const section = { type: 'section', text: { type: 'mrkdwn', text: 'x &amp; y' } }
  const message = EchoedMessage.parse({
    text: '',
    ts: '1.2',
    attachments: [
      {
        id: 1,
        color: 'c62828',
        fallback: 'High: x',
        blocks: [section, { type: 'actions', elements: [] }, { ...section, accessory: { type: 'button' } }],
      },
    ],
  })

  test('has the rest as it was, and who pressed', () => {
    expect(withoutButtons(message, '⏳ Isolate: pressed by <@U0ALICE>')).toEqual({
      text: 'High: x',
      color: '#c62828',
      blocks: [section, section, { type: 'section', text: { type: 'mrkdwn', text: '⏳ Isolate: pressed by <@U0ALICE>', verbatim: true } }],
    })
  })

  test('is none where only buttons were', () => {
    expect(withoutButtons(EchoedMessage.parse({ blocks: [{ type: 'actions' }] }), 'x')).toBeUndefined()
  })

  test('has no more blocks than Slack takes', () => {
    const many = EchoedMessage.parse({ blocks: Array.from({ length: 50 }, () => section) })
    expect(withoutButtons(many, 'x')?.blocks).toHaveLength(50)
  })
})
