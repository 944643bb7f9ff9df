import type { Incident } from '../../incident/incident.ts'
import { quietUntilMs } from '../../route/quiet-hours.ts'
import type { Route } from '../../route/route.ts'

/** A channel or person to be told, once however many routes say so; or another system, for each route. `quietUntilMs`: only news of what is told
 *  there already may come there before that (Unix ms). */
export type Destination = { readonly quietUntilMs: number | undefined }
export type SlackDestination = Destination & { readonly channel: string }
export type OtherDestination = Destination & { readonly route: string }

/** Where the incident is told by its routes; pure. */
export function destinationsOf(
  { routes: names, severity }: Incident,
  routes: readonly Route[],
  nowMs: number,
): { readonly slack: readonly SlackDestination[]; readonly others: readonly OtherDestination[] } {
  const slack = new Map<string, number | undefined>()
  const others: OtherDestination[] = []
  for (const route of routes.filter(({ name }) => names.includes(name))) {
    const untilMs = quietUntilMs(route.quiet_hours ?? [], severity, nowMs)
    const channel = route.slack?.channel ?? route.slack?.user
    if (channel === undefined) others.push({ route: route.name, quietUntilMs: untilMs })
    else slack.set(channel, slack.has(channel) ? earlier(slack.get(channel), untilMs) : untilMs)
  }
  return { slack: [...slack].map(([channel, untilMs]) => ({ channel, quietUntilMs: untilMs })), others }
}

/** Undefined is now. */
function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : Math.min(a, b)
}

/** Where trouble with other channels is told. */
export function fallbackChannels(routes: readonly Route[]): readonly string[] {
  return [...new Set(routes.flatMap(({ fallback, slack }) => (fallback && slack ? (slack.channel ?? slack.user ?? []) : [])))]
}
