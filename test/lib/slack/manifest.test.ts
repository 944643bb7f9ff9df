import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WebClient } from '@slack/web-api'
import { expect, test } from 'vitest'
import { Permission } from '../../../lib/response/permission.ts'
import { Route } from '../../../lib/route/route.ts'
import { scopeWords, slackManifest } from '../../../lib/slack/manifest.ts'
import { FREE_METHODS, neededScopes, SCOPES, type SlackRules } from '../../../lib/slack/scopes.ts'

type Manifest = Exclude<Parameters<WebClient['apps']['manifest']['create']>[0], undefined>['manifest']

const slack = { app: 'A01', workspace: 'T01', channels: ['C01'] }
const channelRoute = Route.parse({ name: 'r', slack: { channel: 'C01' } })
const PLAIN: SlackRules = {
  routes: [channelRoute],
  permissions: [Permission.parse({ permission: 'p', slack: { ...slack, users: ['U01'] }, actions: ['isolate'] })],
}
const GROUPS: SlackRules = {
  routes: [],
  permissions: [Permission.parse({ permission: 'p', slack: { ...slack, user_groups: ['S01'] }, actions: ['isolate'] })],
}
const PEOPLE: SlackRules = { routes: [channelRoute, Route.parse({ name: 'u', slack: { user: 'U01' } })], permissions: [] }
const DIRECT: SlackRules = { routes: [Route.parse({ name: 'd', slack: { channel: 'D01' } })], permissions: [] }
const names = (rules: SlackRules) => neededScopes(rules).map(({ name }) => name)

const BASE = ['chat:write', 'commands', 'channels:history', 'groups:history']

test.each([
  { name: 'channels and users alone', rules: PLAIN, scopes: BASE },
  { name: 'user groups', rules: GROUPS, scopes: [...BASE, 'usergroups:read'] },
  { name: 'a person who is told', rules: PEOPLE, scopes: [...BASE, 'im:history', 'im:write'] },
  { name: 'a direct conversation', rules: DIRECT, scopes: [...BASE, 'im:history', 'im:write'] },
  { name: 'no rules of ours at all', rules: { routes: [], permissions: [] }, scopes: BASE },
])('$name → $scopes', ({ rules, scopes }) => {
  expect(names(rules)).toEqual(scopes)
  expect(scopeWords(rules)).toHaveLength(scopes.length)
})

test('the scopes are those of the methods that the adapters call: none is missing, none is for nothing', () => {
  const folder = join(import.meta.dirname, '../../../lib/adapter')
  const sources = readdirSync(folder).filter((name) => name.startsWith('slack'))
  const called = new Set(
    sources.flatMap((name) =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(/\bclient(?:Of\([^)]*\))?((?:\s*\.[a-zA-Z]+){2,})\(/g)].map(([, path]) =>
        (path ?? '').replace(/\s/g, '').slice(1),
      ),
    ),
  )
  const ofMethods = new Set(SCOPES.flatMap(({ methods }) => methods))
  expect(called).toContain('chat.postMessage')
  expect([...called].filter((method) => !ofMethods.has(method) && !FREE_METHODS.some((free) => free === method))).toEqual([])
  expect([...ofMethods].filter((method) => !called.has(method))).toEqual([])
})

test('by a URL, Slack sends presses and commands there', () => {
  const manifest = slackManifest('Creance', { url: 'https://creance.example.com' }, PLAIN)
  expect(manifest).toMatchObject({
    display_information: { name: 'Creance' },
    features: {
      bot_user: { display_name: 'creance' },
      slash_commands: [{ command: '/creance', url: 'https://creance.example.com/slack/interactions' }],
    },
    oauth_config: { scopes: { bot: names(PLAIN) } },
    settings: {
      interactivity: { is_enabled: true, request_url: 'https://creance.example.com/slack/interactions' },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false,
    },
  })
})

test('by Socket Mode, no address stands in it', () => {
  const manifest = slackManifest('Creance', 'socket', PLAIN)
  expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } })
  expect(JSON.stringify(manifest)).not.toMatch(/url/)
})

test('only where a person is told has the app a conversation with people, which they cannot write in', () => {
  expect(slackManifest('Creance', 'socket', PLAIN).features).not.toHaveProperty('app_home')
  expect(slackManifest('Creance', 'socket', PEOPLE).features).toMatchObject({
    app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
  })
})

test.each([
  ['https://x.example.com/', 'https://x.example.com/slack/interactions'],
  ['https://abc.execute-api.eu-central-1.amazonaws.com/prod', 'https://abc.execute-api.eu-central-1.amazonaws.com/prod/slack/interactions'],
  ['https://x.example.com/slack/interactions', 'https://x.example.com/slack/interactions'],
  ['https://x.example.com/slack/interactions/', 'https://x.example.com/slack/interactions'],
])('%s → %s', (url, expected) => {
  expect(slackManifest('Creance', { url }, PLAIN).settings.interactivity).toMatchObject({ request_url: expected })
})

test.each([
  'http://x.example.com',
  'x.example.com',
  'https://user:secret@x.example.com',
  'https://x.example.com/?a=b',
  'https://x/#a',
  'javascript:alert(1)',
  '',
])('the URL %s is refused', (url) => {
  expect(() => slackManifest('Creance', { url }, PLAIN)).toThrow(expect.objectContaining({ code: 'invalid_config' }))
})

test.each([
  ['Creance', 'creance'],
  ['Creance (prod)', undefined],
  ['Wächter der Cluster', 'wa-chter-der-cluster'],
  ['見張り', 'creance'],
  ['A'.repeat(35), 'a'.repeat(35)],
  ['A'.repeat(36), undefined],
  ['', undefined],
  ['a\nb', undefined],
])('the name %j gives the bot %s', (name, bot) => {
  const made = () => slackManifest(name, 'socket', PLAIN).features.bot_user.display_name
  if (bot === undefined) expect(made).toThrow(expect.objectContaining({ code: 'invalid_config' }))
  else expect(made()).toBe(bot)
})

test('it keeps the limits of Slack’s reference, and is a manifest by the types of Slack’s client', () => {
  const manifest: Manifest = slackManifest('A'.repeat(35), { url: 'https://x.example.com' }, PEOPLE) as never
  const { display_information: shown, features } = slackManifest('A'.repeat(35), 'socket', PEOPLE)
  expect(shown.name.length).toBeLessThanOrEqual(35)
  expect(shown.description.length).toBeLessThanOrEqual(140)
  expect(shown.background_color).toMatch(/^#[0-9a-f]{6}$/)
  expect(features.bot_user.display_name).toMatch(/^[a-z0-9._-]{1,80}$/)
  expect(manifest).toBeDefined()
})
