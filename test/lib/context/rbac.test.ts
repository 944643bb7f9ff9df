import { expect, test } from 'vitest'
import { asking } from '../../../lib/context/asking.ts'
import { describePod } from '../../../lib/context/describe.ts'
import { CONTEXT_RBAC } from '../../../lib/context/rbac.ts'
import type { KubernetesObject } from '../../../lib/port/cluster.ts'
import { object, owned, plainCluster } from './plain-cluster.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const WORKLOADS: readonly (readonly [string, string])[] = [
  ['apps/v1', 'ReplicaSet'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['apps/v1', 'DaemonSet'],
  ['batch/v1', 'Job'],
  ['batch/v1', 'CronJob'],
  ['v1', 'ReplicationController'],
]
const pluralOf = (kind: string) => `${kind.toLowerCase()}${kind.endsWith('s') ? 'es' : 's'}`

test('what is allowed is what is read, no more and no less', async () => {
  const asked = new Set<string>()
  const subjects = [{ kind: 'Group', name: 'system:authenticated' }]
  for (const [apiVersion, kind] of WORKLOADS) {
    const owner = object(apiVersion, kind, 'w', { spec: { selector: { matchLabels: { app: 'web' } } } })
    const objects: KubernetesObject[] = [
      owner,
      object('v1', 'Pod', 'web-1', { metadata: owned(owner), spec: { nodeName: 'n1' } }),
      object(RBAC, 'RoleBinding', 'a', { subjects, roleRef: { kind: 'Role', name: 'r' } }),
      object(RBAC, 'ClusterRoleBinding', 'b', { subjects, roleRef: { kind: 'ClusterRole', name: 'r' } }),
    ]
    const { get, list } = plainCluster(objects)
    const note = (verb: string, one: { apiVersion: string; kind: string }) => {
      const group = one.apiVersion.includes('/') ? one.apiVersion.split('/')[0] : ''
      asked.add(`${verb} ${group}/${pluralOf(one.kind)}`)
    }
    const noting = {
      get: (name: Parameters<typeof get>[0]) => {
        note('get', name)
        return get(name)
      },
      list: (query: Parameters<typeof list>[0]) => {
        note('list', query)
        return list(query)
      },
    }
    await describePod({ namespace: 'shop', pod: 'web-1' }, asking(noting, new AbortController().signal), 1)
  }
  const allowed = CONTEXT_RBAC.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`))),
  )
  expect([...asked].sort()).toEqual(allowed.sort())
})
