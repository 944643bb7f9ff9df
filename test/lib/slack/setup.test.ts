import { afterEach, beforeEach, expect, test } from 'vitest'
import { slackProbe } from '../../../lib/adapter/slack-check.ts'
import { Permission } from '../../../lib/response/permission.ts'
import { Route } from '../../../lib/route/route.ts'
import type { SlackRules } from '../../../lib/slack/scopes.ts'
import { checkSetup } from '../../../lib/slack/setup.ts'
import { type RunningSlack, startSlack } from '../../../local/slack/slack.ts'
import type { OnCall } from '../../../local/slack/web-api/call.ts'
import { STAND_IN } from '../../../local/stand-in/workspace.ts'
import { APP_TOKEN, type SocketModeServer, startSocketModeServer } from '../../support/socket-mode.ts'

// The checks by Slack's own client, against the stand-in, with its answers changed where Slack would refuse.
const SCOPES = 'chat:write,commands,channels:history,groups:history'
let slack: RunningSlack
let server: SocketModeServer
let instead: Record<string, ReturnType<OnCall>>
let calls: string[]

beforeEach(async () => {
  instead = {}
  calls = []
  const onCall: OnCall = (method) => {
    calls.push(method)
    return instead[method]
  }
  slack = await startSlack({ ...STAND_IN, signingSecret: 'x'.repeat(16), interactionsUrl: 'http://127.0.0.1:9/', onCall })
  server = await startSocketModeServer({ webApi: slack.apiUrl })
  scopes(SCOPES)
})
afterEach(async () => {
  await server.stop()
  await slack.stop()
})

