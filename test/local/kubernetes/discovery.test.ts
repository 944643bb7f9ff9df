import { expect, test } from 'vitest'
import { startApi } from './start.ts'

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']
const GROUPS = ['apps', 'batch', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io']

test.each([
  { path: '/readyz', answer: { message: 'ok' } },
  { path: '/healthz', answer: { message: 'ok' } },
  { path: '/version', answer: { major: '1', minor: '36' } },
  { path: '/api', answer: { kind: 'APIVersions', versions: ['v1'] } },
  { path: '/apis', answer: { kind: 'APIGroupList', groups: GROUPS.map((name) => ({ name })) } },
  { path: '/apis/apps', answer: { kind: 'APIGroup', name: 'apps', preferredVersion: { groupVersion: 'apps/v1', version: 'v1' } } },
  { path: '/openapi/v3', answer: { message: '404 page not found\n' } },
])('$path says what is there', async ({ path, answer }) => {
  const { send } = await startApi()
  expect((await send('GET', path)).body).toMatchObject(answer)
})

test.each([
  { path: '/api/v1', name: 'pods', kind: 'Pod', namespaced: true, verbs: VERBS },
  { path: '/api/v1', name: 'nodes', kind: 'Node', namespaced: false, verbs: VERBS },
  { path: '/api/v1', name: 'pods/eviction', kind: 'Eviction', namespaced: true, verbs: ['create'] },
  { path: '/api/v1', name: 'pods/log', kind: 'Pod', namespaced: true, verbs: ['get'] },
  { path: '/api/v1', name: 'services', kind: 'Service', namespaced: true, verbs: VERBS },
  { path: '/api/v1', name: 'events', kind: 'Event', namespaced: true, verbs: VERBS },
  { path: '/apis/policy/v1', name: 'poddisruptionbudgets', kind: 'PodDisruptionBudget', namespaced: true, verbs: VERBS },
  { path: '/apis/rbac.authorization.k8s.io/v1', name: 'rolebindings', kind: 'RoleBinding', namespaced: true, verbs: VERBS },
  { path: '/apis/rbac.authorization.k8s.io/v1', name: 'clusterroles', kind: 'ClusterRole', namespaced: false, verbs: VERBS },
  { path: '/apis/networking.k8s.io/v1', name: 'ingresses', kind: 'Ingress', namespaced: true, verbs: VERBS },
  { path: '/apis/apps/v1', name: 'statefulsets/scale', kind: 'Scale', namespaced: true, verbs: ['get', 'patch', 'update'] },
  { path: '/apis/apps/v1', name: 'deployments', kind: 'Deployment', namespaced: true, verbs: VERBS },
  { path: '/apis/apps/v1', name: 'deployments/scale', kind: 'Scale', namespaced: true, verbs: ['get', 'patch', 'update'] },
  { path: '/apis/batch/v1', name: 'cronjobs', kind: 'CronJob', namespaced: true, verbs: VERBS },
  { path: '/apis/networking.k8s.io/v1', name: 'networkpolicies', kind: 'NetworkPolicy', namespaced: true, verbs: VERBS },
])('$path has $name', async ({ path, ...resource }) => {
  const { send } = await startApi()
  expect((await send('GET', path)).body).toMatchObject({
    kind: 'APIResourceList',
    resources: expect.arrayContaining([expect.objectContaining(resource)]),
  })
})
