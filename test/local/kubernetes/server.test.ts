import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { startKubernetesApi } from '../../../local/kubernetes/server.ts'
import { DEPLOYMENTS, deployment, MERGE, NOW, networkPolicy, OTHER_UID, PODS, pod, startApi } from './start.ts'

describe('a new cluster', () => {
  test('has the usual namespaces, their service accounts, and the nodes that were named', async () => {
    const { names } = await startApi()
    expect(await names('/api/v1/namespaces')).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system'])
    expect(await names('/api/v1/nodes')).toEqual(['node-a', 'node-b'])
    expect(await names('/api/v1/serviceaccounts')).toEqual(['default', 'default', 'default', 'default'])
  })

  test('listens on loopback and says where in a kubeconfig without credentials', async () => {
    const { api } = await startApi()
    expect(api.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(parse(api.kubeconfig)).toMatchObject({ clusters: [{ cluster: { server: api.url } }], users: [{ user: {} }] })
  })

  test('is refused as unavailable where the port is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    await expect(startKubernetesApi({ port })).rejects.toMatchObject({ code: 'unavailable' })
    other.close()
  })

  test('ends with its watches open', async () => {
    const { api } = await startApi()
    const watching = await fetch(`${api.url}/api/v1/pods?watch=true`)
    await api.stop()
    await expect(watching.text()).rejects.toThrow()
  })
})

describe('the official client', () => {
  test('creates, reads, lists, patches, replaces and deletes', async () => {
    const { client } = await startApi()
    await client.create(pod('web', { labels: { app: 'web' } }))
    const read = await client.read({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web', namespace: 'default' } })
    expect(read).toMatchObject({ metadata: { labels: { app: 'web' } }, spec: { nodeName: 'node-a' }, status: { phase: 'Running' } })
    expect(read.metadata?.creationTimestamp).toEqual(new Date(Math.floor(NOW / 1000) * 1000))
    const listed = await client.list('v1', 'Pod', 'default', undefined, undefined, undefined, 'spec.nodeName=node-a', 'app in (web)', 10)
    expect(listed.items.map(({ metadata }) => metadata?.name)).toEqual(['web'])
    const patched = await client.patch({ ...pod('web'), metadata: { name: 'web', namespace: 'default', labels: { seen: 'yes' } } })
    expect(patched.metadata?.labels).toEqual({ app: 'web', seen: 'yes' })
    const replaced = await client.replace({ ...patched, metadata: { ...patched.metadata, labels: { only: 'this' } } })
    expect(replaced.metadata?.labels).toEqual({ only: 'this' })
    await client.delete(replaced, undefined, undefined, undefined, undefined, undefined, {
      preconditions: { uid: read.metadata?.uid ?? '' },
    })
    await expect(client.read({ ...pod('web') })).rejects.toMatchObject({ code: 404 })
  })

  test.each([
    { apiVersion: 'v1', kind: 'Namespace' },
    { apiVersion: 'v1', kind: 'Node' },
    { apiVersion: 'v1', kind: 'Pod' },
    { apiVersion: 'v1', kind: 'Event' },
    { apiVersion: 'v1', kind: 'ServiceAccount' },
    { apiVersion: 'apps/v1', kind: 'Deployment' },
    { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
    { apiVersion: 'apps/v1', kind: 'StatefulSet' },
    { apiVersion: 'apps/v1', kind: 'DaemonSet' },
    { apiVersion: 'batch/v1', kind: 'Job' },
    { apiVersion: 'batch/v1', kind: 'CronJob' },
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  ])('discovers and lists $apiVersion $kind', async ({ apiVersion, kind }) => {
    const { client } = await startApi()
    expect(await client.list(apiVersion, kind)).toMatchObject({ kind: `${kind}List`, apiVersion })
  })

  test('sees a failed precondition as 409 and a kind that there is not as no such kind', async () => {
    const { client } = await startApi()
    await client.create(networkPolicy('wall'))
    const options = { preconditions: { uid: OTHER_UID } }
    await expect(
      client.delete(networkPolicy('wall'), undefined, undefined, undefined, undefined, undefined, options),
    ).rejects.toMatchObject({
      code: 409,
    })
    await expect(client.list('cilium.io/v2', 'CiliumNetworkPolicy')).rejects.toThrow()
  })
})

describe('the record of writes', () => {
  test('has each write with its result, refused ones too, and says which changed something', async () => {
    const { api, send } = await startApi()
    await send('POST', PODS, pod('web'))
    await send('POST', PODS, pod('web'))
    await send('GET', `${PODS}/web`)
    await send('PATCH', `${PODS}/web`, { metadata: { labels: { a: 'b' } } }, MERGE)
    await send('PATCH', `${PODS}/web`, { metadata: { labels: { a: 'b' } } }, MERGE)
    await send('DELETE', `${PODS}/web`, { dryRun: ['All'] })
    await send('DELETE', `${PODS}/web`, { preconditions: { uid: OTHER_UID } })
    await send('DELETE', `${PODS}/web`)
    const pods = { kind: 'Pod', namespace: 'default', name: 'web', userAgent: 'node' }
    expect(api.writes()).toEqual([
      { ...pods, verb: 'create', status: 201, changed: true },
      { ...pods, verb: 'create', status: 409, changed: false },
      { ...pods, verb: 'patch', status: 200, changed: true },
      { ...pods, verb: 'patch', status: 200, changed: false },
      { ...pods, verb: 'delete', status: 200, changed: false },
      { ...pods, verb: 'delete', status: 409, changed: false },
      { ...pods, verb: 'delete', status: 200, changed: true },
    ])
  })

  test('leaves out what the controllers do', async () => {
    const { api, send } = await startApi()
    await send('POST', DEPLOYMENTS, deployment('web', 3))
    expect(api.writes()).toMatchObject([{ verb: 'create', kind: 'Deployment', name: 'web' }])
  })

  test('calls back after the effect and before the answer', async () => {
    const seen: unknown[] = []
    const { api, send } = await startApi({
      onWritten: async ({ name }) => {
        seen.push((await fetch(`${api.url}${PODS}/${name}`)).status)
      },
    })
    await send('POST', PODS, pod('web'))
    await send('POST', PODS, pod('web'))
    expect(seen).toEqual([200])
  })

  test('leaves the client without an answer when the call throws, and the effect in place', async () => {
    const { api, send } = await startApi({
      onWritten: () => {
        throw new Error('crash here')
      },
    })
    await expect(send('POST', PODS, pod('web'))).rejects.toThrow('fetch failed')
    expect(await send('GET', `${PODS}/web`)).toMatchObject({ status: 200 })
    expect(api.writes()).toMatchObject([{ verb: 'create', status: 201, changed: true }])
  })
})
