import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BUDGETS, DEPLOYMENTS, deployment, JSON_PATCH, MERGE, PODS, pod, STRATEGIC, startApi } from './start.ts'

const EVENTS = '/api/v1/namespaces/default/events'
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const PROTO =
  '{"metadata":{"labels":{"ok":"1"},"__proto__":{"polluted":"1"}},"__proto__":{"polluted":"1"},"constructor":{"prototype":{"polluted":1}}}'

test.each([
  { name: 'prototype keys in a merge patch', request: ['PATCH', `${PODS}/web`, PROTO, MERGE], code: 200 },
  { name: 'prototype keys in a strategic merge patch', request: ['PATCH', `${PODS}/web`, PROTO, STRATEGIC], code: 200 },
  {
    name: 'prototype keys in an object',
    request: [
      'POST',
      PODS,
      `{"metadata":{"name":"x","labels":{"__proto__":"x"}},"__proto__":{"polluted":1},"spec":${JSON.stringify(pod('x').spec)}}`,
    ],
    code: 201,
  },
  { name: 'an object that is deep', request: ['POST', PODS, deep(50_000)], code: 400 },
  { name: 'a patch that is deep', request: ['PATCH', `${PODS}/web`, deep(50_000), MERGE], code: 400 },
  { name: 'options that are deep', request: ['DELETE', `${PODS}/web`, `{"preconditions":${deep(50_000)}}`], code: 400 },
  { name: 'a list that is deep', request: ['POST', PODS, '['.repeat(1_000_000)], code: 400 },
  { name: 'a name of a megabyte', request: ['POST', PODS, pod('a'.repeat(1_000_000))], code: 422 },
  { name: 'a name with a slash', request: ['POST', PODS, pod('a/b')], code: 422 },
  { name: 'a name that climbs', request: ['GET', `${PODS}/..%2f..%2fweb`], code: 404 },
  { name: 'a path that is no text', request: ['GET', `${PODS}/%ff`], code: 400 },
  {
    name: 'too many operations',
    request: ['PATCH', `${PODS}/web`, Array(10_001).fill({ op: 'test', path: '/kind', value: 'Pod' }), JSON_PATCH],
    code: 422,
  },
  { name: 'a number out of bounds', request: ['POST', DEPLOYMENTS, deployment('x', 1e300)], code: 422 },
  { name: 'a grace period out of bounds', request: ['DELETE', `${PODS}/web`, '{"gracePeriodSeconds":9007199254740991}'], code: 200 },
  {
    name: 'a status of another shape',
    request: ['PATCH', `${PODS}/web/status`, { status: { conditions: 'x', phase: 5, containerStatuses: { a: 1 } } }, MERGE],
    code: 200,
  },
  {
    name: 'a status of another shape, of a Deployment',
    request: ['PATCH', `${DEPLOYMENTS}/web/status`, { status: { replicas: 'x', conditions: [null, 5] } }, MERGE],
    code: 200,
  },
  { name: 'a scale of another shape', request: ['PUT', `${DEPLOYMENTS}/web/scale`, '{"spec":"x"}'], code: 400 },
] as const)('$name → $code, and the server lives', async ({ request: [method, path, body, type], code }) => {
  const { send } = await startApi()
  await send('POST', PODS, pod('web'))
  await send('POST', DEPLOYMENTS, deployment('web'))
  expect((await send(method, path, body, type)).status).toBe(code)
  expect({}).not.toHaveProperty('polluted')
  expect((await send('GET', DEPLOYMENTS)).body.items[0]).toMatchObject({ status: { readyReplicas: 2 } })
  expect(await send('GET', '/api/v1/pods')).toMatchObject({ status: 200 })
})

test('no JSON makes the server fail', async () => {
  const { send } = await startApi()
  await send('POST', PODS, pod('web'))
  await send('POST', DEPLOYMENTS, deployment('web'))
  const anything = fc.jsonValue()
  const shaped = fc.record(
    {
      kind: anything,
      apiVersion: anything,
      metadata: fc.record({ name: anything, labels: anything, ownerReferences: anything, finalizers: anything }, { requiredKeys: [] }),
      spec: fc.record(
        {
          containers: anything,
          template: anything,
          selector: anything,
          replicas: anything,
          maxUnavailable: anything,
          minAvailable: anything,
        },
        { requiredKeys: [] },
      ),
      status: anything,
    },
    { requiredKeys: [] },
  )
  const request = fc.record({
    method: fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
    path: fc.constantFrom(
      PODS,
      `${PODS}/web`,
      `${PODS}/web/status`,
      `${PODS}/web/eviction`,
      `${DEPLOYMENTS}/web/scale`,
      BUDGETS,
      EVENTS,
      DEPLOYMENTS,
      '/api/v1/namespaces',
      '/api/v1/nodes',
    ),
    type: fc.constantFrom('application/json', MERGE, JSON_PATCH, STRATEGIC),
    body: fc.oneof(anything, shaped),
  })
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, type, body }) => {
      const { status } = await send(method, path, body, type)
      expect(status).not.toBe(500)
      expect(await send('GET', '/api/v1/pods')).toMatchObject({ status: 200 })
    }),
    { numRuns: 300 },
  )
})

test.each([
  { name: 'a page of another origin', headers: { Origin: 'https://example.com' } },
  { name: 'a name that was rebound to loopback', headers: { Host: 'attacker.example' } },
])('$name is refused', async ({ headers }) => {
  const { api } = await startApi()
  const said = Object.entries({ Host: '127.0.0.1', Connection: 'close', ...headers }).map(([key, value]) => `${key}: ${value}\r\n`)
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  socket.end(`GET /api/v1/pods HTTP/1.1\r\n${said.join('')}\r\n`)
  const answer = (await socket.toArray()).join('')
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
})

test('a client that goes away in the middle of its body leaves the server as it was', async () => {
  const { api, send, names } = await startApi()
  const socket = connect(Number(new URL(api.url).port), '127.0.0.1')
  socket.write(`POST ${PODS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"metadata"`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  expect(await names(PODS)).toEqual([])
  expect(await send('POST', PODS, pod('web'))).toMatchObject({ status: 201 })
})
