import { describe, expect, test } from 'vitest'
import { BUDGETS, MERGE, PODS, pod, startApi } from '../start.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const SERVICES = '/api/v1/namespaces/default/services'
const INGRESSES = '/apis/networking.k8s.io/v1/namespaces/default/ingresses'
const EVENTS = '/api/v1/namespaces/default/events'
const JOBS = '/apis/batch/v1/namespaces/default/jobs'
const CRON_JOBS = '/apis/batch/v1/namespaces/default/cronjobs'
const backend = { service: { name: 'web', port: { number: 80 } } }
const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'x' }
const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]

test.each([
  { path: SERVICES, body: { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } } },
  { path: SERVICES, body: { spec: { selector: { app: 'web' }, clusterIP: 'None' } } },
  { path: INGRESSES, body: { spec: { rules: [{ host: 'a.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] } } },
  { path: INGRESSES, body: { spec: { defaultBackend: backend } } },
  { path: BUDGETS, body: { spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } } } },
  { path: `${RBAC}/namespaces/default/roles`, body: { rules } },
  { path: `${RBAC}/clusterroles`, body: { rules } },
  {
    path: `${RBAC}/namespaces/default/rolebindings`,
    body: { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'default' }] },
  },
  { path: `${RBAC}/clusterrolebindings`, body: { roleRef, subjects: [{ apiGroup: roleRef.apiGroup, kind: 'User', name: 'eve' }] } },
])('an object of $path is kept as it was sent, labelled and deleted', async ({ path, body }) => {
  const { send, names } = await startApi()
  expect(await send('POST', path, { metadata: { name: 'web' }, ...body })).toMatchObject({ status: 201, body })
  await send('PATCH', `${path}/web`, { metadata: { labels: { seen: 'yes' } } }, MERGE)
  expect((await send('GET', `${path}/web`)).body).toMatchObject({ ...body, metadata: { labels: { seen: 'yes' } } })
  expect(await names(path)).toEqual(['web'])
  expect(await send('DELETE', `${path}/web`)).toMatchObject({ status: 200 })
  expect(await send('GET', `${path}/web`)).toMatchObject({ status: 404 })
})

test.each([
  { name: 'a Service without ports', path: SERVICES, body: { spec: {} }, message: 'Service "web" is invalid: spec.ports: Required value' },
  {
    name: 'a Service at port 0',
    path: SERVICES,
    body: { spec: { ports: [{ port: 0 }] } },
    message: 'Service "web" is invalid: spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
  },
  { name: 'an Ingress to nowhere', path: INGRESSES, body: { spec: {} }, message: /either `defaultBackend` or `rules` must be specified$/ },
  {
    name: 'an Event about another namespace',
    path: EVENTS,
    body: { involvedObject: { kind: 'Pod', namespace: 'kube-system', name: 'x' } },
    message: 'Event "web" is invalid: involvedObject.namespace: Invalid value: "kube-system": does not match event.namespace',
  },
])('$name is invalid', async ({ path, body, message }) => {
  const { send } = await startApi()
  const said = typeof message === 'string' ? message : expect.stringMatching(message)
  expect(await send('POST', path, { metadata: { name: 'web' }, ...body })).toMatchObject({ status: 422, body: { message: said } })
})

test('the name of a role may be what no other name may be, and is still part of a path', async () => {
  const { send } = await startApi()
  const path = `${RBAC}/clusterroles`
  expect(await send('POST', path, { metadata: { name: 'system:node-reader' } })).toMatchObject({ status: 201 })
  expect(await send('GET', `${path}/system:node-reader`)).toMatchObject({ status: 200 })
  expect(await send('POST', path, { metadata: { name: 'a/b' } })).toMatchObject({
    status: 422,
    body: { message: 'ClusterRole.rbac.authorization.k8s.io "a/b" is invalid: metadata.name: Invalid value: "a/b": may not contain \'/\'' },
  })
})

