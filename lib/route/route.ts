import * as z from 'zod'
import type { Detection } from '../detection/detection.ts'
import { SEVERITY_NAMES } from '../detection/detection.ts'
import type { Incident } from '../incident/incident.ts'
import type { Matcher } from '../response/match.ts'
import { OcsfExport } from './ocsf-export.ts'
import { QuietHours } from './quiet-hours.ts'
import { SeverityName } from './severity-name.ts'
import { Webhook } from './webhook.ts'

const SlackTo = z
  .strictObject({
    channel: z
      .string()
      .regex(/^[CDG][A-Z0-9]{2,}$/, 'expected a Slack channel id, such as C0123456789 (not a name)')
      .optional()
      .describe('The id of a channel that the app is a member of.'),
    user: z
      .string()
      .regex(/^[UW][A-Z0-9]{2,}$/, 'expected a Slack user id, such as U0123456789 (not a name)')
      .optional()
      .describe('The id of a person, who is told in a conversation with the app.'),
  })
  .refine(({ channel, user }) => (channel === undefined) !== (user === undefined), 'expected a channel or a user, one of them')

export const DESTINATIONS = ['slack', 'webhook', 'ocsf'] as const

/** Who is told of which incidents, where. Without `match`: of all. */
export const Route = z
  .strictObject({
    name: z.string().min(1).max(200).describe('Unique.'),
    description: z.string().optional(),
    match: z.string().min(1).optional().describe('Of which incidents, a condition in Falco’s language; without it of all.'),
    min_severity: SeverityName.optional().describe('Of none that is less severe.'),
    fallback: z.boolean().default(false).describe('Only of incidents that no other route takes.'),
    quiet_hours: z
      .array(QuietHours)
      .min(1)
      .max(20)
      .optional()
      .describe('When only what is severe enough is told; the rest is told afterwards.'),
    slack: SlackTo.optional(),
    webhook: Webhook.optional(),
    ocsf: OcsfExport.optional(),
  })
  .superRefine((route, context) => {
    const named = DESTINATIONS.filter((kind) => route[kind] !== undefined)
    if (named.length !== 1)
      context.addIssue({
        code: 'custom',
        message: `expected one of ${DESTINATIONS.join(', ')}${named.length > 1 ? `, not ${named.join(' and ')}` : ''}`,
      })
  })
export type Route = z.infer<typeof Route>
export const RouteItem = z.strictObject({ route: Route })

export type CompiledRoute = { readonly route: Route; readonly matches: Matcher }

/** The names of the routes that any of the detections takes, the incident being as severe as it is; a fallback only where no other does. */
export function routesOf(incident: Incident, detections: readonly Detection[], routes: readonly CompiledRoute[]): readonly string[] {
  const taken = routes.filter(
    ({ route, matches }) =>
      incident.severity >= SEVERITY_NAMES.indexOf(route.min_severity ?? 'unknown') &&
      detections.some((detection) => matches(incident, detection)),
  )
  const first = taken.filter(({ route }) => !route.fallback)
  const isTold = first.length > 0 || routes.some(({ route }) => !route.fallback && incident.routes.includes(route.name))
  return (isTold ? first : taken).map(({ route }) => route.name)
}
