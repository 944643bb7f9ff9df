import type { RbacRule } from '../action.ts'

/** One verb on one resource. */
export type Right = { readonly apiGroup: string; readonly resource: string; readonly verb: string }

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']

/** What the rules allow, each right once, in a fixed order: Kubernetes' core group first, then by group and resource. */
export function rightsOf(rules: readonly RbacRule[]): readonly Right[] {
  const rights = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((apiGroup) => resources.flatMap((resource) => verbs.map((verb): Right => ({ apiGroup, resource, verb })))),
  )
  return [...new Map(rights.map((right) => [rightWords(right), right])).values()].sort(inOrder)
}

/** The fewest rules that allow these rights and no others: a group's resources with the same verbs are together. The same rights always give the same
 *  rules. */
export function rulesOf(rights: readonly Right[]): readonly RbacRule[] {
  const verbsOf = new Map<string, Set<string>>()
  const placeOf = ({ apiGroup, resource }: Right) => `${apiGroup} ${resource}`
  const sorted = rights.toSorted(inOrder)
  for (const right of sorted) verbsOf.set(placeOf(right), (verbsOf.get(placeOf(right)) ?? new Set()).add(right.verb))
  const together = Map.groupBy(sorted, (right) => `${right.apiGroup} ${[...(verbsOf.get(placeOf(right)) ?? [])].join()}`)
  return [...together.values()].map((same) => ({
    apiGroups: unique(same.map(({ apiGroup }) => apiGroup)),
    resources: unique(same.map(({ resource }) => resource)),
    verbs: unique(same.map(({ verb }) => verb)),
  }))
}

export function mergedRules(rules: readonly RbacRule[]): readonly RbacRule[] {
  return rulesOf(rightsOf(rules))
}

/** `get pods`, `list networkpolicies.networking.k8s.io`, as `kubectl auth can-i` says it. */
export function rightWords({ apiGroup, resource, verb }: Right): string {
  const [name, subresource] = resource.split('/')
  const group = apiGroup === '' ? '' : `.${apiGroup}`
  return `${verb} ${name}${group}${subresource === undefined ? '' : `/${subresource}`}`
}

function inOrder(a: Right, b: Right): number {
  return compare(a.apiGroup, b.apiGroup) || compare(a.resource, b.resource) || rank(a.verb) - rank(b.verb) || compare(a.verb, b.verb)
}

/** Verbs that are not listed come last. */
function rank(verb: string): number {
  return VERBS.includes(verb) ? VERBS.indexOf(verb) : VERBS.length
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}
