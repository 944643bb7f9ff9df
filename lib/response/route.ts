import * as z from 'zod'
import type { Detection } from '../detection/detection.ts'
import type { Incident } from '../incident/incident.ts'
import type { Matcher } from './match.ts'

/** Who is told of which incidents, where. Without `match`: of all. */
export const Route = z.strictObject({
  name: z.string().min(1).max(200).describe('Unique.'),
  description: z.string().optional(),
  match: z.string().min(1).optional().describe('Of which incidents, a condition in Falco’s language; without it of all.'),
  slack: z.strictObject({
    channel: z.string().regex(/^[CDG][A-Z0-9]{2,}$/, 'expected a Slack channel id, such as C0123456789 (not a name)'),
  }),
})
export type Route = z.infer<typeof Route>
export const RouteItem = z.strictObject({ route: Route })

export type CompiledRoute = { readonly route: Route; readonly matches: Matcher }

/** The names of the routes that any of the detections takes. */
export function routesOf(incident: Incident, detections: readonly Detection[], routes: readonly CompiledRoute[]): readonly string[] {
  return routes.filter(({ matches }) => detections.some((detection) => matches(incident, detection))).map(({ route }) => route.name)
}