describe('suspending', () => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'app', image: 'i' }] } }
  test.each([
    { path: JOBS, spec: { template } },
    { path: CRON_JOBS, spec: { schedule: '* * * * *', jobTemplate: { spec: { template } } } },
  ])('is a patch of $path', async ({ path, spec }) => {
    const { send } = await startApi()
    const { body } = await send('POST', path, { metadata: { name: 'web' }, spec })
    expect(body.spec.suspend).toBe(false)
    const { uid, resourceVersion } = body.metadata
    const patch = (suspend: unknown) => send('PATCH', `${path}/web`, { metadata: { uid, resourceVersion }, spec: { suspend } }, MERGE)
    expect(await patch(true)).toMatchObject({ status: 200, body: { spec: { ...spec, suspend: true } } })
    expect(await patch(false)).toMatchObject({ status: 409 })
    expect(await send('PATCH', `${path}/web`, { spec: { suspend: 'yes' } }, MERGE)).toMatchObject({
      status: 422,
      body: { details: { causes: [{ field: 'patch' }] } },
    })
  })
})

test('a node is cordoned at its uid and resourceVersion, and found by that', async () => {
  const { send, names } = await startApi()
  const { uid, resourceVersion } = (await send('GET', '/api/v1/nodes/node-a')).body.metadata
  const cordon = { metadata: { uid, resourceVersion, annotations: { 'creance.dev/by': 'x' } }, spec: { unschedulable: true } }
  expect(await send('PATCH', '/api/v1/nodes/node-a', cordon, MERGE)).toMatchObject({ status: 200, body: { spec: { unschedulable: true } } })
  expect(await send('PATCH', '/api/v1/nodes/node-a', cordon, MERGE)).toMatchObject({ status: 409 })
  expect(await names('/api/v1/nodes?fieldSelector=spec.unschedulable%3Dtrue')).toEqual(['node-a'])
  await send('PATCH', '/api/v1/nodes/node-a', { spec: { unschedulable: null } }, MERGE)
  expect((await send('GET', '/api/v1/nodes/node-a')).body.spec).toEqual({})
})

test('events are found by the uid of what they are about', async () => {
  const { send, names } = await startApi()
  const about = (uid: string) => ({ kind: 'Pod', namespace: 'default', name: 'web', uid })
  await send('POST', EVENTS, { metadata: { name: 'first' }, involvedObject: about('uid-1'), reason: 'Killing', type: 'Normal' })
  await send('POST', EVENTS, { metadata: { name: 'second' }, involvedObject: about('uid-2') })
  expect(await send('POST', EVENTS, { metadata: { name: 'node' }, involvedObject: { kind: 'Node', name: 'node-a' } })).toMatchObject({
    status: 201,
  })
  expect(await names(`${EVENTS}?fieldSelector=involvedObject.uid%3Duid-1`)).toEqual(['first'])
  expect(await names('/api/v1/events?fieldSelector=involvedObject.uid%3Duid-2,involvedObject.kind%3DPod')).toEqual(['second'])
  expect(await send('GET', `${EVENTS}?fieldSelector=message%3Dx`)).toMatchObject({
    status: 400,
    body: { message: 'field label not supported: message' },
  })
})

test.each([
  { query: 'fieldSelector=spec.nodeName%3Dnode-a', found: ['a', 'c'] },
  { query: 'fieldSelector=spec.nodeName%3Dnode-a,metadata.name%3Dc', found: ['c'] },
  { query: `labelSelector=${encodeURIComponent('app in (a,b)')}`, found: ['a', 'b'] },
  { query: `labelSelector=${encodeURIComponent('app notin (a,b)')}`, found: ['c'] },
  { query: `labelSelector=${encodeURIComponent('app,app!=a')}&fieldSelector=spec.nodeName%3Dnode-a`, found: ['c'] },
  { query: `labelSelector=${encodeURIComponent('!app')}`, found: [] },
])('pods are found by $query', async ({ query, found }) => {
  const { send, names } = await startApi()
  for (const name of ['a', 'b', 'c']) await send('POST', PODS, pod(name, { labels: { app: name } }))
  expect(await names(`${PODS}?${query}`)).toEqual(found)
})
