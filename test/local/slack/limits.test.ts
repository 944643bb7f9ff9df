import { describe, expect, test } from 'vitest'
import { checkBlocks } from '../../../local/slack/limits.ts'
import { actions, button, mrkdwn, option, plain, select } from './stand-in.ts'

const long = (length: number) => 'x'.repeat(length)
const list = <T>(length: number, item: T) => Array.from({ length }, () => item)
const confirm = (parts: object) => ({ text: mrkdwn('sure?'), ...parts })

describe('at the limit', () => {
  test.each([
    { name: '50 blocks', blocks: list(50, { type: 'divider' }) },
    { name: 'section text of 3000', blocks: [{ type: 'section', text: mrkdwn(long(3000)) }] },
    { name: '10 fields of 2000', blocks: [{ type: 'section', fields: list(10, mrkdwn(long(2000))) }] },
    { name: 'header of 150', blocks: [{ type: 'header', text: plain(long(150)) }] },
    { name: '10 context elements', blocks: [{ type: 'context', elements: list(10, mrkdwn('x')) }] },
    { name: '25 buttons', blocks: [actions(...list(25, 0).map((_, index) => button(`b${index}`)))] },
    {
      name: 'button text of 75, value of 2000, id of 255',
      blocks: [actions(button(long(255), { text: plain(long(75)), value: long(2000) }))],
    },
    {
      name: 'confirm at its limits',
      blocks: [
        actions(
          button('b', {
            confirm: confirm({ title: plain(long(100)), text: mrkdwn(long(300)), confirm: plain(long(30)), deny: plain(long(30)) }),
          }),
        ),
      ],
    },
    {
      name: 'a select of 100 options at their limits',
      blocks: [
        actions(
          select('s', [], {
            options: list(100, option('v', { text: plain(long(75)), value: long(150), description: plain(long(75)) })),
            placeholder: plain(long(150)),
          }),
        ),
      ],
    },
    {
      name: 'a select in groups, with one selected, beside a section',
      blocks: [
        {
          type: 'section',
          text: mrkdwn('x'),
          accessory: {
            type: 'static_select',
            option_groups: [{ label: plain(long(75)), options: [option('a')] }],
            initial_option: option('a'),
          },
        },
      ],
    },
    {
      name: 'an overflow menu of 5',
      blocks: [actions({ type: 'overflow', options: list(5, option('a', { url: 'https://a.example/' })) })],
    },
    {
      name: '10 radio buttons and 10 checkboxes, in mrkdwn',
      blocks: [
        actions(
          { type: 'radio_buttons', options: list(10, option('a', { text: mrkdwn('*a*') })) },
          { type: 'checkboxes', options: list(10, option('a')), initial_options: [option('a')] },
        ),
      ],
    },
    {
      name: 'rich text of every kind',
      blocks: [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                { type: 'text', text: 'a', style: { bold: true, code: true } },
                { type: 'link', url: 'https://a.example/', text: 'b' },
                { type: 'user', user_id: 'U1' },
                { type: 'emoji', name: 'x' },
                { type: 'date', timestamp: 1, format: '{date}', fallback: 'then' },
              ],
            },
            { type: 'rich_text_preformatted', elements: [{ type: 'text', text: long(12_000) }], border: 0 },
            { type: 'rich_text_list', style: 'bullet', elements: [{ type: 'rich_text_section', elements: [] }] },
            { type: 'rich_text_quote', elements: [{ type: 'broadcast', range: 'here' }] },
          ],
        },
      ],
    },
    { name: 'the same action id in two blocks', blocks: [actions(button('b')), { ...actions(button('b')), block_id: 'others' }] },
  ])('$name fits', ({ blocks }) => {
    expect(checkBlocks(blocks, '/blocks')).toEqual({ blocks })
  })
})

