import { expect, test } from 'vitest'
import { startApi } from './start.ts'

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

test.each([
  { path: '/readyz', answer: { message: 'ok' } },
  { path: '/healthz', answer: { message: 'ok' } },
  { path: '/version', answer: { major: '1', minor: '36' } },
  { path: '/api', answer: { kind: 'APIVersions', versions: ['v1'] } },
  { path: '/apis', answer: { kind: 'APIGroupList', groups: [{ name: 'apps' }, { name: 'batch' }, { name: 'networking.k8s.io' }] } },
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
