import * as z from 'zod'
import { inParallel } from '../parallel.ts'
import type { KubernetesObject } from '../port/cluster.ts'
import type { Asking } from './asking.ts'
import { listOf, partOf, short, text, textMap } from './bounds.ts'
import type { Account, GrantedPower } from './context.ts'
import { grantedBy, Rules } from './granted.ts'
import type { PodView } from './pod-view.ts'
import { POWERS } from './powers.ts'

const MAX_BINDINGS = 2000
const MAX_ROLES = 25
const MAX_POWERS = 20
const MAX_NAMES = 5
const RBAC = 'rbac.authorization.k8s.io/v1'
const CLOUD_ROLES = ['eks.amazonaws.com/role-arn', 'iam.gke.io/gcp-service-account', 'azure.workload.identity/client-id']

const Subject = z.object({ kind: z.string(), name: z.string(), namespace: text })
const BindingView = z.object({
  roleRef: partOf(z.object({ kind: text, name: text })),
  subjects: listOf(Subject, Number.POSITIVE_INFINITY), // to leave some out would be to miss who is meant
})
const AccountView = z.object({ automountServiceAccountToken: z.boolean().optional().catch(undefined) })

/** `in`: the namespace of a RoleBinding; unset: everywhere. */
type Binding = { readonly by: string; readonly in: string | undefined; readonly role: { readonly kind: string; readonly name: string } }

/** The pod's service account, and what the roles let it do that are bound to it or to a group it is in, here or in other namespaces. */
export async function accountOf(namespace: string, pod: PodView, asking: Asking): Promise<Account> {
  const name = pod.spec.serviceAccountName || 'default'
  const [account, here, elsewhere, everywhere] = await Promise.all([
    asking.get(`service account ${namespace}/${name}`, { apiVersion: 'v1', kind: 'ServiceAccount', namespace, name }),
    asking.list(`role bindings of ${namespace}`, { apiVersion: RBAC, kind: 'RoleBinding', namespace, limit: MAX_BINDINGS }),
    asking.list('role bindings of all namespaces', { apiVersion: RBAC, kind: 'RoleBinding', limit: MAX_BINDINGS }),
    asking.list('cluster role bindings', { apiVersion: RBAC, kind: 'ClusterRoleBinding', limit: MAX_BINDINGS }),
  ])
  const others = elsewhere?.filter(({ metadata }) => metadata.namespace !== namespace) ?? []
  const bindings = [...(everywhere ?? []), ...(here ?? []), ...others].flatMap((one) => bindingOf(one, { namespace, name }) ?? [])
  const powers = await powersOf(bindings, asking)
  const annotations = textMap.parse(account?.metadata.annotations)
  const cloudRole = CLOUD_ROLES.flatMap((key) => annotations[key] ?? [])[0]
  return {
    name: short(name, 253),
    tokenMounted: isTokenMounted(pod, account),
    ...(cloudRole === undefined ? {} : { cloudRole: short(cloudRole, 200) }),
    powers: powers.slice(0, MAX_POWERS),
    morePowers: Math.max(0, powers.length - MAX_POWERS),
  }
}

type AccountName = { readonly namespace: string; readonly name: string }

function bindingOf(object: KubernetesObject, account: AccountName): Binding | undefined {
  const { roleRef, subjects } = BindingView.parse(object)
  const { kind, metadata } = object
  const user = `system:serviceaccount:${account.namespace}:${account.name}`
  const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${account.namespace}`]
  const isMeant = subjects.some((subject) => {
    if (subject.kind === 'User') return subject.name === user
    if (subject.kind === 'Group') return groups.includes(subject.name)
    const at = subject.namespace || metadata.namespace // as the authorizer reads a RoleBinding that leaves it out
    return subject.kind === 'ServiceAccount' && subject.name === account.name && at === account.namespace
  })
  if (!isMeant) return undefined
  return { by: `${kind} ${metadata.name}`, in: kind === 'RoleBinding' ? metadata.namespace : undefined, role: roleRef }
}

/** What the bindings give, the widest and worst first; what is given everywhere is not repeated for a namespace. */
async function powersOf(bindings: readonly Binding[], asking: Asking): Promise<readonly GrantedPower[]> {
  const placeOf = ({ role, in: at }: Binding) => (role.kind === 'Role' ? `role ${at}/${role.name}` : `cluster role ${role.name}`)
  const places = new Map(bindings.map((binding) => [placeOf(binding), binding]))
  if (places.size > MAX_ROLES) asking.note(`roles: only ${MAX_ROLES} of ${places.size} were looked at`)
  const asked = [...places].slice(0, MAX_ROLES)
  const roles = await inParallel(asked, 6, async ([place, { role, in: at }]) => {
    const where = role.kind === 'Role' && at !== undefined ? { namespace: at } : {}
    const found = await asking.get(place, { apiVersion: RBAC, kind: role.kind, name: role.name, ...where })
    return [place, Rules.parse(found && 'rules' in found ? found.rules : undefined)] as const
  })
  const rulesOf = new Map(roles)
  const all = bindings.flatMap((binding) =>
    grantedBy(rulesOf.get(placeOf(binding)) ?? [], { isBound: binding.in !== undefined }).map(({ power, names }) => ({
      rank: (binding.in === undefined ? 0 : POWERS.length) + POWERS.indexOf(power) + (names.length > 0 ? POWERS.length * 2 : 0),
      power: {
        words: power.words,
        ...(binding.in === undefined ? {} : { where: short(binding.in, 63) }),
        by: short(binding.by, 150),
        role: short(`${binding.role.kind} ${binding.role.name}`, 150),
        ...(names.length > 0 ? { names: names.slice(0, MAX_NAMES).map((name) => short(name, 100)) } : {}),
      },
    })),
  )
  const said = new Set<string>()
  return all
    .sort((a, b) => a.rank - b.rank)
    .map(({ power }) => power)
    .filter(({ words, where = '', names = [] }) => {
      if (said.has(words) || said.has(`${words} in ${where}`)) return false
      if (names.length === 0) said.add(where === '' ? words : `${words} in ${where}`)
      return true
    })
}

/** Admission puts the token in as a volume when the pod is made. Where there is none, what pod and account say of it counts, and else it is there. */
function isTokenMounted({ spec }: PodView, account: KubernetesObject | undefined): boolean {
  const isForApi = spec.volumes.some(({ projected }) => projected.sources.some(({ serviceAccountToken: token }) => token?.audience === ''))
  return isForApi || (spec.automountServiceAccountToken ?? AccountView.safeParse(account).data?.automountServiceAccountToken ?? true)
}
