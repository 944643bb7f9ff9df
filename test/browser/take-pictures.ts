import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { alertsOn } from '../../local/demo/alerts.ts'
import { demoRules } from '../../local/demo/demo.ts'
import { playStep } from '../../local/demo/step.ts'
import { story } from '../../local/demo/story.ts'
import { type Local, startLocal } from '../../local/local.ts'
import { readLocalSettings } from '../../local/settings.ts'
import { launchChromium } from '../support/chromium.ts'
import { eventually } from '../support/eventually.ts'

// Takes the pictures of the docs from the story itself, as a person would come by them: `npm run pictures` (needs Chromium: CHROMIUM or
// /usr/bin/chromium, and a font with emoji).
const root = join(import.meta.dirname, '../..')
const data = mkdtempSync(join(tmpdir(), 'creance-pictures-'))
const rules = demoRules(root)
const settings = readLocalSettings({ packageRoot: root, data, rules, listen: '127.0.0.1:0', http: '127.0.0.1:0', cluster: 'demo' })
const nothing = () => undefined
const local = await startLocal(settings, { info: nothing, warn: nothing, error: nothing })
const browser = await launchChromium()

/** Which picture is taken after which step of the story (from 1). */
const AFTER_STEP = new Map<number, () => Promise<void>>([
  [3, asked],
  [4, refused],
  [6, released],
  [8, contained],
])
try {
  for (const [index, step] of story(local).entries()) {
    const { ok, found } = await playStep(step, { attended: false, withinMs: 20_000, signal: AbortSignal.timeout(60_000), onWait: nothing })
    if (!ok) throw new Error(`step ${index + 1}: ${found}`)
    await AFTER_STEP.get(index + 1)?.()
  }
  await pages()
  await closed()
  await digest(local)
} finally {
  await browser.close()
  await local.stop()
  rmSync(data, { recursive: true, force: true })
}

async function asked(): Promise<void> {
  const page = await channelAs('U0ALICE', 820)
  await take(page, 'incident')
  const message = page.getByRole('article').first()
  await message.screenshot({ path: fileOf('message') })
  await page
    .locator('.actions')
    .first()
    .screenshot({ path: fileOf('buttons') })
  await page
    .getByText(/\d+ replies/)
    .first()
    .click()
  await page.getByText('What the cluster says of').first().scrollIntoViewIfNeeded()
  await take(page, 'thread')
  await press(page, 'Approve: Isolate')
  await page.getByRole('dialog').waitFor()
  await take(page, 'approval')
  await page.keyboard.press('Escape')
  await press(page, 'Delete')
  await page.getByRole('textbox').first().waitFor()
  await take(page, 'modal-delete')
  await page.keyboard.press('Escape')
  await press(page, 'Not a threat')
  await page.getByRole('dialog').getByText('exceptions').first().waitFor()
  await take(page, 'modal-not-a-threat')
  await page.keyboard.press('Escape')
  await page.getByPlaceholder('Type /creance').fill('/creance status')
  await page.keyboard.press('Enter')
  await page.getByText('Only visible to you').last().waitFor()
  await page.getByText('Incidents:').last().scrollIntoViewIfNeeded()
  await take(page, 'command')
  await page.close()
}

async function refused(): Promise<void> {
  const page = await channelAs('U0MALLORY', 900)
  await take(page, 'refused')
  await page.close()
}

async function released(): Promise<void> {
  const page = await channelAs('U0ALICE', 900)
  await page.getByText('Silence …').last().click()
  await take(page, 'silence')
  await page.close()
}

async function contained(): Promise<void> {
  const page = await channelAs('U0ALICE', 1320)
  await take(page, 'contained')
  await page.close()
}

/** The list, and the incident that was asked about. */
async function pages(): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1120, height: 800 } })
  await page.goto(`${local.httpUrl}/incidents`)
  await take(page, 'page-list')
  await page
    .getByRole('link', { name: /Shell then credential read/ })
    .first()
    .click()
  await page.screenshot({ path: fileOf('page-incident'), fullPage: true })
  await page.setViewportSize({ width: 390, height: 844 })
  await take(page, 'page-phone')
  await page.close()
}

/** The first incident is found to be no threat. */
async function closed(): Promise<void> {
  const page = await channelAs('U0ALICE', 900)
  await page
    .getByRole('button')
    .filter({ hasText: /^Not a threat$/ })
    .first()
    .click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('exceptions').first().waitFor()
  await dialog.getByRole('textbox').first().fill('The nightly backup reads it: ticket 1234')
  await dialog.getByRole('button').last().click()
  await page
    .getByRole('heading', { name: /^.{0,3}Closed/ })
    .first()
    .waitFor()
  await take(page, 'closed')
  await page.close()
}

/** Forty pods at once, of which the channel takes some and the rest in one message. */
async function digest({ forwarderUrl }: Local): Promise<void> {
  const pods = Array.from({ length: 40 }, (_, at) => ({
    uid: `uid-${at}`,
    name: `shop-${at}-7d9f6c5b8d-x2k4p`,
    container: 'shop',
    containerId: String(at).padStart(64, 'a'),
    node: 'local',
    image: 'shop:7',
  }))
  const recording = new URL('../../local/demo/alerts/shell-then-shadow.jsonl', import.meta.url)
  for (const pod of pods) {
    for (const alert of alertsOn(pod, recording)) await fetch(forwarderUrl, { method: 'POST', body: alert })
  }
  await eventually(() => {
    if (!/ more incidents/.test(JSON.stringify(local.slack?.messages()))) throw new Error('no digest yet')
  }, 60_000)
  const page = await channelAs('U0ALICE', 900)
  await page
    .getByText(/more incidents/)
    .last()
    .scrollIntoViewIfNeeded()
  await take(page, 'digest')
  await page.close()
}

async function channelAs(user: string, height: number): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1120, height }, deviceScaleFactor: 1 })
  await page.goto(`${local.httpUrl}/#channel=C0ALERTS&as=${user}`)
  await page.getByText('Connected', { exact: true }).waitFor()
  return page
}

async function press(page: Page, button: string): Promise<void> {
  await page
    .getByRole('button')
    .filter({ hasText: new RegExp(`^${button}$`) })
    .last()
    .click()
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: fileOf(name) })
}

function fileOf(name: string): string {
  return join(root, 'docs/pictures', `${name}.png`)
}
