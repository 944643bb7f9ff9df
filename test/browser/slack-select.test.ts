import { describe, expect, test } from 'vitest'
import {
  actions,
  button,
  CHANNEL,
  clientOf,
  mrkdwn,
  option,
  payloadOf,
  plain,
  select,
  testApp,
  testSlack,
} from '../local/slack/stand-in.ts'
import { seriousViolations } from './axe.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'
import { useBrowser } from './open-page.ts'

const open = useBrowser()
const SILENCE = select('silence', ['1 hour', '8 hours', 'this rule'], { placeholder: plain('Silence…') })
const MORE = { type: 'overflow', action_id: 'more', options: [option('Copy'), option('Runbook', { url: 'https://a.example/runbook' })] }
const HOW = { type: 'radio_buttons', action_id: 'how', options: [option('alone'), option('both')] }
const WHAT = { type: 'checkboxes', action_id: 'what', options: [option('pods'), option('nodes')] }

async function withBlocks(...blocks: object[]) {
  const app = await testApp()
  const slack = await testSlack({ interactionsUrl: app.url })
  const client = clientOf(slack)
  const { ts = '' } = (await client.apiCall('chat.postMessage', { channel: CHANNEL, text: 'x', blocks })) as { ts?: string }
  const sent = () => app.received.map((one) => payloadOf(one).actions[0])
  return { app, slack, client, ts, sent }
}

describe('a select menu', () => {
  test('opens, sends what is picked, and shows it until the message is updated', async () => {
    const { slack, client, ts, sent } = await withBlocks(actions(SILENCE))
    const page = await open(slack)
    await page.getByRole('button', { name: 'Silence…' }).click()
    expect(await page.getByRole('listbox').getByRole('option').allInnerTexts()).toEqual(['1 hour', '8 hours', 'this rule'])
    await page.getByRole('option', { name: '8 hours' }).click()
    await page.getByText(/8 hours: Answered 200/).waitFor()
    expect(sent()).toMatchObject([{ action_id: 'silence', selected_option: option('8 hours') }])
    expect(await page.getByRole('listbox').count()).toBe(0)
    await page.getByRole('button', { name: '8 hours' }).waitFor()
    await client.apiCall('chat.update', { channel: CHANNEL, ts, text: 'x', blocks: [actions(SILENCE), { type: 'divider' }] })
    await page.getByRole('button', { name: 'Silence…' }).waitFor()
  })

  test('works by keyboard alone: arrows, letters, Enter; Escape leads back to the button', async () => {
    const { slack, sent } = await withBlocks({ type: 'section', block_id: 'side', text: mrkdwn('x'), accessory: SILENCE })
    const page = await open(slack)
    const focused = () => page.evaluate('document.activeElement.textContent')
    await page.getByRole('button', { name: 'Silence…' }).focus()
    await page.keyboard.press('Enter')
    expect(await focused()).toBe('1 hour')
    await page.keyboard.press('ArrowUp')
    expect(await focused()).toBe('this rule')
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe('8 hours')
    await page.keyboard.press('Escape')
    await page.getByRole('listbox').waitFor({ state: 'detached' })
    expect([await focused(), sent()]).toEqual(['Silence…', []])
    await page.keyboard.press('Space')
    await page.keyboard.press('t')
    await page.keyboard.press('Enter')
    await page.getByText(/this rule: Answered/).waitFor()
    expect(sent()).toMatchObject([{ selected_option: option('this rule'), block_id: 'side' }])
    expect(await focused()).toBe('this rule')
  })

  test('asks first where it should, and no means no', async () => {
    const confirm = { title: plain('Silence it?'), text: mrkdwn('For all.'), confirm: plain('Silence'), deny: plain('No') }
    const { slack, sent } = await withBlocks(actions({ ...SILENCE, confirm }))
    const page = await open(slack)
    const pick = async (answer: string) => {
      await page.getByRole('button', { name: 'Silence…' }).click()
      await page.getByRole('option', { name: '1 hour' }).click()
      await page.getByRole('dialog', { name: 'Silence it?' }).getByRole('button', { name: answer }).click()
    }
    await pick('No')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await pick('Silence')
    await page.getByText(/1 hour: Answered/).waitFor()
    expect(sent()).toHaveLength(1)
  })

  test('shows its groups, and what is selected at first', async () => {
    const option_groups = [
      { label: plain('For a time'), options: [option('1 hour')] },
      { label: plain('For good'), options: [option('this rule')] },
    ]
    const { slack } = await withBlocks(
      actions({ type: 'static_select', action_id: 's', option_groups, initial_option: option('this rule') }),
    )
    const page = await open(slack)
    await page.getByRole('button', { name: 'this rule' }).click()
    await page.getByRole('group', { name: 'For good' }).waitFor()
    expect(await page.getByRole('listbox').getByRole('option', { selected: true }).allInnerTexts()).toEqual(['this rule'])
    await page.mouse.click(5, 400)
    await page.getByRole('listbox').waitFor({ state: 'detached' })
  })
})

