/** A rule of a ClusterRole. */
export type AccessRule = { readonly apiGroups: readonly string[]; readonly resources: readonly string[]; readonly verbs: readonly string[] }

/** Exactly what describing a pod reads, in all namespaces. Nothing else is needed: whoever lacks some of it still gets the rest. An owner of another
 *  kind (an operator's) is named as unread until its `get` is added. */
export const CONTEXT_RBAC: readonly AccessRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['nodes', 'serviceaccounts'], verbs: ['get'] },
  { apiGroups: [''], resources: ['services', 'events'], verbs: ['list'] },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: ['list'] },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['rolebindings', 'clusterrolebindings'], verbs: ['list'] },
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'clusterroles'], verbs: ['get'] },
  { apiGroups: ['apps'], resources: ['replicasets', 'deployments', 'statefulsets', 'daemonsets'], verbs: ['get'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: ['get'] },
  { apiGroups: [''], resources: ['replicationcontrollers'], verbs: ['get'] },
]
