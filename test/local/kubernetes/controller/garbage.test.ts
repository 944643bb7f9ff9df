import { describe, expect, test } from 'vitest'
import { deployment, MERGE, networkPolicy, PODS, pod, startApi } from '../start.ts'

test('a pod with two owners outlives the one and not the other', async () => {
  const { send, names } = await startApi()
  const owner = async (name: string) => {
    const { body } = await send('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name } })
    return { apiVersion: 'v1', kind: 'ServiceAccount', name, uid: body.metadata.uid }
  }
  const [first, second] = [await owner('first'), await owner('second')]
  await send('POST', PODS, pod('web', { ownerReferences: [first, second] }))
  await send('DELETE', '/api/v1/namespaces/default/serviceaccounts/first')
  expect((await send('GET', `${PODS}/web`)).body.metadata.ownerReferences).toEqual([second])
  await send('DELETE', '/api/v1/namespaces/default/serviceaccounts/second')
  expect(await names(PODS)).toEqual([])
})

test('what is owned by what was owned goes too', async () => {
  const { send, names } = await startApi()
  const ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts'
  const first = (await send('POST', ACCOUNTS, { metadata: { name: 'first' } })).body.metadata
  const owned = (owner: string, uid: string) => [{ apiVersion: 'v1', kind: 'ServiceAccount', name: owner, uid }]
  const second = (await send('POST', ACCOUNTS, { metadata: { name: 'second', ownerReferences: owned('first', first.uid) } })).body.metadata
  await send('POST', ACCOUNTS, { metadata: { name: 'third', ownerReferences: owned('second', second.uid) } })
  await send('DELETE', `${ACCOUNTS}/first`)
  expect(await names(ACCOUNTS)).toEqual(['default'])
})

describe('a namespace', () => {
  const OWN = '/api/v1/namespaces/shop'
  const POLICIES = '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies'
  const inShop = (object: object) => ({ ...object, metadata: { name: 'web' } })

  async function startShop() {
    const started = await startApi()
    await started.send('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } })
    await started.send('POST', '/apis/apps/v1/namespaces/shop/deployments', inShop(deployment('web')))
    await started.send('POST', POLICIES, inShop(networkPolicy('web')))
    return started
  }

  test('has a service account, and its own name as a label', async () => {
    const { send, names } = await startShop()
    expect(await names(`${OWN}/serviceaccounts`)).toEqual(['default'])
    expect((await send('GET', OWN)).body.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': 'shop' })
  })

  test('goes with everything in it', async () => {
    const { send, names } = await startShop()
    expect((await send('DELETE', OWN)).body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } })
    expect(await send('GET', OWN)).toMatchObject({ status: 404 })
    for (const path of [`${OWN}/pods`, `${OWN}/serviceaccounts`, POLICIES, '/apis/apps/v1/deployments', '/apis/apps/v1/replicasets']) {
      expect(await names(path)).toEqual([])
    }
  })

  test('waits for what is held in it, and takes nothing new meanwhile', async () => {
    const { send } = await startShop()
    await send('POST', `${OWN}/pods`, { ...inShop(pod('held')), metadata: { name: 'held', finalizers: ['creance.dev/evidence'] } })
    await send('DELETE', OWN)
    expect((await send('GET', OWN)).body.status).toEqual({ phase: 'Terminating' })
    expect(await send('POST', `${OWN}/pods`, inShop(pod('late')))).toMatchObject({
      status: 403,
      body: { message: 'pods "web" is forbidden: unable to create new content in namespace shop because it is being terminated' },
    })
    await send('PATCH', `${OWN}/pods/held`, { metadata: { finalizers: null } }, MERGE)
    expect(await send('GET', OWN)).toMatchObject({ status: 404 })
  })
})
