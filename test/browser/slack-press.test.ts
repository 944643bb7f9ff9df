import { describe, expect, test } from 'vitest'
import { actions, button, CHANNEL, clientOf, mrkdwn, plain, testApp, testSlack } from '../local/slack/stand-in.ts'
import { useBrowser } from './open-page.ts'

const open = useBrowser()
const CONFIRM = {
  title: plain('Delete this pod?'),
  text: mrkdwn('*nginx* goes.'),
  confirm: plain('Delete it'),
  deny: plain('Keep it'),
  style: 'danger',
}
const pressesOf = (received: readonly { body: string }[]) =>
  received
    .map(({ body }) => JSON.parse(new URLSearchParams(body).get('payload') ?? ''))
    .map(({ user, actions: [{ action_id, value }] }) => [user.id, action_id, value])

describe('a press', () => {
  async function withButtons(status: number | 'never' = 200) {
    const app = await testApp(status)
    const slack = await testSlack({ interactionsUrl: app.url })
    const blocks = [actions(button('ack'), button('delete', { style: 'danger', confirm: CONFIRM }))]
    const { ts = '' } = await clientOf(slack).chat.postMessage({ channel: CHANNEL, text: 'x', blocks })
    return { app, slack, ts }
  }

  test('is sent as the person chosen, and the choice outlives a reload', async () => {
    const { app, slack } = await withButtons()
    const page = await open(slack)
    await page.getByRole('button', { name: 'ack' }).click()
    await page.getByText(/ack: Answered 200 in \d+ ms/).waitFor()
    await page.getByLabel('You are').selectOption({ label: 'Bob Lindqvist' })
    await page.waitForURL(/as=UBOB/)
    await page.reload()
    await page.getByText('Connected', { exact: true }).waitFor()
    expect(await page.getByLabel('You are').inputValue()).toBe('UBOB')
    await page.getByRole('button', { name: 'ack' }).click()
    await page.getByText(/ack: Answered/).waitFor()
    expect(pressesOf(app.received)).toEqual([
      ['UADA', 'ack', 'nonce-ack'],
      ['UBOB', 'ack', 'nonce-ack'],
    ])
  })

  test('that asks first is sent only after yes', async () => {
    const { app, slack } = await withButtons()
    const page = await open(slack)
    const dialog = page.getByRole('dialog', { name: 'Delete this pod?' })
    await page.getByRole('button', { name: 'delete' }).click()
    expect(await dialog.textContent()).toContain('nginx goes.')
    await dialog.getByRole('button', { name: 'Keep it' }).click()
    await page.getByRole('button', { name: 'delete' }).click()
    await dialog.getByRole('button', { name: 'Delete it' }).click()
    await page.getByText(/delete: Answered/).waitFor()
    expect(pressesOf(app.received)).toEqual([['UADA', 'delete', 'nonce-delete']])
  })

  test('works by keyboard alone, and the focus is where it was', async () => {
    const { app, slack, ts } = await withButtons()
    const page = await open(slack)
    const focused = () => page.evaluate('document.activeElement.textContent')
    const dialog = page.getByRole('dialog', { name: 'Delete this pod?' })
    await page.getByRole('button', { name: 'ack' }).focus()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.waitFor()
    expect(await focused()).toBe('Keep it')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect([await focused(), app.received.length]).toEqual(['delete', 0])
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid')
    await page.keyboard.press('Space')
    await dialog.waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText(/delete: Answered/).waitFor()
    expect(pressesOf(app.received)).toEqual([['UADA', 'delete', 'nonce-delete']])

    await clientOf(slack).chat.update({
      channel: CHANNEL,
      ts,
      text: 'x',
      blocks: [actions(button('delete')), { type: 'section', text: mrkdwn('drawn anew') }],
    })
    await page.getByText('drawn anew').waitFor()
    expect(await focused()).toBe('delete')
    await clientOf(slack).chat.update({ channel: CHANNEL, ts, text: 'done' })
    await page.getByText('done').waitFor()
    expect(await page.evaluate('document.activeElement.tagName')).toBe('ARTICLE')
  })

  test('asked about twice in a row is answered by its own question, whenever the browser tells of a closing', async () => {
    const { app, slack } = await withButtons()
    const page = await open(slack)
    // No close event is told before the end of the task.
    const inOneTask = (then: string) =>
      page.evaluate(`(() => {
        const [press, dialog] = [document.querySelector('[data-control="buttons/delete"]'), document.getElementById('confirm')]
        press.click()
        dialog.close('no')
        press.click()
        ${then}
      })()`)
    await inOneTask("document.getElementById('confirm-yes').click()")
    await page.getByText(/delete: Answered/).waitFor()
    await inOneTask("document.getElementById('confirm-no').click()")
    await page.getByRole('button', { name: 'ack' }).click()
    await page.getByText(/ack: Answered/).waitFor()
    await inOneTask('')
    await page.evaluate('new Promise((resolve) => setTimeout(resolve))')
    await page.getByRole('dialog').getByRole('button', { name: 'Delete it' }).click()
    await page.getByText(/delete: Answered/).waitFor()
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    expect(pressesOf(app.received).map(([, id]) => id)).toEqual(['delete', 'ack', 'delete'])
  })

  test('that the app answers badly is told beside the button', async () => {
    const { slack } = await withButtons(500)
    const page = await open(slack)
    await page.getByRole('button', { name: 'ack' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('This app responded with status code 500.')
  })

  test('that is never answered times out, and is sent once though pressed twice', async () => {
    const { app, slack } = await withButtons('never')
    const page = await open(slack)
    await page.getByRole('button', { name: 'ack' }).click()
    await page.getByRole('button', { name: 'ack' }).click()
    expect(await page.getByRole('alert').textContent()).toContain('Apps need to respond within 3 seconds.')
    expect(app.received).toHaveLength(1)
  })
})
