import type { Permission } from '../response/permission.ts'
import type { Route } from '../route/route.ts'

/** The part of an installation's rules that decides what its Slack app needs. */
export type SlackRules = {
  readonly routes: readonly Pick<Route, 'name' | 'slack'>[]
  readonly permissions: readonly Pick<Permission, 'permission' | 'slack'>[]
}

export type Scope = {
  readonly name: string
  /** What it is needed for, as a person reads it. */
  readonly why: string
  /** The methods of the Web API that need it. Source: each method's page of Slack's reference, bot tokens. */
  readonly methods: readonly string[]
  readonly isNeeded: (rules: SlackRules) => boolean
}

const always = () => true

/** Every scope that an installation can need, and when. Nothing else is asked for. */
export const SCOPES: readonly Scope[] = [
  {
    name: 'chat:write',
    why: 'to post messages, to edit its own, and to tell one person what only they need to see',
    methods: ['chat.postMessage', 'chat.update', 'chat.postEphemeral'],
    isNeeded: always,
  },
  { name: 'commands', why: 'to have the command /creance', methods: [], isNeeded: always },
  {
    name: 'channels:history',
    why: 'to find its own message again, in a public channel, where the answer to a post got lost (else it would be there twice)',
    methods: ['conversations.history', 'conversations.replies'],
    isNeeded: always,
  },
  {
    name: 'groups:history',
    why: 'the same, in a private channel',
    methods: ['conversations.history', 'conversations.replies'],
    isNeeded: always,
  },
  {
    name: 'im:history',
    why: 'the same, in a conversation with one person: a route tells one',
    methods: ['conversations.history', 'conversations.replies'],
    isNeeded: tellsPeople,
  },
  {
    name: 'im:write',
    why: 'to open that conversation',
    methods: ['conversations.open'],
    isNeeded: tellsPeople,
  },
  {
    name: 'usergroups:read',
    why: 'to see who is in the user groups that permissions name',
    methods: ['usergroups.users.list'],
    isNeeded: namesGroups,
  },
]

/** Methods that need no scope of the bot. `apps.connections.open` needs connections:write, of the app token. */
export const FREE_METHODS = ['auth.test', 'views.open', 'views.update', 'apps.connections.open'] as const

export function neededScopes(rules: SlackRules): readonly Scope[] {
  return SCOPES.filter(({ isNeeded }) => isNeeded(rules))
}

/** Whether a route tells a person in their conversation with the app. */
export function tellsPeople({ routes }: SlackRules): boolean {
  return routes.some(({ slack }) => slack?.user !== undefined || slack?.channel?.startsWith('D'))
}

function namesGroups({ permissions }: SlackRules): boolean {
  return permissions.some(({ slack }) => slack.user_groups.length > 0)
}
