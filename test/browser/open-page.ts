import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest'
import type { RunningSlack } from '../../local/slack/slack.ts'
import { CHANNEL } from '../local/slack/stand-in.ts'
import { launchChromium } from '../support/chromium.ts'

const NOTHING = /(?!)/

export type View = { readonly as?: string; readonly width?: number; readonly tolerates?: RegExp }

/** A browser for the tests of a file; the answer opens a page on a stand-in. What the browser complains about, unless it is tolerated,
 *  and what it asks of other hosts fails the test at its end. */
export function useBrowser(): (slack: RunningSlack, view?: View) => Promise<Page> {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser.close())

  return async (slack, { as = 'UADA', width = 1000, tolerates = NOTHING } = {}) => {
    const page = await browser.newPage({ viewport: { width, height: 740 } })
    const complaints: string[] = []
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('dialog', (dialog) => complaints.push(`dialog: ${dialog.message()}`))
    page.on('request', (request) => /^data:/.test(request.url()) || request.url().startsWith(slack.url) || complaints.push(request.url()))
    await page.goto(`${slack.url}/#channel=${CHANNEL}&as=${as}`)
    await page.getByText('Connected', { exact: true }).waitFor()
    onTestFinished(async () => {
      await page.close()
      expect(complaints.filter((text) => !tolerates.test(text))).toEqual([])
    })
    return page
  }
}
