import type { SlackIdentity, SlackProbe } from '../port/slack-probe.ts'
import { neededScopes, SCOPES, type SlackRules } from './scopes.ts'

/** One thing that was looked at. `note`: worth knowing, and no fault. `todo` says what to do about it. */
export type Finding = { readonly kind: 'ok' | 'note' | 'problem'; readonly what: string; readonly todo?: string }

const AGAIN = 'put what `creance slack manifest` prints into the app (App Manifest), and install it again (Install App)'

/** What can be done about Slack's words. */
const TODO: Readonly<Record<string, string>> = {
  invalid_auth: 'is SLACK_BOT_TOKEN the Bot User OAuth Token (xoxb-…) of this app?',
  not_authed: 'set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…)',
  account_inactive: 'the app was taken from the workspace, or its token revoked: install it again (Install App)',
  token_revoked: 'the token was revoked: install the app again (Install App), and take the new token',
  not_in_channel: 'in that channel, type /invite @creance (the name of your app)',
  channel_not_found: 'is the id right? A private channel is only seen by those in it: type /invite @creance there',
  is_archived: 'the channel is archived: name another in the route',
  missing_scope: AGAIN,
  no_such_subteam: 'is the id of the user group (S…) right?',
  subteam_not_found: 'is the id of the user group (S…) right?',
  plan_upgrade_required: 'user groups need a paid plan of Slack: name users instead',
  paid_teams_only: 'user groups need a paid plan of Slack: name users instead',
}
const APP_TODO: Readonly<Record<string, string>> = {
  not_allowed_token_type: 'SLACK_APP_TOKEN is the App-Level Token (xapp-…), not the bot token',
  missing_scope: 'make an App-Level Token with connections:write (Basic Information, App-Level Tokens)',
}
const APP_ELSE = 'is SLACK_APP_TOKEN right, and Socket Mode switched on (Settings, Socket Mode)?'

/** Asks Slack about all that the rules name, one after the other. `appToken`: of Socket Mode, where it is used. */
export async function checkSetup(rules: SlackRules, probe: SlackProbe, appToken?: string): Promise<readonly Finding[]> {
  const identity = await probe.identity()
  if (typeof identity === 'string') return [fault(`Slack does not take the bot token: ${identity}`, TODO[identity])]
  const findings: Finding[] = [
    { kind: 'ok', what: `bot token: @${identity.bot} in ${identity.workspaceName} (${identity.workspace})` },
    ...scopeFindings(identity, rules),
    ...permissionFindings(identity, rules, appToken),
  ]
  const routes = rules.routes.filter(({ slack }) => slack !== undefined)
  if (routes.length === 0) findings.push(fault('no route leads to Slack: nobody is told', 'write one: docs/slack.md has one to copy'))
  for (const [id, names] of grouped(routes.map(({ name, slack }) => [slack?.channel, name]))) {
    const word = await probe.channel(id)
    findings.push(word === 'ok' ? fine(`channel ${id} (${names})`) : fault(`channel ${id} (${names}): ${word}`, TODO[word]))
  }
  for (const [id, names] of grouped(
    rules.permissions.flatMap(({ permission, slack }) => slack.user_groups.map((group) => [group, permission])),
  )) {
    const word = await probe.group(id)
    findings.push(word === 'ok' ? fine(`user group ${id} (${names})`) : fault(`user group ${id} (${names}): ${word}`, TODO[word]))
  }
  for (const [id, names] of grouped(routes.map(({ name, slack }) => [slack?.user, name])))
    findings.push({ kind: 'note', what: `user ${id} (${names}): not tried, since that would write to them` })
  if (appToken !== undefined) {
    const word = await probe.socket(appToken)
    findings.push(word === 'ok' ? fine('app token: Socket Mode') : fault(`app token: ${word}`, APP_TODO[word] ?? APP_ELSE))
  }
  return findings
}

function scopeFindings({ scopes }: SlackIdentity, rules: SlackRules): readonly Finding[] {
  if (scopes === undefined) return [{ kind: 'note', what: 'scopes: Slack did not say which the token has' }]
  const needed = neededScopes(rules)
  const missing = needed.filter(({ name }) => !scopes.includes(name))
  const unused = scopes.filter((name) => !needed.some((scope) => scope.name === name))
  const known = unused.filter((name) => SCOPES.some((scope) => scope.name === name))
  return [
    ...(missing.length === 0 ? [fine(`scopes: ${needed.map(({ name }) => name).join(', ')}`)] : []),
    ...missing.map(({ name, why }) => fault(`scope ${name} is missing: ${why}`, AGAIN)),
    ...unused.map(
      (name): Finding => ({
        kind: 'note',
        what: `scope ${name} is not needed${known.includes(name) ? ' by these rules' : ''}`,
        todo: 'take it out (OAuth & Permissions)',
      }),
    ),
  ]
}

/** A permission for another workspace or app holds for nobody here. The app's id stands in its app token. */
function permissionFindings({ workspace }: SlackIdentity, { permissions }: SlackRules, appToken?: string): readonly Finding[] {
  if (permissions.length === 0)
    return [{ kind: 'note', what: 'no permission: nobody may press a button', todo: 'docs/slack.md has one to copy' }]
  const here = permissions.filter(({ slack }) => slack.workspace === workspace)
  if (here.length === 0) return [fault(`no permission is for this workspace: no press is taken`, `write workspace: ${workspace}`)]
  const app = /^xapp-\d+-(A[A-Z0-9]+)-/.exec(appToken ?? '')?.[1]
  const others = app === undefined ? [] : here.filter(({ slack }) => slack.app !== app)
  if (others.length > 0)
    return others.map(({ permission, slack }) => fault(`permission ${permission} is for the app ${slack.app}`, `this app is ${app}`))
  return [fine(`permissions: ${here.length} for this workspace`)]
}

function grouped(pairs: readonly (readonly (string | undefined)[])[]): readonly (readonly [id: string, names: string])[] {
  const names = new Map<string, string[]>()
  for (const [id, name = ''] of pairs) if (id !== undefined) names.set(id, [...(names.get(id) ?? []), name])
  return [...names].map(([id, all]) => [id, [...new Set(all)].join(', ')])
}

const fine = (what: string): Finding => ({ kind: 'ok', what })
const fault = (what: string, todo: string | undefined): Finding => ({ kind: 'problem', what, ...(todo === undefined ? {} : { todo }) })
