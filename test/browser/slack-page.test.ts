import { describe, expect, onTestFinished, test } from 'vitest'
import { startSlack } from '../../local/slack/slack.ts'
import { actions, button, CHANNEL, clientOf, mrkdwn, plain, SETTINGS, testSlack } from '../local/slack/stand-in.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'
import { useBrowser } from './open-page.ts'

const open = useBrowser()

describe('messages', () => {
  test('are drawn as Slack draws them', async () => {
    const slack = await testSlack()
    const blocks = [
      { type: 'header', text: plain('Shell :rotating_light:') },
      {
        type: 'section',
        text: mrkdwn('*bold* `code` <https://a.example/x|runbook> <@UBOB>'),
        fields: [mrkdwn('*Pod*\nnginx'), plain('*not bold*')],
      },
      { type: 'divider' },
      {
        type: 'context',
        elements: [mrkdwn('2 detections'), { type: 'image', image_url: 'https://a.example/i.png', alt_text: 'a falcon' }],
      },
      actions(button('go', { style: 'primary' }), button('docs', { url: 'https://a.example/docs' })),
    ]
    await clientOf(slack).chat.postMessage({ channel: CHANNEL, text: 'pre', attachments: [{ color: '#e01e5a', blocks }] })
    const page = await open(slack)
    const message = page.locator('article')
    expect(await message.locator('.byline').textContent()).toMatch(/^CreanceApp\d{1,2}:\d\d/)
    expect(await page.evaluate(`getComputedStyle(document.querySelector('.bar')).backgroundColor`)).toBe('rgb(224, 30, 90)')
    expect(await message.locator('h3').textContent()).toBe('Shell 🚨')
    expect(await message.locator('.words > .text').innerHTML()).toMatch(
      /^<strong>bold<\/strong> <code>code<\/code> <a [^>]+>runbook<\/a> <span class="mention">@Bob Lindqvist<\/span>$/,
    )
    expect(await message.locator('.fields').textContent()).toBe('Pod\nnginx*not bold*')
    for (const link of await message.locator('a').all()) {
      expect([await link.getAttribute('rel'), await link.getAttribute('target')]).toEqual(['noopener noreferrer', '_blank'])
    }
    expect(await message.getByRole('button').allInnerTexts()).toEqual(['go'])
  })

  test('appear, change and go while the page is open; threads unfold and stay unfolded', async () => {
    const slack = await testSlack()
    const client = clientOf(slack)
    const page = await open(slack)
    expect(await page.locator('.empty').textContent()).toContain('#alerts')
    const { ts = '' } = await client.chat.postMessage({ channel: CHANNEL, text: 'first' })
    await client.chat.postMessage({ channel: CHANNEL, text: 'reply one', thread_ts: ts })
    await page.getByText('1 reply').click()
    await client.chat.update({ channel: CHANNEL, ts, text: 'changed' })
    await client.chat.postMessage({ channel: CHANNEL, text: 'reply two', thread_ts: ts })
    await page.getByText('2 replies').waitFor()
    expect(await page.getByText('changed (edited)').isVisible()).toBe(true)
    expect(await page.getByText('reply two').isVisible()).toBe(true)
    await client.chat.postMessage({ channel: 'CPLATFORM', text: 'elsewhere' })
    await page.getByRole('link', { name: '# platform 1 unread' }).click()
    await page.getByText('elsewhere').waitFor()
    expect(await page.getByText('changed').count()).toBe(0)
    expect(await page.title()).toBe('#platform · acme')
  })

  test('that are ephemeral are seen by one only', async () => {
    const slack = await testSlack()
    const [ada, bob] = [await open(slack), await open(slack, { as: 'UBOB' })]
    await clientOf(slack).chat.postEphemeral({ channel: CHANNEL, user: 'UBOB', text: 'you may not' })
    await clientOf(slack).chat.postMessage({ channel: CHANNEL, text: 'for all' })
    await Promise.all([ada.getByText('for all').waitFor(), bob.getByText('for all').waitFor()])
    expect(await bob.locator('article').first().textContent()).toMatch(/Only visible to you[\s\S]*you may not/)
    expect(await ada.locator('article').allInnerTexts()).toHaveLength(1)
  })

  test('come back after the stand-in was away', async () => {
    const first = await testSlack()
    const page = await open(first, { tolerates: /net::ERR_/ })
    const port = Number(new URL(first.url).port)
    await first.stop()
    await page.getByText('Not connected').waitFor()
    const second = await startSlack({ ...SETTINGS, port })
    onTestFinished(second.stop)
    await clientOf(second).chat.postMessage({ channel: CHANNEL, text: 'back again' })
    await page.getByText('back again').waitFor()
    expect(await page.getByText('Connected', { exact: true }).isVisible()).toBe(true)
  })
})

