import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { playDemo } from '../../local/demo/demo.ts'
import type { StepResult } from '../../local/demo/step.ts'
import { launchChromium } from '../support/chromium.ts'

// The attended demo, played by a browser: what it asks a person to do is done with real clicks on the page.
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser?.close())

async function clickAs(page: Page, user: string, button: string): Promise<void> {
  await page.getByLabel('You are').selectOption(user)
  await page
    .getByRole('button')
    .filter({ hasText: new RegExp(`^${button}$`) })
    .last()
    .click()
  if (button !== 'Release')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Isolate/ })
      .click()
}

test('a person plays the story on the page: refused as Mallory, isolated and released as Alice', async () => {
  const page = await browser.newPage({ viewport: { width: 1100, height: 900 } })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  const clicks = [
    () => clickAs(page, 'U0MALLORY', 'Approve: Isolate'),
    () => clickAs(page, 'U0ALICE', 'Approve: Isolate'),
    () => clickAs(page, 'U0ALICE', 'Release'),
  ]
  const results: StepResult[] = []
  const failed: unknown[] = []
  const ok = await playDemo({
    packageRoot: join(import.meta.dirname, '../..'),
    http: '127.0.0.1:0',
    listen: '127.0.0.1:0',
    attended: true,
    signal: AbortSignal.timeout(60_000),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    onStart: ({ httpUrl }) => void page.goto(`${httpUrl}/#channel=C0ALERTS&as=U0ALICE`),
    onAsk: () =>
      void clicks
        .shift()?.()
        .catch((error) => failed.push(error)),
    onStep: (result) => results.push(result),
  })
  expect(failed).toEqual([])
  expect(ok, JSON.stringify(results)).toBe(true)
  expect(results).toHaveLength(9)
  expect(complaints.filter((text) => !/ERR_CONNECTION|EventSource|Failed to load resource/.test(text))).toEqual([])
  await page.close()
})
