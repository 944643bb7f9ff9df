import { expect, test } from 'vitest'
import { ownerChain, ownersOf } from '../../support/owner-chain.ts'
import { object, owned, plainCluster } from './plain-cluster.ts'

const DEPLOYMENT = object('apps/v1', 'Deployment', 'web', { spec: { replicas: 3 } })
const SET = object('apps/v1', 'ReplicaSet', 'web-1', { metadata: owned(DEPLOYMENT) })
const POD = object('v1', 'Pod', 'web-1-a', { metadata: owned(SET) })

test('owners are followed upwards, and given as they are', async () => {
  const cluster = plainCluster([POD, SET, DEPLOYMENT])
  expect(await ownersOf(POD, cluster)).toEqual([
    { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'ReplicaSet-web-1' },
    { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'Deployment-web' },
  ])
  expect((await ownerChain(POD, cluster)).at(-1)).toMatchObject({ kind: 'Deployment', spec: { replicas: 3 } })
})

test('an owner of the same name and another uid is none', async () => {
  const another = object('apps/v1', 'ReplicaSet', 'web-1', { metadata: { uid: 'other', ...owned(DEPLOYMENT) } })
  expect(await ownersOf(POD, plainCluster([POD, another, DEPLOYMENT]))).toEqual([])
})

test('an owner that is gone is none', async () => {
  expect(await ownersOf(POD, plainCluster([POD, DEPLOYMENT]))).toEqual([])
})

test('owners that own each other end somewhere', async () => {
  const b = object('apps/v1', 'ReplicaSet', 'b', { metadata: owned(object('apps/v1', 'ReplicaSet', 'a')) })
  const a = object('apps/v1', 'ReplicaSet', 'a', { metadata: owned(b) })
  expect(await ownersOf(a, plainCluster([a, b]))).toHaveLength(5)
})

test('the controller is followed, not another owner', async () => {
  const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'c', uid: 'ConfigMap-c' }
  const pod = object('v1', 'Pod', 'p', { metadata: { ownerReferences: [other, ...owned(SET).ownerReferences] } })
  expect((await ownersOf(pod, plainCluster([pod, SET, object('v1', 'ConfigMap', 'c')]))).map(({ kind }) => kind)).toEqual(['ReplicaSet'])
})

test.each([
  ['a version that is a path', { apiVersion: '../../v1' }],
  ['a name that is a path', { name: '../secrets/s' }],
  ['a kind that is none', { kind: 'Pods/log' }],
  ['no uid', { uid: '' }],
])('%s is not asked for', async (_name, changes) => {
  const asked: string[] = []
  const reference = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true, ...changes }
  expect(await ownersOf(object('v1', 'Pod', 'p', { metadata: { ownerReferences: [reference] } }), plainCluster([], { asked }))).toEqual([])
  expect(asked).toEqual([])
})

test('what may not be read is an error', async () => {
  await expect(ownerChain(POD, plainCluster([SET], { denies: ['get ReplicaSet'] }))).rejects.toMatchObject({ code: 'not_permitted' })
})
