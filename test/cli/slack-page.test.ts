import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { HINTS } from '../../lib/adapter/slack-error.ts'
import { SOCKET_HINTS } from '../../lib/adapter/slack-socket.ts'
import { PRESSABLE } from '../../lib/response/permission.ts'
import { loadRules, loadRulesOrThrow } from '../../lib/rule-set.ts'
import { parseCommand } from '../../lib/slack/command.ts'
import { SCOPES } from '../../lib/slack/scopes.ts'
import { REFUSALS } from '../../lib/stage/interact/refusal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// docs/slack.md is followed word for word by somebody who knows nothing yet: what it names is there.
const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/slack.md'), 'utf8')
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text]) => text ?? '')
const inCode = [...PAGE.matchAll(/`([^`\n]+)`/g)].map(([, text]) => text ?? '')
let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

test('its rules are rules without problems, together', () => {
  const examples = blocks('yaml')
  expect(examples.length).toBeGreaterThanOrEqual(2)
  for (const [index, example] of examples.entries()) writeFileSync(join(folder.path, `${index}.yaml`), example)
  expect(loadRules([folder.path]).problems).toEqual([])
  const { routes, permissions } = loadRulesOrThrow([folder.path])
  expect([routes.length, permissions.length]).toEqual([2, 2])
  const named = permissions.flatMap(({ actions }) => actions)
  const byHand = [
    'isolate',
    'delete',
    'release',
    'acknowledge',
    'reject',
    'silence',
    'not_a_threat',
    'status',
    'incidents',
    'silence_any',
    'stop',
    'resume',
  ] as const
  expect(byHand.filter((word) => !named.includes(word) || !PRESSABLE.includes(word))).toEqual([])
})

test('each command that it names is one of the command line, and so is each option', () => {
  const named = [
    ...PAGE.matchAll(/(?:^|[^/\w-])(?:npm run (?:-s )?creance -- |`creance )([a-z]+(?: (?:manifest|check))?)((?: [^`\n]*)?)/gm),
  ]
  expect(named.length).toBeGreaterThanOrEqual(8)
  for (const [, command = '', rest = ''] of named) {
    const help = execFileSync(process.execPath, [join(ROOT, 'cli/creance.ts'), ...command.split(' '), '--help'], { encoding: 'utf8' })
    expect(help, command).toContain(`Usage: creance ${command}`)
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(help, `${command} ${option}`).toContain(option)
  }
}, 60_000)

test('the manifests that it has made are made', () => {
  const commands = blocks('sh').flatMap((text) => [...text.matchAll(/creance -- (slack manifest .*)/g)].map(([, words]) => words ?? ''))
  expect(commands).toHaveLength(2)
  for (const words of commands) {
    const { status, stdout } = spawnSync(process.execPath, [join(ROOT, 'cli/creance.ts'), ...words.split(' ')], { encoding: 'utf8' })
    expect({ words, status }).toEqual({ words, status: 0 })
    for (const [, scope = ''] of stdout.matchAll(/^# (\w+:\w+|commands) /gm)) expect(inCode).toContain(scope)
  }
})

test('each /creance command that it names is understood', () => {
  const asked = inCode.filter((text) => text.startsWith('/creance ')).map((text) => text.slice('/creance '.length))
  expect(asked.length).toBeGreaterThanOrEqual(6)
  expect(asked.map(parseCommand).filter(({ word }) => word === 'unclear')).toEqual([])
})

test.each([
  { name: 'scope', words: SCOPES.map(({ name }) => name) },
  { name: "word of Slack's that the log explains", words: [...Object.keys(HINTS), ...Object.keys(SOCKET_HINTS)] },
  { name: 'reason for refusing a press', words: [...Object.keys(REFUSALS), 'forged', 'stale', 'too_large'] },
])('each $name stands in it', ({ words }) => {
  expect(words.filter((word) => !inCode.includes(word))).toEqual([])
})

test('the recorded alerts that it sends are there', () => {
  const [, file = ''] = /(test\/fixtures\/\S+\.jsonl)/.exec(PAGE) ?? []
  expect(readFileSync(join(ROOT, file), 'utf8').trim().split('\n')).toHaveLength(2)
})
