import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoRules } from '../../local/demo/demo.ts'
import { playStep } from '../../local/demo/step.ts'
import { story } from '../../local/demo/story.ts'
import { startLocal } from '../../local/local.ts'
import { readLocalSettings } from '../../local/settings.ts'
import { launchChromium } from '../support/chromium.ts'

// Takes the pictures of the docs from the story itself: `node test/browser/take-pictures.ts` (needs Chromium: CHROMIUM or /usr/bin/chromium).
const root = join(import.meta.dirname, '../..')
const data = mkdtempSync(join(tmpdir(), 'creance-pictures-'))
const settings = readLocalSettings({
  packageRoot: root,
  data,
  rules: demoRules(root),
  listen: '127.0.0.1:0',
  http: '127.0.0.1:0',
  cluster: 'demo',
})
const nothing = () => undefined
const local = await startLocal(settings, { info: nothing, warn: nothing, error: nothing })
const browser = await launchChromium()

/** Which picture is taken after which step (from 1), as whom. */
const PICTURES = new Map([
  [3, { file: 'incident.png', user: 'U0ALICE', height: 800 }],
  [4, { file: 'refused.png', user: 'U0MALLORY', height: 860 }],
  [8, { file: 'contained.png', user: 'U0ALICE', height: 1320 }],
])
try {
  for (const [index, step] of story(local).entries()) {
    const { ok, found } = await playStep(step, { attended: false, withinMs: 20_000, signal: AbortSignal.timeout(60_000), onWait: nothing })
    if (!ok) throw new Error(`step ${index + 1}: ${found}`)
    const picture = PICTURES.get(index + 1)
    if (!picture) continue
    const page = await browser.newPage({ viewport: { width: 1120, height: picture.height }, deviceScaleFactor: 1 })
    await page.goto(`${local.httpUrl}/#channel=C0ALERTS&as=${picture.user}`)
    await page.getByText('Connected', { exact: true }).waitFor()
    await page.screenshot({ path: join(root, 'docs/pictures', picture.file) })
    await page.close()
  }
} finally {
  await browser.close()
  await local.stop()
  rmSync(data, { recursive: true, force: true })
}