describe('hostile texts', () => {
  test('are shown, not run, wherever they stand', async () => {
    const user = { id: 'UEVE', name: 'eve', realName: '<img src=x onerror=window.pwned=100>' }
    const slack = await testSlack({ users: [...SETTINGS.users, user] })
    const client = clientOf(slack)
    const page = await open(slack)
    for (const text of HOSTILE_TEXTS) {
      const blocks = [
        { type: 'header', text: plain(text.slice(0, 150)) },
        { type: 'section', text: mrkdwn(`${text} <@UEVE>`), fields: [mrkdwn(text), plain(text)] },
        { type: 'context', elements: [mrkdwn(text), { type: 'image', image_url: 'https://a.example/', alt_text: text }] },
        actions(button('b', { text: plain(text.slice(0, 75)), confirm: { text: mrkdwn(text) } })),
      ]
      await client.apiCall('chat.postMessage', {
        channel: CHANNEL,
        text,
        attachments: [{ color: text.slice(0, 90), title: text, text, footer: text, pretext: text }, { blocks }],
      })
    }
    await page
      .locator('article')
      .nth(HOSTILE_TEXTS.length - 1)
      .waitFor()
    await page.locator('article').first().getByRole('button').click()
    await page.getByRole('dialog').waitFor()
    const drawn = await page.evaluate(`({
      pwned: typeof window.pwned,
      foreign: document.querySelectorAll(':is(#messages, #confirm) :is(script, img, iframe, svg, style, link, base, meta, form)').length,
      handlers: [...document.querySelectorAll('body *')].flatMap((part) => part.getAttributeNames()).filter((name) => /^on/.test(name)),
      links: [...document.querySelectorAll('#messages a')].map((link) => link.protocol).filter((protocol) => protocol !== 'https:'),
    })`)
    expect(drawn).toEqual({ pwned: 'undefined', foreign: 0, handlers: [], links: [] })
  })

  test('could not be run even if they became HTML', async () => {
    const page = await open(await testSlack(), { tolerates: /requires 'TrustedHTML'/ })
    const tried = page.evaluate(`document.body.innerHTML = '<img src=x onerror="window.pwned=1">'`)
    await expect(tried).rejects.toThrow('TrustedHTML')
  })
})

test('nothing is wider than a phone', async () => {
  const slack = await testSlack()
  const long = 'x'.repeat(400)
  const blocks = [
    { type: 'header', text: plain(long.slice(0, 150)) },
    {
      type: 'section',
      text: mrkdwn(`${long} \`${long}\`\n\`\`\`${long}\`\`\``),
      fields: [mrkdwn(long), mrkdwn(long)],
      accessory: button('side', { text: plain(long.slice(0, 75)) }),
    },
    actions(...['a', 'b', 'c', 'd'].map((id) => button(id, { text: plain(`${id}${long.slice(0, 74)}`) }))),
  ]
  await clientOf(slack).chat.postMessage({ channel: CHANNEL, text: long, attachments: [{ color: 'good', blocks }] })
  const page = await open(slack, { width: 340 })
  await page.locator('article').waitFor()
  const excess = "[...document.querySelectorAll('html, main, article, .blocks')].map((part) => part.scrollWidth - part.clientWidth)"
  const widths: number[] = await page.evaluate(excess)
  expect(widths.filter((width) => width > 0)).toEqual([])
  expect(await page.getByLabel('You are').isVisible()).toBe(true)
})
