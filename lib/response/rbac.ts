import { CONTEXT_RBAC } from '../context/rbac.ts'
import { CodedError } from '../error.ts'
import type { RbacRule } from './action.ts'
import { CAPTURE_RBAC } from './actions/capture.ts'
import { type AnyAction, actionNamed } from './actions/index.ts'
import type { Guards } from './guards.ts'
import type { Permission } from './permission.ts'
import { mergedRules, rightsOf, rulesOf } from './rbac/rights.ts'
import type { Response } from './response.ts'

/** An action that is to be possible. `by`: a response (unless said otherwise), one that only says what it would do, or a person by hand. Without
 *  parameters: with those that are offered by hand. */
export type ActionUse = {
  readonly name: string
  readonly parameters?: unknown
  readonly by?: 'response' | 'dry_run' | 'hand'
}

/** `hasFloor`: whether guards have a replica floor, for which pods are counted; so unless said otherwise. */
export type ActOptions = { readonly hasFloor?: boolean }

/** What respond does itself: it reads the pod that is to be proven, and tells the outcome in the pod's events. */
const ALWAYS: readonly RbacRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['create'] },
]
/** Responses have a budget for each workload, so that what owns the pod is read (owners.ts). */
const OWNERS: readonly RbacRule[] = [
  { apiGroups: [''], resources: ['replicationcontrollers'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['replicasets', 'deployments', 'statefulsets', 'daemonsets'], verbs: ['get'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['get'] },
]
/** For the replica floor. What is suspended, a Job, keeps no number of pods. */
const COUNT_PODS: readonly RbacRule[] = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }]
const COUNTS_NONE: ReadonlySet<string> = new Set(['suspend'])

/** What the acting identity needs for these actions and for their undo, and no more; sorted, each right once. Errors: `invalid_input` for an action that
 *  there is not, or parameters that are not its own. */
export function actRules(uses: readonly ActionUse[], { hasFloor = true }: ActOptions = {}): readonly RbacRule[] {
  return mergedRules([...ALWAYS, ...uses.flatMap((use) => rulesOfUse(use, known(use.name), hasFloor))])
}

/** What the reading identity needs to describe a pod. */
export function readRules(): readonly RbacRule[] {
  return mergedRules(CONTEXT_RBAC)
}

/** What an installation's rules call for: the actions of its responses, and what its permissions let people press by hand, each use once. */
export function usesIn({ responses, permissions, guards }: RulesInUse): readonly ActionUse[] {
  const called = responses.flatMap(({ response: { actions, mode, dry_run } }) => {
    const isDry = mode === 'observe' || dry_run || guards.dry_run
    return actions.map(({ action, parameters }): ActionUse => ({ name: action, parameters, by: isDry ? 'dry_run' : 'response' }))
  })
  const pressed = permissions.flatMap(({ actions }) => actions.filter((name) => actionNamed(name) !== undefined))
  const byHand = [...new Set(pressed)].map((name): ActionUse => ({ name, by: 'hand' }))
  return [...new Map([...called, ...byHand].map((use) => [JSON.stringify(use), use])).values()]
}

export type RulesInUse = {
  readonly responses: readonly { readonly response: Response }[]
  readonly permissions: readonly Permission[]
  readonly guards: Guards
}

function rulesOfUse({ by = 'response', parameters }: ActionUse, action: AnyAction, hasFloor: boolean): readonly RbacRule[] {
  const own = action.rbac(parameters)
  const isCounted = hasFloor && action.takesAway !== 'nothing' && !COUNTS_NONE.has(action.name)
  const held = by === 'hand' ? [] : [...OWNERS, ...(isCounted ? COUNT_PODS : [])]
  if (by === 'dry_run') return onFitting(action.name, [...held, ...readsOf(own)])
  return onFitting(action.name, [...held, ...own, ...(action.losesPod ? CAPTURE_RBAC : [])])
}

/** Actions that are for pods of some owners alone refuse all others before these are read. */
const FITTING: Readonly<Record<string, readonly string[]>> = {
  scale_to_zero: ['replicasets', 'deployments', 'statefulsets'],
  suspend: ['jobs', 'cronjobs'],
}
const OWNER_RESOURCES = new Set(OWNERS.flatMap(({ resources }) => resources))

function onFitting(action: string, rules: readonly RbacRule[]): readonly RbacRule[] {
  const fitting = FITTING[action]
  if (!fitting) return rules
  return rulesOf(rightsOf(rules).filter(({ resource }) => !OWNER_RESOURCES.has(resource) || fitting.includes(resource)))
}

/** What is only prepared is not changed. Whether an eviction would be allowed is asked by an eviction that is not carried out. */
function readsOf(rules: readonly RbacRule[]): readonly RbacRule[] {
  const isRead = ({ resource, verb }: { resource: string; verb: string }) =>
    verb === 'get' || verb === 'list' || (resource === 'pods/eviction' && verb === 'create')
  return rulesOf(rightsOf(rules).filter(isRead))
}

function known(name: string): AnyAction {
  const action = actionNamed(name)
  if (!action) throw new CodedError('invalid_input', `there is no action "${name.slice(0, 40)}"`)
  return action
}
