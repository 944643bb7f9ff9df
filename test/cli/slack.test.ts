import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { type RunningSlack, startSlack } from '../../local/slack/slack.ts'
import type { OnCall } from '../../local/slack/web-api/call.ts'
import { STAND_IN } from '../../local/stand-in/workspace.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ROOT = join(import.meta.dirname, '../..')
const SCOPES = 'chat:write,commands,channels:history,groups:history'
let stops: (() => unknown)[]
let slack: RunningSlack
let rules: string
/** What the stand-in is to answer in the place of its own, by method. */
let instead: Record<string, ReturnType<OnCall>>

beforeEach(async () => {
  const folder = temporaryFolder()
  instead = {}
  slack = await startSlack({
    ...STAND_IN,
    signingSecret: 'x'.repeat(16),
    interactionsUrl: 'http://127.0.0.1:9/',
    onCall: (method) => instead[method],
  })
  stops = [slack.stop, folder.remove]
  rules = join(folder.path, 'rules.yaml')
  withRules()
  scopes(SCOPES)
})
afterEach(async () => {
  for (const stop of stops) await stop()
})

const WORKSPACE = { app: 'A0CREANCE', workspace: 'T0CREANCE', channels: ['C0ALERTS'] }
function withRules({ route = { channel: 'C0ALERTS' }, permission = {} as object } = {}): void {
  const items = [
    { route: { name: 'security', slack: route } },
    { permission: 'on call', slack: { ...WORKSPACE, users: ['U0ALICE'], ...permission }, actions: ['isolate'] },
  ]
  writeFileSync(rules, JSON.stringify(items))
}

const answer = (body: object, headers: Record<string, string> = {}, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const IDENTITY = { ok: true, team_id: 'T0CREANCE', team: 'stand-in', user: 'Creance' }
const scopes = (list: string) => {
  instead['auth.test'] = answer(IDENTITY, { 'x-oauth-scopes': list })
}

async function creance(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(ROOT, 'cli/creance.ts'), 'slack', ...args], { env: { PATH: process.env.PATH, ...env } })
  const text = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => {
    text.stdout += data
  })
  child.stderr.on('data', (data) => {
    text.stderr += data
  })
  const status = await new Promise((resolve) => child.once('close', resolve))
  return { status, ...text }
}
const check = (env: Readonly<Record<string, string>> = {}, more: readonly string[] = []) =>
  creance(['check', '--rules', rules, '--slack-api', env.API ?? slack.apiUrl, ...more], { SLACK_BOT_TOKEN: STAND_IN.token, ...env })

test('manifest prints YAML that says what each scope is for, or JSON with the same in it', async () => {
  const yaml = await creance(['manifest', '--socket-mode', '--rules', rules])
  expect(yaml).toMatchObject({ status: 0, stderr: '' })
  for (const scope of SCOPES.split(',')) expect(yaml.stdout).toMatch(new RegExp(`^# ${scope} +to |^# ${scope} +the same`, 'm'))
  const json = await creance(['manifest', '--socket-mode', '--rules', rules, '--json'])
  expect(parse(yaml.stdout)).toEqual(JSON.parse(json.stdout))
  expect(JSON.parse(json.stdout)).toMatchObject({ oauth_config: { scopes: { bot: SCOPES.split(',') } } })
})

test.each([
  { args: ['manifest'], says: /either --url.* or --socket-mode/ },
  { args: ['manifest', '--url', 'https://x.example.com', '--socket-mode'], says: /either --url/ },
  { args: ['manifest', '--url', 'http://x.example.com'], says: /--url: expected the https address/ },
  { args: ['manifest', '--socket-mode', '--json', '--yaml'], says: /either --json or --yaml/ },
  { args: ['manifest', '--socket-mode', '--rules', '/nowhere'], says: /cannot be read/ },
  { args: ['manifest', '--colour'], says: /creance slack manifest --help/ },
  { args: ['check'], says: /SLACK_BOT_TOKEN is not set/ },
])('$args exits 2 and says what is wrong', async ({ args, says }) => {
  expect(await creance(args)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(says) })
})

test('check finds all well, says so a line each, and posts nothing', async () => {
  expect(await check()).toEqual({
    status: 0,
    stderr: '',
    stdout: [
      '✔ bot token: @Creance in stand-in (T0CREANCE)',
      '✔ scopes: chat:write, commands, channels:history, groups:history',
      '✔ permissions: 1 for this workspace',
      '✔ channel C0ALERTS (security)',
      '',
    ].join('\n'),
  })
  expect(slack.messages()).toEqual([])
})

const refused = (error: string) => answer({ ok: false, error })

test('check says what to do, and exits 1', async () => {
  instead['conversations.history'] = refused('not_in_channel')
  const says = '✘ channel C0ALERTS (security): not_in_channel\n    → in that channel, type /invite @creance (the name of your app)\n'
  expect(await check()).toMatchObject({ status: 1, stdout: expect.stringContaining(says), stderr: '' })
})

test('the app token is of the environment too', async () => {
  expect(await check({ SLACK_APP_TOKEN: 'xapp-1-A0OTHER-1-x' })).toMatchObject({
    status: 1,
    stdout: expect.stringMatching(/this app is A0OTHER[\s\S]*✘ app token: /),
  })
})

test('for scripts there is JSON', async () => {
  instead['conversations.history'] = refused('not_in_channel')
  const { status, stdout } = await check({}, ['--json'])
  expect(status).toBe(1)
  expect(JSON.parse(stdout).filter(({ kind }: { kind: string }) => kind === 'problem')).toEqual([
    { kind: 'problem', what: 'channel C0ALERTS (security): not_in_channel', todo: expect.stringContaining('/invite') },
  ])
})

test('a Slack that does not answer is an error, and no verdict', async () => {
  instead['auth.test'] = answer({}, {}, 500)
  expect(await check()).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/Slack: auth\.test: no answer/) })
})
