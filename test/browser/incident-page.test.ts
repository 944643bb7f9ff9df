import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { keepFull } from '../lib/page/full-incident.ts'
import { launchChromium } from '../support/chromium.ts'
import { falcoAlert } from '../support/falco-alert.ts'
import { HOSTILE_TEXTS } from './hostile-texts.ts'
import { playStory, type ServedChain, serveChain } from './incident-page-story.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const OPEN_ALL = "for (const one of document.querySelectorAll('details')) one.open = true"
const FOCUSED = `(({ tagName, textContent }, { outlineStyle }) => ({ name: tagName, words: textContent, outline: outlineStyle }))(
  document.activeElement, getComputedStyle(document.activeElement))`
type Focused = { readonly name: string; readonly words: string; readonly outline: string }
type Found = {
  readonly violations: readonly { readonly id: string; readonly impact: string; readonly nodes: readonly { readonly html: string }[] }[]
}

let browser: Browser
let served: ServedChain
let shell = ''
let netcat = ''
beforeAll(async () => {
  browser = await launchChromium()
  served = await serveChain()
  const ids = await playStory(served.chain)
  shell = `/incidents/${ids.shell}`
  netcat = `/incidents/${ids.netcat}`
})
afterAll(async () => {
  await browser?.close()
  await served?.stop()
})

type View = { readonly width?: number; readonly scheme?: 'light' | 'dark'; readonly script?: boolean }

