import * as z from 'zod'
import type { RbacRule } from '../action.ts'
import { type Right, rightsOf, rulesOf } from './rights.ts'

const GROUP = 'rbac.authorization.k8s.io'
const API_VERSION = `${GROUP}/v1` as const
/** Of what roles of ours may name, what lives in no namespace: a Role cannot give a right to it. */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  '/nodes',
  `${GROUP}/clusterroles`,
  `${GROUP}/clusterrolebindings`,
  'projectcalico.org/tiers',
])

const Name = z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/, 'expected the name of a Kubernetes object')
export const NamespaceName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected the name of a namespace')
/** A group or user whose name begins like Kubernetes' own may be everybody, or the administrators. */
const Principal = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[^\s:][^\s]*$/, 'expected a name without blanks')
  .refine((name) => !name.startsWith('system:'), 'expected a group or user of your own, not one of Kubernetes’ (system:…)')

/** Who gets the rights: a pod's service account, a group (such as the kubernetesGroups of an EKS access entry) or a user. */
export const Subject = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ServiceAccount'), namespace: NamespaceName, name: Name }),
  z.object({ kind: z.literal('Group'), name: Principal }),
  z.object({ kind: z.literal('User'), name: Principal }),
])
export type Subject = z.infer<typeof Subject>

export type ManifestOptions = {
  readonly identity: 'act' | 'read'
  readonly rules: readonly RbacRule[]
  readonly subjects: readonly Subject[]
  /** Of the roles and bindings; `creance-act` or `creance-read` unless given. */
  readonly name?: string
  /** Only there; unset: in all. */
  readonly namespaces?: readonly string[] | undefined
}

type Metadata = { readonly name: string; readonly namespace?: string; readonly labels: Readonly<Record<string, string>> }
export type Role = {
  readonly apiVersion: typeof API_VERSION
  readonly kind: 'ClusterRole' | 'Role'
  readonly metadata: Metadata
  readonly rules: readonly RbacRule[]
}
export type Binding = {
  readonly apiVersion: typeof API_VERSION
  readonly kind: 'ClusterRoleBinding' | 'RoleBinding'
  readonly metadata: Metadata
  readonly roleRef: { readonly apiGroup: typeof GROUP; readonly kind: Role['kind']; readonly name: string }
  readonly subjects: readonly (Subject & { readonly apiGroup?: typeof GROUP })[]
}

/** A ClusterRole and its binding; or, for some namespaces, a Role and its binding in each, and those of the cluster only for what lives in no namespace. */
export function manifest({
  identity,
  rules,
  subjects,
  name = `creance-${identity}`,
  namespaces,
}: ManifestOptions): readonly (Role | Binding)[] {
  const rights = rightsOf(rules)
  const pair = (some: readonly Right[], namespace?: string): readonly (Role | Binding)[] => {
    const place = namespace === undefined ? {} : { namespace }
    const kind = namespace === undefined ? 'ClusterRole' : 'Role'
    const metadata = { name, ...place, labels: { 'app.kubernetes.io/name': 'creance', 'app.kubernetes.io/component': identity } }
    return [
      { apiVersion: API_VERSION, kind, metadata, rules: rulesOf(some) },
      {
        apiVersion: API_VERSION,
        kind: `${kind}Binding`,
        metadata,
        roleRef: { apiGroup: GROUP, kind, name },
        subjects: subjects.map((subject) => (subject.kind === 'ServiceAccount' ? subject : { ...subject, apiGroup: GROUP })),
      },
    ]
  }
  if (namespaces === undefined) return pair(rights)
  const ofCluster = rights.filter(isClusterScoped)
  const inNamespace = rights.filter((right) => !isClusterScoped(right))
  return [
    ...(ofCluster.length > 0 ? pair(ofCluster) : []),
    ...[...new Set(namespaces)].sort().flatMap((namespace) => pair(inNamespace, namespace)),
  ]
}

/** Whether the resource lives in no namespace. */
export function isClusterScoped({ apiGroup, resource }: Pick<Right, 'apiGroup' | 'resource'>): boolean {
  return CLUSTER_SCOPED.has(`${apiGroup}/${resource}`)
}
