import * as z from 'zod'
import type { Detection, Severity } from '../detection/detection.ts'
import { contentId } from '../detection/id.ts'
import type { Incident, IncidentFiring } from '../incident/incident.ts'
import type { Matcher } from './match.ts'
import { ActionRequest, type Target } from './request.ts'
import type { Response } from './response.ts'

/** What became of the question, and by whose press: the first one stands. */
export const PlanDecision = z.object({
  kind: z.enum(['approved', 'rejected']),
  user: z.string(),
  name: z.string(),
  atMs: z.number().int(),
  reason: z.string().max(500).optional(),
})
export type PlanDecision = z.infer<typeof PlanDecision>

/** What a response calls for: the request, in which mode, which of its actions it is, from 0, and how many people an approval takes. Kept beside the incident under `plan#<action id>`. */
export const PlannedAction = z.object({
  response: z.string(),
  mode: z.enum(['observe', 'approve', 'enforce']),
  step: z.number().int().default(0),
  people: z.literal([1, 2]).default(1),
  request: ActionRequest,
  decision: PlanDecision.optional(),
})
export type PlannedAction = z.infer<typeof PlannedAction>

export const planSortKey = (actionId: string): string => `plan#${actionId}`

/** A response whose `match` is compiled. */
export type CompiledResponse = { readonly response: Response; readonly matches: Matcher }

/** `fired`: what came true just now, all of it; the incident keeps only so much. */
type Planning = { readonly responses: readonly CompiledResponse[]; readonly fired: readonly PodFiring[]; readonly nowMs: number }

/** The actions that the responses call for, given this detection of the incident. None for a detection without a pod: nothing that a node
 *  or an unnamed container did is ever taken out on a pod. The same incident, response and pod always give the same action ids. */
export function planActions(incident: Incident, detection: Detection, { responses, fired, nowMs }: Planning): readonly PlannedAction[] {
  const target = targetOf(detection)
  if (!target) return []
  const firings = [...incident.firings, ...fired].filter((one) => isPartOf(one, detection))
  const correlations = [...new Set(firings.map(({ correlation }) => correlation))]
  const severity = severityFor(incident, detection, firings)
  return responses
    .filter(({ matches }) => matches({ ...incident, severity }, detection, correlations))
    .flatMap(({ response }) =>
      response.actions.map(({ action, parameters }, step) => ({
        response: response.response,
        mode: response.mode,
        step,
        people: response.second_person ? (2 as const) : (1 as const),
        request: {
          id: contentId(
            'action',
            incident.id,
            response.response,
            step,
            action,
            target.namespace,
            target.pod,
            target.uid ?? target.containerId ?? '',
          ),
          incident: incident.id,
          action,
          parameters,
          target,
          by: { kind: 'response' as const, name: response.response },
          expiresMs: nowMs + response.expires * 1000,
          ...(response.mode === 'observe' || response.dry_run ? { dryRun: true } : {}),
        },
      })),
    )
}

/** A correlation that came true, and the pods (`namespace/name`) and containers that made it true. */
export type PodFiring = Readonly<Record<'pods' | 'containers', readonly string[]>> & Pick<IncidentFiring, 'correlation' | 'severity'>

/** Whether this detection's pod has a part in the firing: what another pod of the workload did, or an earlier one of the name, is no reason to touch
 *  this one. */
function isPartOf({ pods, containers }: PodFiring, { pod, container }: Detection): boolean {
  if (!pod || !pods.includes(`${pod.namespace}/${pod.name}`)) return false
  return container === undefined || containers.includes(container.id.slice(0, 12))
}

/** How bad it is on this detection's pod. */
function severityFor({ evidence }: Incident, { severity, pod, container }: Detection, firings: readonly PodFiring[]): Severity {
  const ofPod = evidence.filter(
    (one) =>
      one.namespace === pod?.namespace &&
      one.pod === pod?.name &&
      (!container || one.containerId?.slice(0, 12) === container.id.slice(0, 12)),
  )
  return [severity, ...ofPod.map((one) => one.severity), ...firings.map((one) => one.severity)].toSorted((a, b) => b - a)[0] ?? severity
}

/** The detection's pod, with all that it says of which pod that was. */
export function targetOf({ cluster, pod, container, node, timeNs }: Detection): Target | undefined {
  if (!pod) return undefined
  return {
    cluster,
    namespace: pod.namespace,
    pod: pod.name,
    ...(pod.uid ? { uid: pod.uid } : {}),
    ...(container ? { containerId: container.id } : {}),
    ...(node ? { node } : {}),
    seenNs: timeNs,
  }
}