test('an overflow menu sends what is picked, and opens what leads elsewhere, without telling where it came from', async () => {
  const { slack, sent } = await withBlocks(actions(MORE))
  const page = await open(slack)
  await page.context().route('https://a.example/**', (route) => route.fulfill({ body: 'the runbook' }))
  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Copy' }).click()
  await page.getByText(/Copy: Answered/).waitFor()
  await page.getByRole('button', { name: 'More actions' }).click()
  const [other] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('menuitem', { name: 'Runbook' }).click()])
  await other.waitForURL('https://a.example/runbook')
  expect(await other.evaluate('[window.opener, document.referrer]')).toEqual([null, ''])
  await page.getByText(/Runbook: Answered/).waitFor()
  expect(sent()).toMatchObject([{ type: 'overflow', selected_option: option('Copy') }, { selected_option: { value: 'Runbook' } }])
})

test('a button that leads elsewhere is sent as pressed too; one that asks first opens nothing before yes', async () => {
  const url = 'https://a.example/runbook'
  const { slack, sent } = await withBlocks(actions(button('docs', { url }), button('asked', { url, confirm: { text: plain('Leave?') } })))
  const page = await open(slack)
  await page.context().route('https://a.example/**', (route) => route.fulfill({ body: 'the runbook' }))
  const [first] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: 'docs' }).click()])
  expect(await first.evaluate('[window.opener, document.referrer]')).toEqual([null, ''])
  await page.getByText(/docs: Answered/).waitFor()
  const pages = () => page.context().pages().length
  const before = pages()
  await page.getByRole('link', { name: 'asked' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  expect([pages(), sent().length]).toEqual([before, 1])
  await page.getByRole('link', { name: 'asked' }).click()
  await Promise.all([page.context().waitForEvent('page'), page.getByRole('dialog').getByRole('button', { name: 'Yes' }).click()])
  await page.getByText(/asked: Answered/).waitFor()
  expect(sent().map(({ action_id }) => action_id)).toEqual(['docs', 'asked'])
})

test('radio buttons and checkboxes send what is chosen, and keep it', async () => {
  const { slack, sent } = await withBlocks(actions(HOW, WHAT))
  const page = await open(slack)
  await page.getByRole('radio', { name: 'both' }).click()
  await page.getByText(/both: Answered/).waitFor()
  await page.getByRole('checkbox', { name: 'nodes' }).click()
  await page.getByText(/nodes: Answered/).waitFor()
  await page.getByRole('checkbox', { name: 'pods' }).click()
  await page.getByText(/pods, nodes: Answered/).waitFor()
  expect(sent().map(({ selected_option, selected_options }) => selected_option ?? selected_options)).toEqual([
    option('both'),
    [option('nodes')],
    [option('pods'), option('nodes')],
  ])
  expect(await page.getByRole('radio', { name: 'both' }).isChecked()).toBe(true)
})

