import * as z from 'zod'
import { listOf } from './bounds.ts'
import { EVERYTHING, POWERS, type Power } from './powers.ts'

// etcd bounds an object to 1.5 MB: to leave some rules out would be to miss what they give.
const words = listOf(z.string(), Number.POSITIVE_INFINITY)
const Rule = z.object({ apiGroups: words, resources: words, verbs: words, resourceNames: words })

/** The rules of a Role or ClusterRole. */
export const Rules = listOf(Rule, Number.POSITIVE_INFINITY)
type Rule = z.infer<typeof Rule>

/** `names`: only with the objects of these names. */
export type Granted = { readonly power: Power; readonly names: readonly string[] }

/** Which of the POWERS the rules give, in their order; who may do everything, that alone. `isBound`: by a RoleBinding, so within a namespace. Only the
 *  names of a rule limit it, and where several give the same, the widest counts. Source: Kubernetes' RBAC authorizer, `RuleAllows`. */
export function grantedBy(rules: readonly Rule[], { isBound }: { readonly isBound: boolean }): readonly Granted[] {
  const sets = rules.map(setsOf)
  const granted = POWERS.flatMap((power): Granted[] => {
    const giving = sets.filter((rule) => gives(rule, power, isBound))
    if (giving.length === 0) return []
    const isUnlimited = giving.some(({ resourceNames }) => resourceNames.size === 0)
    return [{ power, names: isUnlimited ? [] : [...new Set(giving.flatMap(({ resourceNames }) => [...resourceNames]))].sort() }]
  })
  const [first] = granted
  return first?.power === EVERYTHING && first.names.length === 0 ? [first] : granted
}

type Sets = { readonly [Key in keyof Rule]: ReadonlySet<string> }

function setsOf({ apiGroups, resources, verbs, resourceNames }: Rule): Sets {
  return {
    apiGroups: new Set(apiGroups),
    resources: new Set(resources),
    verbs: new Set(verbs),
    resourceNames: new Set(resourceNames),
  }
}

function gives({ apiGroups, resources, verbs, resourceNames }: Sets, power: Power, isBound: boolean): boolean {
  return Object.entries(power.on).some(
    ([group, targets]) =>
      (apiGroups.has('*') || apiGroups.has(group)) &&
      targets.some((resource) => {
        if (isBound && power.unbound?.includes(resource)) return false
        const [, subresource] = resource.split('/')
        if (!resources.has('*') && !resources.has(resource) && !(subresource && resources.has(`*/${subresource}`))) return false
        // The name of what is created, or of many, is not known when the right is asked for: a rule with names never gives that.
        const isNameless = (verb: string) => subresource === undefined && (verb === 'create' || verb === 'deletecollection')
        return power.verbs.some((verb) => (verbs.has('*') || verbs.has(verb)) && !(resourceNames.size > 0 && isNameless(verb)))
      }),
  )
}
