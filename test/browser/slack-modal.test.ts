import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import {
  type AppAnswer,
  actions,
  button,
  CHANNEL,
  clientOf,
  input,
  modal,
  mrkdwn,
  option,
  payloadOf,
  plain,
  testApp,
  testSlack,
} from '../local/slack/stand-in.ts'
import { seriousViolations } from './axe.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'
import { useBrowser } from './open-page.ts'

const open = useBrowser()
const hours = { type: 'static_select', placeholder: plain('Choose'), options: [option('1h'), option('8h')] }
const FORM = modal({
  close: plain('Keep it'),
  blocks: [
    { type: 'section', block_id: 'what', text: mrkdwn('*nginx* in `shop` goes.') },
    input(
      'why',
      { type: 'plain_text_input', multiline: true, min_length: 3, placeholder: plain('A reason') },
      { hint: plain('It goes to the journal.') },
    ),
    input('hours', hours, { optional: true }),
    input('who', { type: 'radio_buttons', options: [option('team'), option('all')], initial_option: option('team') }),
    input('also', { type: 'checkboxes', options: [option('silence'), option('close')] }, { optional: true }),
    input('note', { type: 'plain_text_input' }, { optional: true }),
  ],
})

/** A message whose button opens `view` for whoever presses it; `answer` is for what is submitted. */
async function withForm(view: object = FORM, answer: AppAnswer = () => ({})) {
  let client: ReturnType<typeof clientOf> | undefined
  const app = await testApp(async (interaction) => {
    const payload = payloadOf(interaction)
    if (payload?.type === 'block_actions') {
      await client?.apiCall('views.open', { trigger_id: payload.trigger_id, view })
      return {}
    }
    if (typeof answer === 'function') return answer(interaction)
    return answer === 'never' ? answer : { status: answer }
  })
  const slack = await testSlack({ interactionsUrl: app.url })
  client = clientOf(slack)
  const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'x', blocks: [actions(button('delete'))] as never })
  const submitted = () => app.received.map(payloadOf).filter(({ type }) => type === 'view_submission')
  return { app, slack, client, ts, submitted }
}

