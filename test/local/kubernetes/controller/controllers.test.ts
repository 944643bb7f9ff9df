import { describe, expect, test } from 'vitest'
import { type Body, DEPLOYMENTS, deployment, eviction, MERGE, PODS, pod, REPLICA_SETS, STRATEGIC, startApi } from '../start.ts'

const uids = ({ items }: Body) => items.map(({ metadata }) => metadata.uid)

/** A cluster with the Deployment `web` in it. */
async function startWeb(replicas = 2) {
  const started = await startApi()
  await started.send('POST', DEPLOYMENTS, deployment('web', replicas))
  const pods = async () => (await started.send('GET', `${PODS}?labelSelector=app%3Dweb`)).body
  return { ...started, pods }
}

describe('a Deployment', () => {
  test('owns a ReplicaSet, which owns the pods of its template', async () => {
    const { send, pods } = await startWeb()
    const { metadata: owner } = (await send('GET', `${DEPLOYMENTS}/web`)).body
    const [replicaSet] = (await send('GET', REPLICA_SETS)).body.items
    expect(replicaSet?.metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{10}$/)
    expect(replicaSet?.metadata.ownerReferences).toMatchObject([
      { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: owner.uid, controller: true },
    ])
    const { items } = await pods()
    expect(items).toHaveLength(2)
    for (const { metadata, spec } of items) {
      expect(metadata.name).toMatch(new RegExp(`^${replicaSet?.metadata.name}-[bcdfghjklmnpqrstvwxz2456789]{5}$`))
      expect(metadata.labels).toEqual({ app: 'web', 'pod-template-hash': replicaSet?.metadata.name.slice('web-'.length) })
      expect(metadata.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', uid: replicaSet?.metadata.uid, controller: true }])
      expect(spec).toMatchObject({ serviceAccountName: 'web', containers: [{ name: 'app', image: 'nginx:1.27' }] })
    }
  })

  test('says in its status how many are ready', async () => {
    const { send } = await startWeb(3)
    const counts = { replicas: 3, readyReplicas: 3, availableReplicas: 3 }
    expect((await send('GET', `${DEPLOYMENTS}/web`)).body.status).toMatchObject({
      ...counts,
      updatedReplicas: 3,
      conditions: [{ type: 'Available', status: 'True' }],
    })
    expect((await send('GET', REPLICA_SETS)).body.items[0]?.status).toMatchObject(counts)
  })

  test.each([
    { name: 'a delete', method: 'DELETE', path: '' },
    { name: 'an eviction', method: 'POST', path: '/eviction' },
  ])('gets another pod for one that $name took', async ({ method, path }) => {
    const { send, pods } = await startWeb()
    const before = await pods()
    const [gone, kept] = before.items
    const body = path === '' ? {} : eviction(gone?.metadata.name ?? '')
    await send(method, `${PODS}/${gone?.metadata.name}${path}`, body)
    const after = uids(await pods())
    expect(after).toHaveLength(2)
    expect(after).toContain(kept?.metadata.uid)
    expect(after).not.toContain(gone?.metadata.uid)
    expect(await send('GET', `${PODS}/${gone?.metadata.name}`)).toMatchObject({ status: 404 })
  })

  test('gets another pod for one that failed, and keeps that', async () => {
    const { send, pods } = await startWeb()
    const [failed] = (await pods()).items
    await send('PATCH', `${PODS}/${failed?.metadata.name}/status`, { status: { phase: 'Failed' } }, MERGE)
    expect((await pods()).items).toHaveLength(3)
  })

  test.each([0, 1, 5])('has %i pods after it is scaled to that', async (replicas) => {
    const { send, pods } = await startWeb(3)
    const before = uids(await pods())
    const scaled = await send('PATCH', `${DEPLOYMENTS}/web/scale`, { spec: { replicas } }, MERGE)
    expect(scaled).toMatchObject({ status: 200, body: { kind: 'Scale', spec: replicas === 0 ? {} : { replicas } } })
    const after = uids(await pods())
    expect(after).toHaveLength(replicas)
    expect(after.filter((uid) => before.includes(uid))).toHaveLength(Math.min(replicas, 3))
  })

  test('moves its pods to a new ReplicaSet when its template changes, and back to the old one when that does', async () => {
    const { send, pods, names } = await startWeb()
    const image = (version: string) => ({ spec: { template: { spec: { containers: [{ name: 'app', image: version }] } } } })
    const old = await names(REPLICA_SETS)
    await send('PATCH', `${DEPLOYMENTS}/web`, image('nginx:1.28'), STRATEGIC)
    expect((await pods()).items.map(({ spec }) => spec.containers)).toEqual(Array(2).fill([{ name: 'app', image: 'nginx:1.28' }]))
    expect(await names(REPLICA_SETS)).toHaveLength(2)
    await send('PATCH', `${DEPLOYMENTS}/web`, image('nginx:1.27'), STRATEGIC)
    expect(await names(REPLICA_SETS)).toHaveLength(2)
    expect((await pods()).items.every(({ metadata }) => metadata.name.startsWith(`${old[0]}-`))).toBe(true)
  })

  test('takes what it owns with it', async () => {
    const { send, names, api } = await startWeb()
    await send('POST', PODS, pod('bystander'))
    await send('DELETE', `${DEPLOYMENTS}/web`, { propagationPolicy: 'Background' })
    expect(await names(REPLICA_SETS)).toEqual([])
    expect(await names(PODS)).toEqual(['bystander'])
    expect(api.writes().filter(({ verb }) => verb === 'delete')).toHaveLength(1)
  })

  test('leaves what it owns when it is deleted with the policy Orphan', async () => {
    const { send, names } = await startWeb()
    await send('DELETE', `${DEPLOYMENTS}/web`, { propagationPolicy: 'Orphan' })
    expect(await names(REPLICA_SETS)).toHaveLength(1)
    expect(await names(PODS)).toHaveLength(2)
  })

  test('lets a pod go whose labels it no longer selects, and makes another', async () => {
    const { send, pods, names } = await startWeb()
    const [freed] = (await pods()).items
    const { body } = await send('PATCH', `${PODS}/${freed?.metadata.name}`, { metadata: { labels: { app: 'quarantine' } } }, MERGE)
    expect(body.metadata.uid).toBe(freed?.metadata.uid)
    expect((await send('GET', `${PODS}/${freed?.metadata.name}`)).body.metadata.ownerReferences).toBeUndefined()
    expect(await names(PODS)).toHaveLength(3)
  })

  test('makes no more than five thousand pods, whatever it asks for', async () => {
    const { names } = await startWeb(2_000_000_000)
    expect(await names(PODS)).toHaveLength(5000)
  })
})
