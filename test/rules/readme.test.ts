import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadFalcoRuleFiles } from '../../lib/falco-rules.ts'
import { runFalcoTests } from '../../lib/falco-tests.ts'
import { ACTION_NAMES, actionNamed } from '../../lib/response/actions/index.ts'
import { loadRules } from '../../lib/rule-set.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ROOT = join(import.meta.dirname, '../..')
const README = readFileSync(join(ROOT, 'rules/README.md'), 'utf8')
let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

test('every example of the rules reference is a rule without problems', () => {
  const examples = [...README.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
  expect(examples.length).toBeGreaterThanOrEqual(5)
  for (const [index, example] of examples.entries()) writeFileSync(join(folder.path, `${index}.yaml`), example)
  expect(loadRules([folder.path]).problems).toEqual([])
  expect(loadFalcoRuleFiles([folder.path]).problems).toEqual([])
  const outcomes = runFalcoTests([folder.path])
  expect(outcomes.length).toBeGreaterThan(0)
  expect(outcomes.filter(({ passed }) => !passed)).toEqual([])
})

test.each(ACTION_NAMES)('%s stands in the rules reference, and its own example has parameters that it takes', (name) => {
  expect(README).toContain(`| \`${name}\` |`)
  const action = actionNamed(name) ?? expect.fail()
  const [[step, parameters] = ['', undefined]] = Object.entries(parse(action.example))
  expect(step).toBe(name)
  expect(action.problemWith(parameters ?? {})).toBeUndefined()
})
