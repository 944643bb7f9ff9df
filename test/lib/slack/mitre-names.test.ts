import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mitreOf } from '../../../lib/detection/mitre.ts'
import { MITRE_NAMES, mitreText } from '../../../lib/slack/mitre-names.ts'

const RULES = join(import.meta.dirname, '../../../rules')

test('every technique that the shipped rules name has its name', () => {
  const files = readdirSync(RULES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'))
  const tags = files.flatMap((name) =>
    [...readFileSync(join(RULES, name), 'utf8').matchAll(/^ *tags: \[([^\]]*)\]/gm)].map((match) => match[1] ?? ''),
  )
  const ids = new Set(mitreOf(tags))
  expect(ids.size).toBeGreaterThan(50)
  expect([...ids].filter((id) => !MITRE_NAMES.has(id))).toEqual([])
})

test.each([
  [['T1059.004'], 'MITRE ATT&amp;CK: <https://attack.mitre.org/techniques/T1059/004/|T1059.004 Unix Shell>'],
  [['TA0003'], 'MITRE ATT&amp;CK: <https://attack.mitre.org/tactics/TA0003/|TA0003 Persistence>'],
  [['T9999'], 'MITRE ATT&amp;CK: <https://attack.mitre.org/techniques/T9999/|T9999>'],
  [['T1|evil>'], 'MITRE ATT&amp;CK: T1|evil&gt;'],
  [[], ''],
])('%j is shown as %s', (ids, shown) => {
  expect(mitreText(ids)).toBe(shown)
})

test('of many the first are linked', () => {
  expect(mitreText(Array.from({ length: 9 }, (_, at) => `T100${at}`))).toMatch(/ and 3 more$/)
})
