import { expect, test } from 'vitest'
import type { KubernetesObject, ListQuery } from '../../../lib/port/cluster.ts'
import { floorOf, hidesKeeper, keeperOf, ReplicaFloor, replicasOf } from '../../../lib/response/replica-floor.ts'

const pod = (uid: string, { ready = 'True', labels = {}, deleted = false } = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: uid, uid, labels, ...(deleted ? { deletionTimestamp: '2026-11-24T00:00:00Z' } : {}) },
  status: { conditions: [{ type: 'Ready', status: ready }] },
})
const workload = (spec: unknown, kind = 'Deployment'): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'web', namespace: 'shop', uid: 'w' },
  spec,
})
const selector = { matchLabels: { app: 'web' } }

test('ready are the pods of the workload that serve: not those being deleted, not ready, or isolated', async () => {
  const asked: ListQuery[] = []
  const pods = [
    pod('a'),
    pod('b', { ready: 'False' }),
    pod('c', { deleted: true }),
    pod('d', { labels: { 'creance.dev/isolated-0123456789abcdef': 'd' } }),
    pod('e'),
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'odd', uid: 'f' }, status: { conditions: 'none' } },
  ]
  const list = async (query: ListQuery) => {
    asked.push(query)
    return pods
  }
  const matchExpressions = [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'canary', operator: 'DoesNotExist' },
  ]
  const found = await replicasOf(workload({ replicas: 4, selector: { ...selector, matchExpressions } }), { list })
  expect(found).toEqual({ of: 'w', desired: 4, ready: ['a', 'e'] })
  expect(asked).toMatchObject([{ namespace: 'shop', labelSelector: 'app=web,tier in (a,b),!canary' }])
})

test('a DaemonSet wants as many as it has nodes', async () => {
  const set = { ...workload({ selector }, 'DaemonSet'), status: { desiredNumberScheduled: 7 } }
  expect(await replicasOf(set, { list: async () => [] })).toEqual({ of: 'w', desired: 7, ready: [] })
})

test.each([
  ['no workload', undefined],
  ['a Job', { ...workload({ selector }), apiVersion: 'batch/v1', kind: 'Job' }],
])('%s has no number to keep', async (_name, object) => {
  expect(await replicasOf(object, { list: async () => [pod('a')] })).toBeUndefined()
})

test('a workload of another shape counts as one without ready pods', async () => {
  expect(await replicasOf(workload({ selector: 'all' }), { list: async () => [pod('a')] })).toEqual({ of: 'w', desired: 1, ready: [] })
})

test.each([
  [[1], 10, 1],
  [['50%'], 10, 5],
  [['50%'], 3, 2], // a share is rounded up
  [['100%'], 3, 3],
  [['0%'], 3, 0],
  [[1, '30%'], 10, 3],
  [[5, '30%'], 10, 5],
  [[], 10, 0],
])('of %j of %d replicas, %d must be left', (floors, desired, left) => {
  expect(
    floorOf(
      floors.map((floor) => ReplicaFloor.parse(floor)),
      desired,
    ),
  ).toBe(left)
})

test.each(['50', '101%', '-1%', '1.5%', -1, 1.5, '', null])('%j is no floor', (floor) => {
  expect(ReplicaFloor.safeParse(floor).success).toBe(false)
})

const of = (apiVersion: string, kind: string): KubernetesObject => ({ apiVersion, kind, metadata: { name: kind.toLowerCase() } })
const SET = of('apps/v1', 'ReplicaSet')
const DEPLOYMENT = of('apps/v1', 'Deployment')
const ROLLOUT = of('argoproj.io/v1alpha1', 'Rollout')

test.each([
  ['a Deployment’s pod', [SET, DEPLOYMENT], DEPLOYMENT],
  ['a Deployment under an operator’s kind', [SET, DEPLOYMENT, ROLLOUT], DEPLOYMENT],
  ['a ReplicaSet under an operator’s kind', [SET, ROLLOUT], SET],
  ['a StatefulSet under what somebody made up', [of('apps/v1', 'StatefulSet'), of('v1', 'Service')], of('apps/v1', 'StatefulSet')],
  ['a ReplicationController', [of('v1', 'ReplicationController')], of('v1', 'ReplicationController')],
  ['a Job', [of('batch/v1', 'Job')], undefined],
  ['no owner', [], undefined],
])('the floor of %s goes by the nearest that keeps a number', (_name, owners, keeper) => {
  expect(keeperOf(owners)).toEqual(keeper)
})

test.each([
  ['a Deployment above a ReplicaSet', [SET], { apiVersion: 'apps/v1', kind: 'Deployment' }, true],
  ['an operator’s kind above a ReplicaSet', [SET], { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' }, false],
  ['the only owner', [], { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' }, true],
])('whether %s that cannot be read decides the floor: %s', (_name, owners, unread, hides) => {
  expect(hidesKeeper(owners, unread)).toBe(hides)
})