/** A page of the story; what the browser complains about (a violation of the policy among it), and what it asks of other hosts, fails the test. */
async function open(path: string, { width = 1000, scheme = 'light', script = true }: View = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 740 }, colorScheme: scheme, javaScriptEnabled: script })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`))
  page.on('request', (request) => request.url().startsWith(served.url) || complaints.push(request.url()))
  onTestFinished(async () => {
    await context.close()
    expect(complaints).toEqual([])
  })
  await page.goto(`${served.url}${path}`)
  return page
}

const scrollsSideways = (page: Page) => page.evaluate('document.documentElement.scrollWidth > innerWidth')

test('a person finds the incident in the list, by its state too, and reads who pressed what', async () => {
  const page = await open('/incidents')
  await page.getByRole('link', { name: 'Contained' }).click()
  expect(
    await page
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading') })
      .count(),
  ).toBe(1)
  await page.getByRole('navigation', { name: 'State' }).getByRole('link', { name: 'All' }).click()
  await page.getByRole('link', { name: 'Shell then credential read' }).click()
  await page.getByRole('heading', { level: 1, name: 'Shell then credential read' }).waitFor()
  const story = page.getByRole('list').filter({ hasText: 'Isolate was pressed' }).last()
  expect(await story.getByRole('listitem').filter({ hasText: 'pressed by @mallory' }).textContent()).toContain('refused')
  expect(await story.getByRole('listitem').filter({ hasText: 'Isolate was pressed by @alice' }).textContent()).toContain('accepted')
  await page.getByRole('link', { name: 'All incidents' }).click()
  await page.getByRole('heading', { level: 1, name: 'Incidents' }).waitFor()
})

test('the keyboard alone: past the head, through the sections, into the details', async () => {
  const page = await open(shell)
  await page.keyboard.press('Tab')
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content')
  expect(await page.getByText('Skip to the content').evaluate((link) => link.getBoundingClientRect().left >= 0)).toBe(true)
  await page.keyboard.press('Enter')
  expect(await page.evaluate('document.activeElement.id')).toBe('main')
  const order: string[] = []
  let opened = 0
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab')
    const { name, words, outline } = await page.evaluate<Focused>(FOCUSED)
    if (name === 'BODY' || name === 'HTML' || words === 'Skip to the content') break
    expect(outline).not.toBe('none')
    order.push(words)
    if (name !== 'SUMMARY') continue
    await page.keyboard.press('Enter')
    opened += await page.evaluate<number>('document.activeElement.parentElement.open ? 1 : 0')
  }
  expect(order.slice(0, 6)).toEqual(['Facts', 'What happened', 'Who did what', 'What was seen', 'Around it', 'What was not read'])
  expect(order).toContain('The same in words')
  expect(opened).toBe(await page.locator('details').count())
})

describe.each(['light', 'dark'] as const)('in %s colours', (scheme) => {
  test.each([
    ['the list', () => '/incidents'],
    ['an incident', () => shell],
    ['a contained one', () => netcat],
    ['a page that there is not', () => '/incidents/none'],
    ['a refusal', () => '/incidents?status=x'],
  ])('axe finds nothing on %s', async (_name, path) => {
    // Its own script is put in beside the policy, which forbids every script; all else of the page is as it is sent.
    const context = await browser.newContext({ colorScheme: scheme, bypassCSP: true })
    onTestFinished(() => context.close())
    for (const width of [320, 1100]) {
      const page = await context.newPage()
      await page.setViewportSize({ width, height: 740 })
      await page.goto(`${served.url}${path()}`)
      await page.evaluate(OPEN_ALL)
      await page.addScriptTag({ content: AXE })
      const { violations } = await page.evaluate<Found>('axe.run()')
      expect(violations.map(({ id, impact, nodes }) => `${impact} ${id} ${nodes[0]?.html}`)).toEqual([])
      await page.close()
    }
  })
})

test('without script everything is there, and the details open', async () => {
  const page = await open(shell, { script: false })
  const details = page.locator('details').filter({ hasText: 'In the agent’s words' }).first()
  expect(await details.locator('code').first().isVisible()).toBe(false)
  await details.locator('summary').click()
  expect(await details.locator('code').first().isVisible()).toBe(true)
  await page.getByText('The same in words').click()
  await page
    .getByRole('listitem')
    .filter({ hasText: /^ReplicaSet nginx-\w+ owns Pod/ })
    .waitFor()
})

test.each([320, 375, 1440])('%d px wide nothing scrolls sideways, also with every detail open', async (width) => {
  for (const path of ['/incidents', shell, netcat]) {
    const page = await open(path, { width })
    for (const summary of await page.locator('summary').all()) await summary.click()
    expect(await scrollsSideways(page), path).toBe(false)
  }
})

test('on paper the details are open, and what cannot be followed is left out', async () => {
  const page = await open(shell)
  await page.emulateMedia({ media: 'print' })
  expect(await page.getByRole('navigation', { name: 'On this page' }).isVisible()).toBe(false)
  expect(await page.getByRole('table').isVisible()).toBe(true)
})

describe('what attackers write', () => {
  test.each(HOSTILE_TEXTS.map((text) => ({ text })))('in a command line and a rule is shown, and does nothing: $text', async ({ text }) => {
    const { chain } = served
    const at = HOSTILE_TEXTS.indexOf(text)
    const fields = { 'proc.cmdline': text, 'proc.exepath': text, 'fd.name': text, 'user.name': text, 'container.image.repository': text }
    await chain.send([
      falcoAlert({ rule: text, ms: chain.time.nowMs, pod: `web-${at}`, namespace: `shop-${at}`, priority: 'Critical', fields }),
    ])
    await chain.settle()
    const incident = (await chain.incidents()).find(({ incident: { subject } }) => subject.namespace === `shop-${at}`)?.incident
    for (const path of ['/incidents', `/incidents/${incident?.id}`]) {
      const page = await open(path, { width: 320 })
      for (const summary of await page.locator('summary').all()) await summary.click()
      expect(await page.evaluate('window.pwned')).toBeUndefined()
      expect(await page.locator('script, img, iframe, form, button, base, link, [onclick], [onload], [onerror]').count()).toBe(0)
      expect(await page.locator('style').count()).toBe(1)
      expect(await scrollsSideways(page)).toBe(false)
      expect(page.url()).toBe(`${served.url}${path}`)
    }
  })

  test('in every field at once, at every cap, is shown on a phone', async () => {
    await keepFull(served.chain.ports.store, `${'W'.repeat(300)}<img src=x onerror=window.pwned=1>\u202e`, { caps: true })
    const page = await open('/incidents/full', { width: 320 })
    expect(await page.evaluate('window.pwned')).toBeUndefined()
    expect(await page.locator('img').count()).toBe(0)
    expect(await scrollsSideways(page)).toBe(false)
  })

  test('put in as markup would be stopped by the policy: nothing inline runs or styles', async () => {
    const context = await browser.newContext()
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const violations: string[] = []
    page.on('console', (message) => message.type() === 'error' && violations.push(message.text()))
    await page.route('**/incidents', async (route) => {
      const answer = await route.fetch()
      const body = (await answer.text()).replace(
        '<h1>',
        '<img src="/x"><script>window.pwned=1</script><p style="color:red" onclick="window.pwned=2">x</p><h1>',
      )
      await route.fulfill({ response: answer, body })
    })
    await page.goto(`${served.url}/incidents`)
    expect(await page.evaluate('window.pwned')).toBeUndefined()
    expect(violations.length).toBeGreaterThanOrEqual(3)
  })
})
