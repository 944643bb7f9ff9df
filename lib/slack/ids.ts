import * as z from 'zod'
import { CodedError } from '../error.ts'

/** An id as Slack makes them. */
export const SlackId = z.string().regex(/^[A-Z0-9]{1,32}$/, 'expected a Slack id')

const User = z.object({
  id: SlackId,
  name: z.string().max(255).optional(),
  username: z.string().max(255).optional(),
  team_id: SlackId.nullish(),
})

/** The fields that say who does it, and by which app of which workspace. An app that is installed for a whole organization is given no `team`: then it is
 *  the user's own. */
export const WHO = { api_app_id: SlackId, team: z.object({ id: SlackId }).nullish(), user: User }

/** Who does it, by ids. The name is for people alone: everybody may choose their own. */
export type Person = { readonly app: string; readonly workspace: string; readonly user: { readonly id: string; readonly name: string } }

/** Throws `invalid_input` where no workspace is named. */
export function personOf({ api_app_id, team, user }: z.infer<z.ZodObject<typeof WHO>>): Person {
  const workspace = team?.id ?? user.team_id
  if (!workspace) throw new CodedError('invalid_input', 'interaction: team: expected a workspace, or one in user.team_id')
  return { app: api_app_id, workspace, user: { id: user.id, name: user.username ?? user.name ?? user.id } }
}

/** Reads it by its schema. Throws `invalid_input`, which says which field is wrong. */
export function readAs<T>(schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload)
  if (parsed.success) return parsed.data
  throw new CodedError('invalid_input', `interaction: ${z.prettifyError(parsed.error).replace(/\s+/g, ' ').slice(0, 500)}`)
}
