import * as z from 'zod'
import { ACTION_NAMES } from './actions/index.ts'

/** What may be asked of `/creance`. `silence_any`: to make a silence of any match, and to end any; a menu's silence is bounded to one subject. */
export const ASKABLE = ['status', 'incidents', 'silence_any', 'stop', 'resume'] as const
/** What a person can press or ask for: the actions, and what is no action. `silence`: to make one of an incident, and to end it. */
export const PRESSABLE = [...ACTION_NAMES, 'release', 'acknowledge', 'reject', 'silence', 'not_a_threat', ...ASKABLE] as const

/** Who may press what, and where. What no permission allows is refused. Ids only: names can be changed by their owners. */
export const Permission = z
  .strictObject({
    permission: z.string().min(1).max(200).describe('Its name, unique.'),
    description: z.string().optional(),
    slack: z
      .strictObject({
        app: z.string().regex(/^A[A-Z0-9]{2,}$/, 'expected a Slack app id (A…)'),
        workspace: z.string().regex(/^T[A-Z0-9]{2,}$/, 'expected a Slack workspace id (T…)'),
        channels: z.array(z.string().regex(/^[CDG][A-Z0-9]{2,}$/, 'expected a Slack channel id (C…)')).min(1),
        users: z
          .array(z.string().regex(/^[UW][A-Z0-9]{2,}$/, 'expected a Slack user id (U…)'))
          .min(1)
          .default([]),
        user_groups: z
          .array(z.string().regex(/^S[A-Z0-9]{2,}$/, 'expected a Slack user group id (S…)'))
          .min(1)
          .default([])
          .describe('Whoever is in one of these, by what Slack said within the last hour.'),
      })
      .refine(({ users, user_groups }) => users.length + user_groups.length > 0, 'expected users, user_groups or both'),
    actions: z.array(z.enum(PRESSABLE)).min(1).describe('What these users may press in these channels.'),
    second_person: z
      .array(z.enum(PRESSABLE))
      .default([])
      .describe('Of these, what takes a second of them: who asked for it cannot approve it.'),
  })
  .refine(({ actions, second_person }) => second_person.every((one) => actions.includes(one)), {
    path: ['second_person'],
    error: 'names what is not among the actions: nobody may press that at all',
  })
export type Permission = z.infer<typeof Permission>

/** `groups`: the user groups that this person is known to be in. */
export type Presser = {
  readonly app: string
  readonly workspace: string
  readonly channel: string
  readonly user: string
  readonly groups: readonly string[]
}

/** The word in a permission that an offer goes by. */
export function permissionFor(action: string): string {
  return action === 'end_silence' ? 'silence' : action
}

/** The user groups by which somebody may be allowed this here: whether a person is in them is to be asked. */
export function groupsThatMatter(
  permissions: readonly Permission[],
  action: string,
  by: Omit<Presser, 'user' | 'groups'>,
): readonly string[] {
  const groups = permissions
    .filter(({ slack, actions }) => isHere(slack, by) && actions.some((name) => name === action))
    .flatMap(({ slack }) => slack.user_groups)
  return [...new Set(groups)]
}

function isHere({ app, workspace, channels }: Permission['slack'], by: Omit<Presser, 'user' | 'groups'>): boolean {
  return app === by.app && workspace === by.workspace && channels.includes(by.channel)
}

/** How many people it takes, or which of the permissions' conditions nobody met: the workspace (or app), or this person's right to this action here. */
export type Grant =
  | { readonly kind: 'allowed'; readonly people: 1 | 2 }
  | { readonly kind: 'wrong_workspace' }
  | { readonly kind: 'not_permitted' }

export function grantFor(permissions: readonly Permission[], action: string, by: Presser): Grant {
  const here = permissions.filter(({ slack }) => slack.app === by.app && slack.workspace === by.workspace)
  if (here.length === 0) return { kind: 'wrong_workspace' }
  const granting = here.filter(
    ({ slack, actions }) =>
      slack.channels.includes(by.channel) &&
      (slack.users.includes(by.user) || slack.user_groups.some((group) => by.groups.includes(group))) &&
      actions.some((name) => name === action),
  )
  if (granting.length === 0) return { kind: 'not_permitted' }
  return { kind: 'allowed', people: granting.every(({ second_person }) => second_person.some((name) => name === action)) ? 2 : 1 }
}
