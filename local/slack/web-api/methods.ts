import * as z from 'zod'
import { botId, findUser, type User, type Workspace } from '../workspace.ts'
import { failed } from './answer.ts'
import * as chat from './chat.ts'
import * as conversations from './conversations.ts'
import { type Method, method, Word } from './method.ts'
import * as views from './views.ts'

const authTest = method(z.object({}), (_args, { workspace }) => ({
  ok: true,
  url: `https://${workspace.domain}.slack.com/`,
  team: workspace.domain,
  team_id: workspace.id,
  user: workspace.bot.name,
  user_id: workspace.bot.id,
  bot_id: botId(workspace),
  is_enterprise_install: false,
}))

const usersInfo = method(z.object({ user: Word }), (args, { workspace }) => {
  const { bot } = workspace
  const user = args.user === bot.id ? { ...bot, realName: bot.name } : findUser(workspace, args.user)
  return user ? { ok: true, user: userObject(user, workspace) } : failed('user_not_found')
})

function userObject({ id, name, realName }: User, workspace: Workspace): Record<string, unknown> {
  return {
    ...{ id, team_id: workspace.id, name, real_name: realName, deleted: false, is_bot: id === workspace.bot.id, is_app_user: false },
    profile: { real_name: realName, real_name_normalized: realName, display_name: name, display_name_normalized: name, team: workspace.id },
  }
}

/** The ids of who is in a user group. */
const usergroupUsers = method(z.object({ usergroup: Word }), (args, { workspace }) => {
  const group = workspace.groups.find(({ id }) => id === args.usergroup)
  return group ? { ok: true, users: group.users } : failed('no_such_subteam')
})

/** The Web API's methods that are stood in for, by name. */
export const METHODS: ReadonlyMap<string, Method> = new Map([
  ['auth.test', authTest],
  ['chat.delete', chat.deleteMessage],
  ['chat.getPermalink', chat.getPermalink],
  ['chat.postEphemeral', chat.postEphemeral],
  ['chat.postMessage', chat.postMessage],
  ['chat.update', chat.update],
  ['conversations.history', conversations.history],
  ['conversations.info', conversations.info],
  ['conversations.list', conversations.list],
  ['conversations.open', conversations.open],
  ['conversations.replies', conversations.replies],
  ['usergroups.users.list', usergroupUsers],
  ['users.info', usersInfo],
  ['views.open', views.open],
  ['views.push', views.push],
  ['views.update', views.update],
])
