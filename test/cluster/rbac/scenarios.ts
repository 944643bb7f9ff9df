import { parse } from 'yaml'
import type { RbacRule } from '../../../lib/response/action.ts'
import { ACTION_NAMES, actionNamed } from '../../../lib/response/actions/index.ts'
import { type Right, rightsOf, rightWords, rulesOf } from '../../../lib/response/rbac/rights.ts'
import { actRules } from '../../../lib/response/rbac.ts'
import { OWNER_KINDS, type OwnerKind } from './targets.ts'

/** An action as it is asked for, of a pod that it fits. */
export type Case = {
  readonly action: string
  readonly parameters: Record<string, unknown>
  readonly by: 'response' | 'hand'
  readonly of: OwnerKind
}

/** A case, and the one right that its user does not have. */
export type Scenario = Case & { readonly user: string; readonly rules: readonly RbacRule[]; readonly without: Right | undefined }

const example = (name: string): Record<string, unknown> => parse(actionNamed(name)?.example ?? '')[name] ?? {}
const CASES: readonly (readonly [string, Record<string, unknown>, readonly Case['by'][]])[] = [
  ...ACTION_NAMES.map((name) => [name, example(name), ['response', 'hand'] as const] as const),
  ['isolate', { detach: 'controller' }, ['hand']],
  ['isolate', { policy: 'cilium', allow_dns: true }, ['hand']],
  ['isolate', { policy: 'cilium' }, ['hand']],
  ['isolate', { policy: 'calico' }, ['hand']],
]

/** Every action, by a response and by hand, with all the rights of its role and without each of them in turn. */
export function everyScenario(): readonly { readonly name: string; readonly scenarios: readonly Scenario[] }[] {
  return CASES.flatMap(([action, parameters, bys]) =>
    bys.map((by) => {
      const name = `${action} ${JSON.stringify(parameters)} ${by === 'hand' ? 'by hand' : 'by a response'}`
      return { name, scenarios: scenariosOf({ action, parameters, by, of: action === 'suspend' ? 'CronJob' : 'Deployment' }) }
    }),
  )
}

function scenariosOf(one: Case): readonly Scenario[] {
  const rights = rightsOf(actRules([{ name: one.action, parameters: one.parameters, by: one.by }]))
  const told = Object.values(one.parameters).filter((value) => typeof value !== 'object')
  const user = [one.action.replaceAll('_', '-'), one.by, ...told].join('-')
  const all = { ...one, user, rules: rulesOf(rights), without: undefined }
  const lacking = rights
    .filter(({ apiGroup }) => apiGroup !== 'projectcalico.org') // Calico's own API server, which is not there
    .map((right, index) => ({
      ...one,
      of: ownerKindFor(right) ?? one.of, // a pod of a kind that the right is about
      user: `${user}-${index}`,
      rules: rulesOf(rights.filter((other) => other !== right)),
      without: right,
    }))
  return [all, ...lacking]
}

function ownerKindFor({ resource }: Right): OwnerKind | undefined {
  const kinds: Readonly<Record<string, OwnerKind>> = {
    deployments: 'Deployment',
    'deployments/scale': 'Deployment',
    replicasets: 'ReplicaSet',
    'replicasets/scale': 'ReplicaSet',
    statefulsets: 'StatefulSet',
    'statefulsets/scale': 'StatefulSet',
    daemonsets: 'DaemonSet',
    jobs: 'CronJob',
    cronjobs: 'CronJob',
    replicationcontrollers: 'ReplicationController',
  }
  return kinds[resource]
}

const TOLD = /^(?:create events|list events|get pods\/log|list \w*networkpolicies\.\S+)$/
const UNDO = /^(?:get|delete) \w*networkpolicies\./
const OWNER = /^get (?:replicationcontrollers|\w+\.(?:apps|batch))$/

/** On pods of which kinds the action can be carried out. */
export function kindsFor({ action }: Case): readonly OwnerKind[] {
  if (action === 'scale_to_zero') return ['Deployment', 'ReplicaSet', 'StatefulSet']
  return action === 'suspend' ? ['CronJob'] : OWNER_KINDS
}

/** What comes of it that a right is not there: it stops the action before anything is done, or its undo; or the action is done, and what is missing is
 *  told. Owners are read for the budget of responses, by some actions, and as evidence. */
export function effectOf({ action, by, parameters }: Case, right: Right): 'stops' | 'stops the undo' | 'is told' {
  const words = rightWords(right)
  if (TOLD.test(words) || (words === 'get nodes' && action !== 'cordon')) return 'is told'
  if (UNDO.test(words)) return 'stops the undo'
  const isFloored = by === 'response' && actionNamed(action)?.takesAway !== 'nothing'
  const reads = isFloored || 'detach' in parameters || action === 'scale_to_zero' || action === 'suspend'
  return OWNER.test(words) && !reads ? 'is told' : 'stops'
}