describe('past the limit', () => {
  test.each([
    { blocks: list(51, { type: 'divider' }), problem: 'no more than 50 items allowed [json-pointer:/blocks]' },
    {
      blocks: [{ type: 'section', text: mrkdwn(long(3001)) }],
      problem: 'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    },
    {
      blocks: [{ type: 'section', fields: list(11, mrkdwn('x')) }],
      problem: 'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    },
    {
      blocks: [{ type: 'section', fields: [mrkdwn(long(2001))] }],
      problem: 'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    },
    {
      blocks: [{ type: 'header', text: plain(long(151)) }],
      problem: 'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    },
    {
      blocks: [{ type: 'context', elements: list(11, mrkdwn('x')) }],
      problem: 'no more than 10 items allowed [json-pointer:/blocks/0/elements]',
    },
    {
      blocks: [actions(...list(26, 0).map((_, index) => button(`b${index}`)))],
      problem: 'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    },
    {
      blocks: [actions(button('b', { text: plain(long(76)) }))],
      problem: 'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    },
    {
      blocks: [actions(button('b', { value: long(2001) }))],
      problem: 'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    },
    {
      blocks: [actions(button(long(256), { text: plain('Go') }))],
      problem: 'must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]',
    },
    { blocks: [{ type: 'divider', block_id: long(256) }], problem: 'must be less than 256 characters [json-pointer:/blocks/0/block_id]' },
    {
      blocks: [actions(button('b', { confirm: confirm({ title: plain(long(101)) }) }))],
      problem: 'must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]',
    },
    {
      blocks: [actions(button('b', { confirm: confirm({ text: mrkdwn(long(301)) }) }))],
      problem: 'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
    },
    {
      blocks: [actions(button('b', { confirm: confirm({ deny: plain(long(31)) }) }))],
      problem: 'must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/deny/text]',
    },
    {
      blocks: [actions(select('s', [], { options: list(101, option('v')) }))],
      problem: 'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
    },
    {
      blocks: [actions(select('s', [], { options: [option('v', { text: plain(long(76)) })] }))],
      problem: 'must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]',
    },
    {
      blocks: [actions(select('s', [long(151)], { options: [option('v', { value: long(151) })] }))],
      problem: 'must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]',
    },
    {
      blocks: [actions(select('s', ['a'], { placeholder: plain(long(151)) }))],
      problem: 'must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]',
    },
    {
      blocks: [actions({ type: 'overflow', options: list(6, option('a')) })],
      problem: 'no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]',
    },
    {
      blocks: [actions({ type: 'radio_buttons', options: list(11, option('a')) })],
      problem: 'no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]',
    },
  ])('$problem', ({ blocks, problem }) => {
    expect(checkBlocks(blocks, '/blocks')).toEqual({ problems: [problem] })
  })
})

describe('out of shape', () => {
  test.each([
    { blocks: [{ type: 'hologram' }], problem: 'unsupported type: hologram [json-pointer:/blocks/0/type]' },
    { blocks: [{ text: 'x' }], problem: 'missing required field: type [json-pointer:/blocks/0]' },
    { blocks: ['x'], problem: 'must provide an object [json-pointer:/blocks/0]' },
    { blocks: [{ type: 'section' }], problem: 'missing required field: text or fields [json-pointer:/blocks/0]' },
    { blocks: [{ type: 'section', text: mrkdwn('') }], problem: 'must be more than 0 characters [json-pointer:/blocks/0/text/text]' },
    { blocks: [{ type: 'section', text: 'x' }], problem: 'must provide an object [json-pointer:/blocks/0/text]' },
    { blocks: [{ type: 'header', text: mrkdwn('x') }], problem: 'must be a valid value [json-pointer:/blocks/0/text/type]' },
    { blocks: [actions()], problem: 'no less than 1 items allowed [json-pointer:/blocks/0/elements]' },
    {
      blocks: [{ type: 'section', text: { ...mrkdwn('x'), emoji: true } }],
      problem: 'invalid additional property: emoji [json-pointer:/blocks/0/text]',
    },
    { blocks: [actions(button('b', { style: 'loud' }))], problem: 'must be a valid value [json-pointer:/blocks/0/elements/0/style]' },
    {
      blocks: [actions(button('b', { url: 'javascript:alert(1)' }))],
      problem: 'must be a valid value [json-pointer:/blocks/0/elements/0/url]',
    },
    { blocks: [actions(button('b'), button('b'))], problem: '`action_id` "b" already exists [json-pointer:/blocks/0/elements]' },
    { blocks: list(2, { type: 'divider', block_id: 'd' }), problem: '`block_id` "d" already exists [json-pointer:/blocks]' },
    { blocks: [actions(select('s', []))], problem: 'no less than 1 items allowed [json-pointer:/blocks/0/elements/0/options]' },
    {
      blocks: [actions({ type: 'static_select' })],
      problem: 'must provide either options or option_groups [json-pointer:/blocks/0/elements/0]',
    },
    {
      blocks: [actions(select('s', ['a'], { initial_option: option('b') }))],
      problem: 'must be one of the options [json-pointer:/blocks/0/elements/0/initial_option]',
    },
    {
      blocks: [actions(select('s', ['a'], { options: [option('a', { url: 'https://a.example/' })] }))],
      problem: 'invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]',
    },
    {
      blocks: [actions(select('s', ['a'], { options: [option('a', { text: mrkdwn('a') })] }))],
      problem: 'must be a valid value [json-pointer:/blocks/0/elements/0/options/0/text/type]',
    },
    {
      blocks: [actions({ type: 'overflow', options: [option('a', { url: 'javascript:alert(1)' })] })],
      problem: 'must be a valid value [json-pointer:/blocks/0/elements/0/options/0/url]',
    },
    {
      blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }] }],
      problem: 'unsupported type: user [json-pointer:/blocks/0/elements/0/elements/0/type]',
    },
    {
      blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [{ type: 'link', url: 'javascript:alert(1)' }] }] }],
      problem: 'must be a valid value [json-pointer:/blocks/0/elements/0/elements/0/url]',
    },
    { blocks: 'x', problem: 'must provide an array [json-pointer:/blocks]' },
  ])('$problem', ({ blocks, problem }) => {
    expect(checkBlocks(blocks, '/blocks')).toEqual({ problems: [problem] })
  })
})
