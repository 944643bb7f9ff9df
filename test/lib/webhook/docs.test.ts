import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { DESTINATIONS, RouteItem } from '../../../lib/route/route.ts'
import { TEMPLATES } from '../../../lib/route/webhook.ts'
import { PLACEHOLDERS } from '../../../lib/route/webhook-body.ts'
import { loadRules } from '../../../lib/rule-set.ts'
import { signatureHeaders } from '../../../lib/webhook/sign.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const PAGE = readFileSync(new URL('../../../docs/webhooks.md', import.meta.url), 'utf8')
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '')

test.each(blocks('yaml'))('this example loads without a problem: %s', (text) => {
  const folder = temporaryFolder()
  onTestFinished(folder.remove)
  writeFileSync(join(folder.path, 'route.yaml'), text)
  expect(loadRules([folder.path]).problems).toEqual([])
})

test('there is an example of every template and of the export', () => {
  const routes = blocks('yaml').flatMap((text) => parse(text).map((item: unknown) => RouteItem.parse(item).route))
  expect(new Set(routes.map(({ webhook, ocsf }) => webhook?.template ?? (ocsf ? 'ocsf' : 'slack')))).toEqual(
    new Set([...TEMPLATES, 'ocsf']),
  )
  expect(DESTINATIONS).toContain('ocsf')
})

test('the names of a body are all there', () => {
  const [, listed = ''] = /<!-- names -->([\s\S]*?)<!-- \/names -->/.exec(PAGE) ?? []
  expect([...listed.matchAll(/`([\w.]+)`/g)].map((match) => match[1])).toEqual([...PLACEHOLDERS])
})

test('the code that checks a signature does', async () => {
  const [code = ''] = blocks('js')
  const { isGenuine } = await import(`data:text/javascript,${encodeURIComponent(code)}`)
  for (const secret of ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'a secret of some length']) {
    const headers = signatureHeaders({ id: 'm', atMs: Date.now(), body: '{"a":"ü"}' }, secret)
    expect(isGenuine(headers, '{"a":"ü"}', secret)).toBe(true)
    expect(isGenuine(headers, '{"a":"u"}', secret)).toBe(false)
    expect(isGenuine({ ...headers, 'webhook-id': 'n' }, '{"a":"ü"}', secret)).toBe(false)
    const old = signatureHeaders({ id: 'm', atMs: Date.now() - 400_000, body: '{}' }, secret)
    expect(isGenuine(old, '{}', secret)).toBe(false)
    expect(isGenuine({}, '{}', secret)).toBe(false)
  }
})