const answer = (body: object, headers: Record<string, string> = {}, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
const refused = (error: string) => answer({ ok: false, error })
const scopes = (list: string) => {
  instead['auth.test'] = answer({ ok: true, team_id: 'T0CREANCE', team: 'stand-in', user: 'Creance' }, { 'x-oauth-scopes': list })
}
function rules({ route = { channel: 'C0ALERTS' } as object, permission = {} as object } = {}): SlackRules {
  const place = { app: 'A0CREANCE', workspace: 'T0CREANCE', channels: ['C0ALERTS'], users: ['U0ALICE'] }
  return {
    routes: [Route.parse({ name: 'security', slack: route })],
    permissions: [Permission.parse({ permission: 'on call', slack: { ...place, ...permission }, actions: ['isolate'] })],
  }
}
/** Straight to the stand-in, whose headers say the scopes; an app token goes by the server that knows it. */
const findings = (of: SlackRules, { token = STAND_IN.token as string, appToken = undefined as string | undefined } = {}) =>
  checkSetup(of, slackProbe({ token, apiUrl: appToken === undefined ? slack.apiUrl : server.apiUrl }), appToken)
const problems = async (...of: Parameters<typeof findings>) => (await findings(...of)).filter(({ kind }) => kind === 'problem')

test('all is well: a line for each thing that was looked at, and nothing is posted', async () => {
  expect(await findings(rules())).toEqual([
    { kind: 'ok', what: 'bot token: @Creance in stand-in (T0CREANCE)' },
    { kind: 'ok', what: 'scopes: chat:write, commands, channels:history, groups:history' },
    { kind: 'ok', what: 'permissions: 1 for this workspace' },
    { kind: 'ok', what: 'channel C0ALERTS (security)' },
  ])
  expect(calls).toEqual(['auth.test', 'conversations.history'])
  expect(slack.messages()).toEqual([])
})

test.each(['not_in_channel', 'channel_not_found', 'is_archived', 'missing_scope'])(
  '%s is told with the channel, and what to do',
  async (word) => {
    instead['conversations.history'] = refused(word)
    expect(await problems(rules())).toEqual([{ kind: 'problem', what: `channel C0ALERTS (security): ${word}`, todo: expect.any(String) }])
  },
)

test('a channel that several routes name is asked about once', async () => {
  const { routes, permissions } = rules()
  await findings({ routes: [...routes, Route.parse({ name: 'again', slack: { channel: 'C0ALERTS' } })], permissions })
  expect(calls.filter((method) => method === 'conversations.history')).toHaveLength(1)
})

test('a bot token that Slack does not take ends it', async () => {
  delete instead['auth.test']
  expect(await findings(rules(), { token: 'xoxb-other' })).toEqual([
    { kind: 'problem', what: 'Slack does not take the bot token: invalid_auth', todo: expect.stringContaining('SLACK_BOT_TOKEN') },
  ])
  expect(calls).toEqual(['auth.test'])
})

test('a scope too few is a problem, one too many is noted, and unknown ones are no failure', async () => {
  scopes('chat:write,commands,channels:history,users:read,usergroups:read')
  const found = await findings(rules())
  expect(found).toContainEqual({
    kind: 'problem',
    what: expect.stringMatching(/^scope groups:history is missing: /),
    todo: expect.stringContaining('manifest'),
  })
  expect(found.filter(({ kind }) => kind === 'note').map(({ what }) => what)).toEqual([
    'scope users:read is not needed',
    'scope usergroups:read is not needed by these rules',
  ])
  delete instead['auth.test']
  expect((await findings(rules()))[1]).toEqual({ kind: 'note', what: 'scopes: Slack did not say which the token has' })
})

test.each([
  { name: 'another workspace', permission: { workspace: 'T0ELSE' }, todo: 'write workspace: T0CREANCE' },
  { name: 'another app', permission: { app: 'A0ELSE' }, todo: 'this app is A0CREANCE' },
])('permissions for $name alone are a problem', async ({ permission, todo }) => {
  expect(await problems(rules({ permission }), { appToken: APP_TOKEN })).toMatchObject([{ todo }])
})

test('no route is a problem, and no permission is not', async () => {
  const found = await findings({ routes: [], permissions: [] })
  expect(found.map(({ kind }) => kind)).toEqual(['ok', 'ok', 'note', 'problem'])
})

test('user groups are asked for, and refused on a free plan', async () => {
  scopes(`${SCOPES},usergroups:read`)
  const withGroup = rules({ permission: { users: undefined, user_groups: ['S0CREW'] } })
  instead['usergroups.users.list'] = answer({ ok: true, users: ['U0ALICE'] })
  expect((await findings(withGroup)).at(-1)).toEqual({ kind: 'ok', what: 'user group S0CREW (on call)' })
  instead['usergroups.users.list'] = refused('plan_upgrade_required')
  expect(await problems(withGroup)).toMatchObject([
    { what: 'user group S0CREW (on call): plan_upgrade_required', todo: expect.stringMatching(/paid plan/) },
  ])
})

test('a person is not written to', async () => {
  scopes(`${SCOPES},im:history,im:write`)
  expect((await findings(rules({ route: { user: 'U0ALICE' } }))).at(-1)).toMatchObject({
    kind: 'note',
    what: expect.stringContaining('U0ALICE'),
  })
  expect(calls).toEqual(['auth.test'])
})

test('the app token is tried without taking a connection away from anybody', async () => {
  expect((await findings(rules(), { appToken: APP_TOKEN })).at(-1)).toEqual({ kind: 'ok', what: 'app token: Socket Mode' })
  expect((await findings(rules(), { appToken: 'xapp-1-A0CREANCE-2-x' })).at(-1)).toMatchObject({
    kind: 'problem',
    what: 'app token: invalid_auth',
    todo: expect.stringContaining('Socket Mode switched on'),
  })
  expect(server.greeted()).toBe(0)
})

test.each([
  { name: 'that does not answer', fault: () => answer({}, {}, 500), code: 'unavailable' },
  { name: 'that asks to wait', fault: () => answer({}, { 'retry-after': '7' }, 429), code: 'throttled' },
  { name: 'that answers what is no word', fault: () => refused('<!channel> look'), code: 'unavailable' },
])('a Slack $name is an error, and no verdict', async ({ fault, code }) => {
  instead['conversations.history'] = fault()
  await expect(findings(rules())).rejects.toMatchObject({ code })
})
