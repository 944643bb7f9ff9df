import { expect, test } from 'vitest'
import { CodedError } from '../../../lib/error.ts'
import { describePod } from '../../../lib/incident/context.ts'
import type { ClusterReader, KubernetesObject } from '../../../lib/port/cluster.ts'

const SUBJECT = { kind: 'pod', key: 'k', cluster: 'demo', namespace: 'shop', pod: 'web-1' } as const
const object = (
  kind: string,
  name: string,
  uid: string,
  owner?: { kind: string; name: string; uid: string },
  rest: object = {},
): KubernetesObject => ({
  apiVersion: kind === 'Pod' || kind === 'Node' ? 'v1' : 'apps/v1',
  kind,
  metadata: {
    name,
    uid,
    namespace: 'shop',
    ...(owner ? { ownerReferences: [{ apiVersion: 'apps/v1', controller: true, ...owner }] } : {}),
  },
  ...rest,
})
const POD = object(
  'Pod',
  'web-1',
  'u1',
  { kind: 'ReplicaSet', name: 'web', uid: 'u2' },
  { spec: { nodeName: 'n1', containers: [{ image: 'nginx' }] }, status: { phase: 'Running' } },
)
const SET = object('ReplicaSet', 'web', 'u2', { kind: 'Deployment', name: 'web', uid: 'u3' })
const denied = () => Promise.reject(new CodedError('not_permitted', 'Kubernetes: forbidden'))

/** A cluster of these objects; what stands in `denies` may not be read. */
const clusterOf = (objects: readonly KubernetesObject[], denies: readonly string[] = []): ClusterReader => ({
  get: async ({ kind, name }) =>
    denies.includes(kind) ? denied() : objects.find((one) => one.kind === kind && one.metadata.name === name),
  list: async ({ kind }) => (denies.includes(`list ${kind}`) ? denied() : objects.filter((one) => one.kind === kind)),
})

test('owners are followed by uid, and neighbours listed', async () => {
  const neighbour = object('Pod', 'other', 'u9')
  const context = await describePod(SUBJECT, clusterOf([POD, SET, object('Deployment', 'web', 'u3'), neighbour]), 1)
  expect(context).toMatchObject({
    pod: { uid: 'u1', images: ['nginx'], serviceAccount: 'default' },
    owners: [{ kind: 'ReplicaSet' }, { kind: 'Deployment', name: 'web', uid: 'u3' }],
    neighbours: { names: ['shop/other'], count: 1 },
    unread: [],
  })
})

test('an owner of the same name and another uid is not followed', async () => {
  const another = object('ReplicaSet', 'web', 'u-other', { kind: 'Deployment', name: 'not-ours', uid: 'u8' })
  expect((await describePod(SUBJECT, clusterOf([POD, another]), 1)).owners).toEqual([{ kind: 'ReplicaSet', name: 'web', uid: 'u2' }])
})

test('owners that own each other end somewhere', async () => {
  const a = object('ReplicaSet', 'web', 'u2', { kind: 'ReplicaSet', name: 'b', uid: 'u5' })
  const b = object('ReplicaSet', 'b', 'u5', { kind: 'ReplicaSet', name: 'web', uid: 'u2' })
  expect((await describePod(SUBJECT, clusterOf([POD, a, b]), 1)).owners).toHaveLength(5)
})

test.each([
  ['the pod', ['Pod'], ['pod shop/web-1: Kubernetes: forbidden']],
  ['the node', ['Node'], ['node n1: Kubernetes: forbidden']],
  ['the owners', ['ReplicaSet'], ['owners: Kubernetes: forbidden']],
  ['the neighbours', ['list Pod'], ['pods on the node: Kubernetes: forbidden']],
])('where %s cannot be read, the rest is, and it says what is missing', async (_name, denies, unread) => {
  const context = await describePod(SUBJECT, clusterOf([POD, SET], denies), 1)
  expect(context.unread).toEqual(unread)
  if (!denies.includes('Pod')) expect(context.pod?.uid).toBe('u1')
})

test('a pod that is gone is said to be', async () => {
  expect(await describePod(SUBJECT, clusterOf([]), 1)).toMatchObject({ absent: 'there is no pod shop/web-1 now', unread: [] })
})

test('a subject without a pod needs no cluster, and nothing is said of neighbours', async () => {
  expect(await describePod(undefined, clusterOf([], ['Pod', 'Node']), 1)).toEqual({
    atMs: 1,
    unread: [],
    owners: [],
  })
})