async function opened(page: Page) {
  await page.getByRole('button', { name: 'delete' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete the pod' })
  await dialog.waitFor()
  return dialog
}
const focused = (page: Page) => page.evaluate('document.activeElement.dataset.control ?? document.activeElement.id')

describe('a modal', () => {
  test('is shown to the one who pressed, filled in, and submitted', async () => {
    const { slack, submitted } = await withForm()
    const [ada, bob] = [await open(slack), await open(slack, { as: 'UBOB' })]
    const dialog = await opened(ada)
    expect(await dialog.getByText('nginx in shop goes.').isVisible()).toBe(true)
    await dialog.getByRole('textbox', { name: 'why' }).fill('it mines\nfor others')
    await dialog.getByRole('combobox', { name: 'hours' }).selectOption('8h')
    await dialog.getByRole('radio', { name: 'all' }).check()
    await dialog.getByRole('checkbox', { name: 'close' }).check()
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog.waitFor({ state: 'hidden' })
    await ada.getByText(/Delete: Answered 200 in \d+ ms/).waitFor()
    expect(submitted().map(({ user, view }) => [user.id, view.private_metadata, view.state.values])).toEqual([
      [
        'UADA',
        'nonce-1',
        {
          why: { field: { type: 'plain_text_input', value: 'it mines\nfor others' } },
          hours: { field: { type: 'static_select', selected_option: option('8h') } },
          who: { field: { type: 'radio_buttons', selected_option: option('all') } },
          also: { field: { type: 'checkboxes', selected_options: [option('close')] } },
          note: { field: { type: 'plain_text_input', value: null } },
        },
      ],
    ])
    expect(await bob.getByRole('dialog').count()).toBe(0)
  })

  test('comes back after a reload, and goes when one becomes somebody else', async () => {
    const { slack } = await withForm()
    const page = await open(slack)
    await opened(page)
    await page.reload()
    await page.getByRole('dialog', { name: 'Delete the pod' }).waitFor()
    const other = await open(slack, { as: 'UBOB' })
    expect(await other.getByRole('dialog').count()).toBe(0)
  })

  test('says at the field what is missing, before anything is sent', async () => {
    const { slack, submitted } = await withForm()
    const page = await open(slack)
    const dialog = await opened(page)
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    const why = dialog.getByRole('textbox', { name: 'why' })
    await dialog.getByText('Please complete this required field.').waitFor()
    expect(await why.getAttribute('aria-invalid')).toBe('true')
    expect(await focused(page)).toBe('why/field')
    await why.fill('ab')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog.getByText('Please enter at least 3 characters.').waitFor()
    expect(await why.inputValue()).toBe('ab')
    expect(submitted()).toEqual([])
  })

  test('shows the errors of the app at their fields, and keeps what was put in', async () => {
    const { slack } = await withForm(FORM, () => ({
      json: { response_action: 'errors', errors: { note: 'Not that one.', why: 'Say more.' } },
    }))
    const page = await open(slack)
    const dialog = await opened(page)
    await dialog.getByRole('textbox', { name: 'why' }).fill('because')
    await dialog.getByRole('radio', { name: 'all' }).check()
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog.getByText('Say more.').waitFor()
    expect(await dialog.locator('[data-block="note"]').textContent()).toContain('Not that one.')
    expect(await dialog.getByRole('textbox', { name: 'why' }).inputValue()).toBe('because')
    expect(await dialog.getByRole('radio', { name: 'all' }).isChecked()).toBe(true)
    expect(await focused(page)).toBe('why/field')
  })

  test.each([
    { name: 'is not answered in three seconds', answer: 'never' as const },
    { name: 'is answered with status 500', answer: 500 },
    { name: 'is answered with what Slack does not understand', answer: () => ({ text: 'done!' }) },
  ])('that $name says so, and can be submitted again', async ({ answer }) => {
    const { slack, submitted } = await withForm(FORM, answer)
    const page = await open(slack)
    const dialog = await opened(page)
    await dialog.getByRole('textbox', { name: 'why' }).fill('because')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await dialog.getByRole('alert').getByText('We had some trouble connecting. Try again?').waitFor()
    expect(await dialog.getByRole('textbox', { name: 'why' }).inputValue()).toBe('because')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await expect.poll(() => submitted().length).toBe(2)
  })

  test('is updated before one’s eyes without losing what was put in', async () => {
    const { slack, client } = await withForm()
    const page = await open(slack)
    const dialog = await opened(page)
    await dialog.getByRole('textbox', { name: 'why' }).fill('because')
    const [view] = slack.views('UADA')
    const blocks = [{ type: 'section', text: mrkdwn('Now *two* pods.') }, ...FORM.blocks.slice(1)]
    await client.apiCall('views.update', { view_id: view?.id, hash: view?.hash, view: { ...FORM, blocks } })
    await dialog.getByText('Now two pods.').waitFor()
    expect(await dialog.getByRole('textbox', { name: 'why' }).inputValue()).toBe('because')
    expect(await focused(page)).toBe('why/field')
  })

  test('gives way to another that is pushed onto it, and has kept its fields when that is gone', async () => {
    const second = modal({ title: plain('Are they told?'), close: plain('Back'), blocks: [{ type: 'divider' }] })
    const { slack } = await withForm(FORM, () => ({ json: { response_action: 'push', view: second } }))
    const page = await open(slack)
    const dialog = await opened(page)
    await dialog.getByRole('textbox', { name: 'why' }).fill('because')
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByRole('dialog', { name: 'Are they told?' }).getByRole('button', { name: 'Back' }).click()
    await dialog.waitFor()
    expect(await dialog.getByRole('textbox', { name: 'why' }).inputValue()).toBe('because')
    await dialog.getByRole('button', { name: 'Close all' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(slack.views('UADA')).toEqual([])
  })

  test('sends what is chosen in it, and asks first where it should', async () => {
    const confirm = { text: mrkdwn('Really?'), confirm: plain('Yes, really') }
    const pick = { ...hours, action_id: 'pick', confirm }
    const view = modal({ blocks: [{ type: 'section', block_id: 'how', text: plain('How long?'), accessory: pick }] })
    const { app, slack } = await withForm(view)
    const page = await open(slack)
    const dialog = await opened(page)
    await dialog.getByRole('button', { name: 'Choose' }).click()
    await page.getByRole('option', { name: '8h' }).click()
    // The press opens a modal again, as every press of this app does; the choice is in what was sent.
    await page.getByRole('button', { name: 'Yes, really' }).click()
    await expect.poll(() => payloadOf(app.received.at(-1)).actions[0].selected_option).toEqual(option('8h'))
    expect(payloadOf(app.received.at(-1)).view.state.values).toEqual({
      how: { pick: { type: 'static_select', selected_option: option('8h') } },
    })
  })
})

describe('by keyboard alone', () => {
  test('the focus stays inside, Enter submits, and the focus returns to the button', async () => {
    const { slack, submitted } = await withForm()
    const page = await open(slack)
    await page.getByRole('button', { name: 'delete' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    expect(await focused(page)).toBe('why/field')
    await page.keyboard.type('because')
    const stops: unknown[] = []
    for (let presses = 0; presses < 10; presses += 1) {
      await page.keyboard.press('Tab')
      stops.push(await focused(page))
    }
    const round = [
      'hours/field',
      'who/field/0',
      'also/field/0',
      'also/field/1',
      'note/field',
      'modal-cancel',
      'modal-submit',
      'modal-close',
    ]
    expect(stops).toEqual([...round, 'why/field', 'hours/field'])
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    expect(await focused(page)).toBe('modal-submit')
    await page.getByRole('textbox', { name: 'note' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(submitted()).toHaveLength(1)
    expect(await focused(page)).toBe('buttons/delete')
  })

  test('Enter is a new line in a long text, with Control it submits', async () => {
    const { slack, submitted } = await withForm()
    const page = await open(slack)
    await opened(page)
    await page.keyboard.type('one')
    await page.keyboard.press('Enter')
    await page.keyboard.type('two')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(submitted().map(({ view }) => view.state.values.why.field.value)).toEqual(['one\ntwo'])
  })

  test('Escape closes, tells the app, and leads back to what took the button’s place', async () => {
    const { app, slack, client, ts } = await withForm({ ...FORM, notify_on_close: true })
    const page = await open(slack)
    const dialog = await opened(page)
    await client.apiCall('chat.update', { channel: CHANNEL, ts, text: 'x', blocks: [actions(button('delete')), { type: 'divider' }] })
    await page.locator('#messages hr').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    await expect.poll(() => payloadOf(app.received.at(-1)).type).toBe('view_closed')
    expect(slack.views('UADA')).toEqual([])
    expect(await focused(page)).toBe('buttons/delete')
  })
})

describe('hostile texts', () => {
  test('are shown, not run, wherever they stand in a modal', async () => {
    const blocks = HOSTILE_TEXTS.flatMap((text, at) => [
      { type: 'section', text: mrkdwn(text), accessory: { ...hours, action_id: `a${at}`, placeholder: plain(text) } },
      input(
        `b${at}`,
        { type: 'plain_text_input', placeholder: plain(text), initial_value: text },
        { label: plain(text), hint: plain(text), optional: true },
      ),
    ])
    const choices = HOSTILE_TEXTS.slice(0, 10).map((text) => ({
      text: mrkdwn(text.slice(0, 75)),
      value: text.slice(0, 75),
      description: plain(text.slice(0, 75)),
    }))
    const view = modal({
      title: plain('<img src=x onerror=1>'),
      submit: plain('<b>go</b>'),
      close: plain('</button><script>'),
      blocks: [
        ...blocks,
        input('radio', { type: 'radio_buttons', options: choices }, { optional: true }),
        input('boxes', { type: 'checkboxes', options: choices }, { optional: true }),
        input('list', { type: 'static_select', options: choices.map(({ value }) => option(value)) }, { optional: true }),
      ],
    })
    const errors = Object.fromEntries(HOSTILE_TEXTS.map((text, at) => [`b${at}`, text]))
    const { slack } = await withForm(view, () => ({ json: { response_action: 'errors', errors } }))
    const page = await open(slack)
    await page.getByRole('button', { name: 'delete' }).click()
    const dialog = page.getByRole('dialog', { name: '<img src=x onerror=1>' })
    await dialog.getByRole('button', { name: '<b>go</b>' }).click()
    await dialog.locator('.wrong').last().waitFor()
    const drawn = await page.evaluate(`({
      pwned: typeof window.pwned,
      foreign: document.querySelectorAll('#modal :is(script, img, iframe, svg, style, link, base, meta, form form)').length,
      handlers: [...document.querySelectorAll('body *')].flatMap((part) => part.getAttributeNames()).filter((name) => /^on/.test(name)),
      links: [...document.querySelectorAll('#modal a')].map((link) => link.protocol).filter((protocol) => protocol !== 'https:'),
      wrong: document.querySelectorAll('#modal .wrong').length,
    })`)
    expect(drawn).toEqual({ pwned: 'undefined', foreign: 0, handlers: [], links: [], wrong: HOSTILE_TEXTS.length })
  })
})

test.each(['light', 'dark'] as const)('nobody is kept out of a modal, in %s', async (colorScheme) => {
  const { slack } = await withForm()
  const page = await open(slack)
  await page.emulateMedia({ colorScheme })
  expect(await seriousViolations(page)).toEqual([])
  const dialog = await opened(page)
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
  await dialog.locator('.wrong').waitFor()
  expect(await seriousViolations(page)).toEqual([])
})

test('a modal is no wider than a phone, and its buttons stay in sight', async () => {
  const long = 'x'.repeat(300)
  const fields = Array.from({ length: 12 }, (_, at) =>
    input(`f${at}`, { type: 'plain_text_input' }, { label: plain(long), optional: true }),
  )
  const choices = input('c', { type: 'radio_buttons', options: [option('a', { text: plain(long.slice(0, 75)) })] }, { optional: true })
  const { slack } = await withForm(
    modal({ title: plain(long.slice(0, 24)), submit: plain(long.slice(0, 24)), blocks: [...fields, choices] }),
  )
  const page = await open(slack, { width: 340 })
  await page.getByRole('button', { name: 'delete' }).click()
  await page.getByRole('dialog').waitFor()
  const excess =
    "[...document.querySelectorAll('html, #modal, #modal-body, #modal .field')].map((part) => part.scrollWidth - part.clientWidth)"
  const widths: number[] = await page.evaluate(excess)
  expect(widths.filter((width) => width > 0)).toEqual([])
  const { bottom } = await page.evaluate<{ bottom: number }>("document.getElementById('modal-submit').getBoundingClientRect().toJSON()")
  expect(bottom).toBeLessThanOrEqual(740)
})
