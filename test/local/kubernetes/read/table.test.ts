import { expect, test } from 'vitest'
import { DEPLOYMENTS, deployment, NOW, networkPolicy, PODS, pod, startApi } from '../start.ts'

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
const POLICIES = '/apis/networking.k8s.io/v1/namespaces/default/networkpolicies'

test.each([
  {
    path: PODS,
    object: pod('web'),
    columns: ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node'],
    cells: ['web', '1/1', 'Running', '0', '3m', '10.244.0.1', 'node-a'],
  },
  {
    path: DEPLOYMENTS,
    object: deployment('web'),
    columns: ['Name', 'Ready', 'Up-to-date', 'Available', 'Age'],
    cells: ['web', '2/2', '2', '2', '3m'],
  },
  { path: POLICIES, object: networkPolicy('web'), columns: ['Name', 'Pod-Selector', 'Age'], cells: ['web', 'isolated=yes', '3m'] },
])('kubectl gets rows to print for $path', async ({ path, object, columns, cells }) => {
  let now = NOW
  const { api, send } = await startApi({ clock: () => now })
  await send('POST', path, object)
  now += 190_000
  const response = await fetch(api.url + path, { headers: { Accept: TABLE } })
  expect(await response.json()).toMatchObject({
    kind: 'Table',
    columnDefinitions: columns.map((name) => ({ name })),
    rows: [{ cells, object: { kind: 'PartialObjectMetadata', metadata: { name: 'web' } } }],
  })
})

test.each([
  { milliseconds: 999, age: '0s' },
  { milliseconds: 119_000, age: '119s' },
  { milliseconds: 120_000, age: '2m' },
  { milliseconds: 7_200_000, age: '2h' },
  { milliseconds: 172_800_000, age: '2d' },
])('a namespace of $milliseconds ms has the age $age', async ({ milliseconds, age }) => {
  let now = NOW - (NOW % 1000)
  const { api } = await startApi({ clock: () => now })
  now += milliseconds
  const response = await fetch(`${api.url}/api/v1/namespaces/default`, { headers: { Accept: TABLE } })
  expect(await response.json()).toMatchObject({ rows: [{ cells: ['default', 'Active', age] }] })
})
