import { describe, expect, test } from 'vitest'
import { MERGE, PODS, pod, startApi } from '../start.ts'

describe('a custom kind', () => {
  const customKinds = [
    { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', plural: 'ciliumnetworkpolicies' },
    { apiVersion: 'crd.projectcalico.org/v1', kind: 'NetworkPolicy', plural: 'networkpolicies' },
  ]
  const PATH = '/apis/cilium.io/v2/namespaces/default/ciliumnetworkpolicies'

  test('is there when it was named: its objects are created, patched, selected and deleted', async () => {
    const { send, names } = await startApi({ customKinds })
    const spec = { endpointSelector: { matchLabels: { a: 'b' } } }
    const policy = { apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', metadata: { name: 'web', labels: { a: 'b' } }, spec }
    expect(await send('POST', PATH, policy)).toMatchObject({ status: 201, body: policy })
    expect(await send('POST', PATH, policy)).toMatchObject({
      status: 409,
      body: { message: 'ciliumnetworkpolicies.cilium.io "web" already exists' },
    })
    expect(await send('PATCH', `${PATH}/web`, { spec: { ingress: [] } }, MERGE)).toMatchObject({ body: { spec: { ...spec, ingress: [] } } })
    expect(await names(`${PATH}?labelSelector=a%3Db`)).toEqual(['web'])
    expect(await send('DELETE', `${PATH}/web`)).toMatchObject({ body: { kind: 'Status', status: 'Success' } })
    expect(await send('GET', `${PATH}/web`)).toMatchObject({ status: 404 })
  })

  test('is in the discovery, beside a kind of the same name in another group', async () => {
    const { send } = await startApi({ customKinds })
    expect((await send('GET', '/apis/cilium.io/v2')).body).toMatchObject({
      resources: [{ name: 'ciliumnetworkpolicies', singularName: 'ciliumnetworkpolicy', namespaced: true, kind: 'CiliumNetworkPolicy' }],
    })
    expect((await send('GET', '/apis/crd.projectcalico.org/v1')).body).toMatchObject({ resources: [{ kind: 'NetworkPolicy' }] })
    expect((await send('GET', '/apis/networking.k8s.io/v1')).body).toMatchObject({
      resources: expect.arrayContaining([expect.objectContaining({ kind: 'NetworkPolicy' })]),
    })
  })

  test('is not there otherwise, nor its group', async () => {
    const { send } = await startApi()
    expect(await send('GET', '/apis/cilium.io/v2')).toMatchObject({ status: 404, body: { message: '404 page not found\n' } })
    expect((await send('POST', PATH, { metadata: { name: 'web' } })).status).toBe(404)
  })

  test('goes with its namespace and with its owner', async () => {
    const { send, names } = await startApi({ customKinds })
    await send('POST', '/api/v1/namespaces', { metadata: { name: 'shop' } })
    await send('POST', PATH.replace('default', 'shop'), { metadata: { name: 'web' } })
    await send('DELETE', '/api/v1/namespaces/shop')
    expect(await names('/apis/cilium.io/v2/ciliumnetworkpolicies')).toEqual([])
    const { uid } = (await send('POST', PATH, { metadata: { name: 'owner' } })).body.metadata
    const ownerReferences = [{ apiVersion: 'cilium.io/v2', kind: 'CiliumNetworkPolicy', name: 'owner', uid }]
    await send('POST', PODS, pod('owned', { ownerReferences }))
    await send('DELETE', `${PATH}/owner`)
    expect(await names(PODS)).toEqual([])
  })
})
