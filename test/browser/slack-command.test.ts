import { describe, expect, test } from 'vitest'
import { type AppAnswer, actions, button, CHANNEL, clientOf, mrkdwn, testApp, testSlack } from '../local/slack/stand-in.ts'
import { seriousViolations } from './axe.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'
import { useBrowser } from './open-page.ts'

const open = useBrowser()

async function withApp(answer: AppAnswer) {
  const app = await testApp(answer)
  const slack = await testSlack({ interactionsUrl: app.url })
  const asked = () => app.received.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))
  return { app, slack, asked }
}

describe('a command', () => {
  test('is typed, sent as who one is, and answered for one’s eyes alone', async () => {
    const { slack, asked } = await withApp(() => ({ json: { text: 'ok', blocks: [{ type: 'section', text: mrkdwn('*2* incidents') }] } }))
    const [ada, bob] = [await open(slack), await open(slack, { as: 'UBOB' })]
    const line = ada.getByRole('textbox', { name: 'Command to the app in #alerts' })
    await line.fill('  /creance incidents  open ')
    await line.press('Enter')
    await ada.getByText('2 incidents').waitFor()
    await ada.getByText(/\/creance incidents: Answered 200 in \d+ ms/).waitFor()
    expect(asked()).toMatchObject([{ user_id: 'UADA', channel_id: CHANNEL, command: '/creance', text: 'incidents  open' }])
    expect(await line.inputValue()).toBe('')
    await line.press('ArrowUp')
    expect(await line.inputValue()).toBe('/creance incidents  open')
    await clientOf(slack).chat.postMessage({ channel: CHANNEL, text: 'for all' })
    await bob.getByText('for all').waitFor()
    expect(await bob.getByText('2 incidents').count()).toBe(0)
  })

  test('answered for the channel is seen by all', async () => {
    const { slack } = await withApp(() => ({ json: { text: 'stopped', response_type: 'in_channel' } }))
    const [ada, bob] = [await open(slack), await open(slack, { as: 'UBOB' })]
    await ada.getByRole('textbox', { name: /Command/ }).fill('/creance stop')
    await ada.getByRole('button', { name: 'Send' }).click()
    await bob.getByText('stopped').waitFor()
  })

  test.each([
    { name: 'is answered badly', answer: 500, line: '/creance x', problem: '/creance failed with the error “dispatch_failed”' },
    {
      name: 'is not answered',
      answer: 'never' as const,
      line: '/creance x',
      problem: '/creance failed with the error “operation_timeout”',
    },
    { name: 'the app does not have', answer: 200, line: '/shout x', problem: '/shout is not a valid command.' },
    { name: 'is none', answer: 200, line: 'hello', problem: 'Only the app’s commands are heard here: /creance.' },
  ])('that $name says so, and stays to be mended', async ({ answer, line, problem }) => {
    const { slack } = await withApp(answer)
    const page = await open(slack, { tolerates: /409 \(Conflict\)/ })
    const box = page.getByRole('textbox', { name: /Command/ })
    await box.fill(line)
    await box.press('Enter')
    await page.getByRole('alert').getByText(problem).waitFor()
    expect(await box.inputValue()).toBe(line)
  })
})

describe('direct messages', () => {
  test('stand in the list, are counted while unread, and are seen by one alone', async () => {
    const { slack } = await withApp(200)
    const client = clientOf(slack)
    const [ada, bob] = [await open(slack), await open(slack, { as: 'UBOB' })]
    await client.chat.postMessage({ channel: 'UADA', text: 'for Ada', blocks: [actions(button('ack'))] as never })
    await ada.getByRole('list', { name: 'Direct messages' }).getByRole('link', { name: 'Creance 1 unread' }).click()
    await ada.getByRole('button', { name: 'ack' }).click()
    await ada.getByText(/ack: Answered/).waitFor()
    expect([await ada.title(), await ada.getByRole('heading', { level: 1 }).textContent()]).toEqual(['Creance · acme', 'Creance'])
    await bob.getByRole('list', { name: 'Direct messages' }).getByRole('link', { name: 'Creance' }).click()
    await bob.getByText('Nothing in Creance yet.').waitFor()
    expect(await bob.getByText('for Ada').count()).toBe(0)
  })
})

test('hostile texts typed and answered are shown, not run', async () => {
  const { slack, asked } = await withApp((interaction) => ({ json: { text: new URLSearchParams(interaction.body).get('text') } }))
  const page = await open(slack)
  const typed = HOSTILE_TEXTS.filter((text) => !/\p{Cc}/u.test(text)).slice(0, 12)
  for (const [at, text] of typed.entries()) {
    await page.getByRole('textbox', { name: /Command/ }).fill(`/creance ${text}`)
    await page.getByRole('textbox', { name: /Command/ }).press('Enter')
    await page.locator('article').nth(at).waitFor()
    await expect.poll(() => page.getByRole('textbox', { name: /Command/ }).inputValue()).toBe('')
  }
  expect(asked()).toHaveLength(typed.length)
  const drawn = await page.evaluate(`({
    pwned: typeof window.pwned,
    foreign: document.querySelectorAll(':is(#messages, .status) :is(script, img, iframe, svg, style, link, base, meta, form)').length,
    links: [...document.querySelectorAll('#messages a')].map((link) => link.protocol).filter((protocol) => protocol !== 'https:'),
  })`)
  expect(drawn).toEqual({ pwned: 'undefined', foreign: 0, links: [] })
  expect(await page.locator('article').first().textContent()).toContain(typed[0])
})

test('the line fits a phone, can be read by all, and Tab leads to it', async () => {
  const { slack } = await withApp(500)
  const page = await open(slack, { width: 340 })
  const line = page.getByRole('textbox', { name: /Command/ })
  await line.fill('/creance status')
  await line.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Send')
  await page.keyboard.press('Enter')
  await page.getByText('dispatch_failed').waitFor()
  expect(await seriousViolations(page)).toEqual([])
  const excess: number[] = await page.evaluate(
    "[...document.querySelectorAll('html, .bottom, #composer')].map((part) => part.scrollWidth - part.clientWidth)",
  )
  expect(excess.filter((width) => width > 0)).toEqual([])
})
