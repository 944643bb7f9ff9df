import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadFalcoRuleFiles } from '../../lib/falco-rules.ts'
import { runFalcoTests } from '../../lib/falco-tests.ts'
import { SilenceItem } from '../../lib/incident/silence.ts'
import { ACTION_NAMES, actionNamed } from '../../lib/response/actions/index.ts'
import { ASKABLE, Permission, PRESSABLE } from '../../lib/response/permission.ts'
import { Route } from '../../lib/route/route.ts'
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

const section = (title: string) =>
  new RegExp(`^## ${title}\\n([\\s\\S]*?)(?=^## )`, 'm').exec(README)?.[1] ?? expect.fail(`no section ${title}`)

test.each([
  { title: 'Silence', fields: Object.keys(SilenceItem.shape.silence.shape) },
  { title: 'Route', fields: Object.keys(Route.shape) },
  { title: 'Permission', fields: [...Object.keys(Permission.shape), ...Object.keys(Permission.shape.slack.shape)] },
])('the section $title names every field there is', ({ title, fields }) => {
  const text = section(title)
  expect(fields.filter((field) => field !== 'description' && !new RegExp(`\\b${field}\\b`).test(text))).toEqual([])
})

test('the section Permission says of all that is no action what it allows', () => {
  const words = PRESSABLE.filter((word) => !ACTION_NAMES.includes(word))
  expect(words).toEqual(expect.arrayContaining([...ASKABLE]))
  const rows = section('Permission')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .join('\n')
  expect(words.filter((word) => !rows.includes(`\`${word}\``))).toEqual([])
})
