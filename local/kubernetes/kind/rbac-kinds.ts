import type { Kind } from './kind.ts'

const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', nameIs: 'path segment' } as const

/** Roles and their bindings, to be read: they are not enforced (everybody may do everything here), nor are their rules, subjects and
 *  `roleRef` checked. */
export const RBAC_KINDS: readonly Kind[] = [
  { ...rbac, kind: 'Role', plural: 'roles', singular: 'role', namespaced: true },
  { ...rbac, kind: 'RoleBinding', plural: 'rolebindings', singular: 'rolebinding', namespaced: true },
  { ...rbac, kind: 'ClusterRole', plural: 'clusterroles', singular: 'clusterrole', namespaced: false },
  { ...rbac, kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', singular: 'clusterrolebinding', namespaced: false },
]