test('hostile texts in menus, choices and rich text are shown, not run', async () => {
  const texts = HOSTILE_TEXTS.map((text) => text.slice(0, 75))
  const options = texts.map((text) => option(text, { description: plain(text) }))
  const rich = HOSTILE_TEXTS.map((text) => ({ type: 'text', text }))
  const { slack } = await withBlocks(
    actions(
      { type: 'static_select', action_id: 'list', placeholder: plain(HOSTILE_TEXTS[0] ?? ''), options },
      ...texts.slice(0, 10).map((text, at) => ({ type: 'overflow', action_id: `o${at}`, options: [option(text)] })),
      { type: 'radio_buttons', action_id: 'radio', options: options.slice(0, 10).map(({ value }) => ({ value, text: mrkdwn(value) })) },
    ),
    {
      type: 'rich_text',
      elements: [
        { type: 'rich_text_section', elements: rich },
        { type: 'rich_text_preformatted', elements: rich },
        { type: 'rich_text_quote', elements: [{ type: 'link', url: 'https://a.example/"onclick="1', text: HOSTILE_TEXTS[0] }, ...rich] },
        {
          type: 'rich_text_section',
          elements: [
            { type: 'user', user_id: texts[0] },
            { type: 'emoji', name: texts[0] },
          ],
        },
      ],
    },
  )
  const page = await open(slack)
  await page.locator('.select').click()
  await page.getByRole('listbox').waitFor()
  const drawn = await page.evaluate(`({
    pwned: typeof window.pwned,
    foreign: document.querySelectorAll('#messages :is(script, img, iframe, svg, style, link, base, meta, form)').length,
    handlers: [...document.querySelectorAll('body *')].flatMap((part) => part.getAttributeNames()).filter((name) => /^on/.test(name)),
    links: [...document.querySelectorAll('#messages a')].map((link) => link.protocol).filter((protocol) => protocol !== 'https:'),
    shown: document.querySelectorAll('[role=option]').length,
  })`)
  expect(drawn).toEqual({ pwned: 'undefined', foreign: 0, handlers: [], links: [], shown: HOSTILE_TEXTS.length })
  const pre = await page.locator('#messages pre').textContent()
  expect(pre).toBe(HOSTILE_TEXTS.join(''))
})

test.each(['light', 'dark'] as const)('nobody is kept out of menus and choices, in %s', async (colorScheme) => {
  const rich = {
    type: 'rich_text_list',
    style: 'ordered',
    elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'a' }] }],
  }
  const { slack } = await withBlocks(actions(SILENCE, MORE, HOW, WHAT, button('go', { style: 'danger' })), {
    type: 'rich_text',
    elements: [rich],
  })
  const page = await open(slack)
  await page.emulateMedia({ colorScheme })
  await page.getByRole('button', { name: 'Silence…' }).click()
  expect(await seriousViolations(page)).toEqual([])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More actions' }).click()
  expect(await seriousViolations(page)).toEqual([])
})

test('menus and choices are no wider than a phone', async () => {
  const long = 'x'.repeat(75)
  const wide = option('v', { text: plain(long), description: plain(long) })
  const { slack } = await withBlocks(
    actions({ type: 'static_select', action_id: 's', placeholder: plain('p'.repeat(150)), options: [wide] }, { ...HOW, options: [wide] }),
    { type: 'section', text: mrkdwn(long), accessory: { ...WHAT, options: [wide] } },
    { type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: long.repeat(4) }] }] },
  )
  const page = await open(slack, { width: 340 })
  await page.locator('.select').click()
  const excess =
    "[...document.querySelectorAll('html, main, article, .menu, .choices, pre')].map((part) => part.scrollWidth - part.clientWidth)"
  const widths: number[] = await page.evaluate(excess)
  expect(widths.filter((width) => width > 0)).toEqual([])
  const { left, right } = await page.evaluate<{ left: number; right: number }>(
    "document.querySelector('.menu').getBoundingClientRect().toJSON()",
  )
  expect([left >= 0, right <= 340]).toEqual([true, true])
})
