import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import type { Cluster, KubernetesObject } from '../../lib/port/cluster.ts'
import { eventually } from '../support/eventually.ts'

/** `run`: makes a pod run, where nothing else does. */
export type ClusterMaker = {
  readonly kubeconfig: string
  readonly stop: () => Promise<void>
  readonly run?: (pod: { readonly namespace: string; readonly name: string }) => Promise<void>
}

const POD = { apiVersion: 'v1', kind: 'Pod' } as const
const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' } as const

/** What every Cluster does. Runs against the in-memory API and against a real kube-apiserver; each test has a namespace of its own. */
export function clusterContract(name: string, start: () => Promise<ClusterMaker>): void {
  describe(`Cluster: ${name}`, () => {
    let maker: ClusterMaker
    let cluster: Cluster
    let namespace = ''
    let count = 0
    beforeAll(async () => {
      maker = await start()
      cluster = kubernetesCluster(kubeConfig({ file: maker.kubeconfig }))
    })
    afterAll(() => maker?.stop())
    beforeEach(async () => {
      namespace = `contract-${++count}`
      await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
    })
    const makePod = async (pod: string, spec: object = {}): Promise<KubernetesObject> => {
      await cluster.create({
        ...POD,
        metadata: { name: pod, namespace, labels: { app: pod } },
        spec: { ...spec, containers: [{ name: 'c', image: 'nginx:1.29' }] },
      })
      return (await cluster.get({ ...POD, namespace, name: pod })) ?? expect.fail('the pod was not created')
    }
    const nameOf = ({ metadata }: KubernetesObject) => ({ ...POD, namespace, name: metadata.name, uid: metadata.uid ?? '' })

    test('an object that does not exist is undefined, not an error', async () => {
      expect(await cluster.get({ ...POD, namespace, name: 'none' })).toBeUndefined()
      expect(await cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'none' })).toBeUndefined()
    })

    test('an object is read with its uid, resourceVersion and a creation time as text', async () => {
      const { metadata } = await makePod('web')
      expect(metadata).toMatchObject({ name: 'web', namespace, labels: { app: 'web' } })
      expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/)
      expect(metadata.resourceVersion).toMatch(/^\d+$/)
      expect(Math.abs(Date.parse(metadata.creationTimestamp ?? '') - Date.now())).toBeLessThan(60_000)
    })

    test('creating what exists says so and changes nothing', async () => {
      const policy = (label: string) => ({
        ...POLICY,
        metadata: { name: 'p', namespace, labels: { label } },
        spec: { podSelector: {}, policyTypes: ['Ingress'] },
      })
      expect(await cluster.create(policy('first'))).toBe('created')
      expect(await cluster.create(policy('second'))).toBe('exists')
      expect((await cluster.get({ ...POLICY, namespace, name: 'p' }))?.metadata.labels).toEqual({ label: 'first' })
    })

    test('creating in a namespace that does not exist is invalid input that says so', async () => {
      const pod = { ...POD, metadata: { name: 'p', namespace: 'no-such-namespace' }, spec: { containers: [{ name: 'c', image: 'x' }] } }
      await expect(cluster.create(pod)).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('no-such-namespace'),
      })
    })

    test('a patch sets and removes labels of exactly this object at this version', async () => {
      const pod = await makePod('web')
      const resourceVersion = pod.metadata.resourceVersion ?? ''
      expect(await cluster.patch({ ...nameOf(pod), resourceVersion, labels: { app: null, 'creance.dev/isolated': 'yes' } })).toBe('patched')
      expect((await cluster.get(nameOf(pod)))?.metadata.labels).toEqual({ 'creance.dev/isolated': 'yes' })
    })

    test('a patch at an old version is a conflict and changes nothing', async () => {
      const pod = await makePod('web')
      const resourceVersion = pod.metadata.resourceVersion ?? ''
      await cluster.patch({ ...nameOf(pod), resourceVersion, labels: { a: '1' } })
      expect(await cluster.patch({ ...nameOf(pod), resourceVersion, labels: { b: '2' } })).toBe('conflict')
      expect((await cluster.get(nameOf(pod)))?.metadata.labels).toEqual({ app: 'web', a: '1' })
    })

    test('a patch or a deletion for another uid leaves the pod that took the name alone', async () => {
      const old = await makePod('web')
      await cluster.remove({ ...nameOf(old), graceSeconds: 0 })
      const young = await makePod('web')
      expect(young.metadata.uid).not.toBe(old.metadata.uid)
      const resourceVersion = young.metadata.resourceVersion ?? ''
      expect(['absent', 'conflict']).toContain(await cluster.patch({ ...nameOf(old), resourceVersion, labels: { hit: 'yes' } }))
      expect(await cluster.remove({ ...nameOf(old), graceSeconds: 0 })).toBe('absent')
      expect((await cluster.get(nameOf(young)))?.metadata).toEqual(young.metadata)
    })

    test('a patch or a deletion of what is gone is absent', async () => {
      const pod = await makePod('web')
      expect(await cluster.remove({ ...nameOf(pod), graceSeconds: 0 })).toBe('removed')
      expect(await cluster.remove({ ...nameOf(pod), graceSeconds: 0 })).toBe('absent')
      expect(await cluster.patch({ ...nameOf(pod), resourceVersion: '1', labels: { a: 'b' } })).toBe('absent')
    })

    test('a deletion gives a pod that runs the grace period that is asked for', async () => {
      const pod = await makePod('graceful', { nodeName: 'some-node' })
      expect(await cluster.remove({ ...nameOf(pod), graceSeconds: 7 })).toBe('removed')
      const left = await cluster.get(nameOf(pod)) // the in-memory API has it gone at once
      expect(left?.metadata ?? { deletionGracePeriodSeconds: 7 }).toMatchObject({ deletionGracePeriodSeconds: 7 })
    })

    test('an eviction takes exactly this pod; a trial takes none', async () => {
      const pod = await makePod('web')
      const { name, uid } = nameOf(pod)
      expect(await cluster.evict({ namespace, name, uid, dryRun: true })).toBe('evicted')
      expect((await cluster.get(nameOf(pod)))?.metadata.uid).toBe(uid)
      expect(await cluster.evict({ namespace, name, uid: '00000000-0000-4000-8000-000000000000' })).toBe('absent')
      expect((await cluster.get(nameOf(pod)))?.metadata.uid).toBe(uid)
      expect(await cluster.evict({ namespace, name, uid, graceSeconds: 0 })).toBe('evicted')
      expect(await cluster.get(nameOf(pod))).toBeUndefined()
      expect(await cluster.evict({ namespace, name, uid })).toBe('absent')
    })

    test('an eviction that a disruption budget does not allow is blocked', async () => {
      const pod = await makePod('web', { nodeName: 'some-node' })
      const { name, uid } = nameOf(pod)
      const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } }
      await cluster.create({ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace }, spec })
      await maker.run?.({ namespace, name })
      expect(await cluster.evict({ namespace, name, uid, dryRun: true })).toBe('blocked')
      expect(await cluster.evict({ namespace, name, uid })).toBe('blocked')
      expect((await cluster.get(nameOf(pod)))?.metadata.deletionTimestamp).toBeUndefined()
    })

    test('the number of replicas is patched through the scale subresource, of exactly this object at this version', async () => {
      const selector = { matchLabels: { app: 'web' } }
      const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'nginx:1.29' }] } }
      const deployment = { apiVersion: 'apps/v1', kind: 'Deployment' } as const
      await cluster.create({ ...deployment, metadata: { name: 'web', namespace }, spec: { replicas: 2, selector, template } })
      const patchScale = async (change: { uid?: string; resourceVersion?: string }, replicas: number) => {
        const { metadata } = (await cluster.get({ ...deployment, namespace, name: 'web' })) ?? expect.fail('no deployment')
        const { uid = '', resourceVersion = '' } = { ...metadata, ...change }
        return cluster.patch({ ...deployment, namespace, name: 'web', uid, resourceVersion, subresource: 'scale', spec: { replicas } })
      }
      const specOf = async () => (await cluster.get({ ...deployment, namespace, name: 'web' }))?.spec
      const patched = async () => expect(await patchScale({}, 0)).toBe('patched')
      await eventually(patched) // the controller writes the status in between
      expect(await specOf()).toMatchObject({ replicas: 0 })
      expect(await patchScale({ resourceVersion: '1' }, 5)).toBe('conflict')
      expect(['absent', 'conflict']).toContain(await patchScale({ uid: '00000000-0000-4000-8000-000000000000' }, 5))
      expect(await specOf()).toMatchObject({ replicas: 0 })
    })

    test('a spec is patched, and null removes what stands there', async () => {
      await cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: `node-${namespace}` } })
      const node = { apiVersion: 'v1', kind: 'Node', name: `node-${namespace}` } as const
      const patch = async (unschedulable: boolean | null) => {
        const { metadata } = (await cluster.get(node)) ?? expect.fail('no node')
        const { uid = '', resourceVersion = '' } = metadata
        expect(await cluster.patch({ ...node, uid, resourceVersion, spec: { unschedulable } })).toBe('patched')
        return (await cluster.get(node))?.spec
      }
      expect(await patch(true)).toMatchObject({ unschedulable: true })
      expect(await patch(null)).not.toHaveProperty('unschedulable')
    })

    test('a log that is not there is undefined', async () => {
      const query = { namespace, pod: 'none', container: 'c', tailLines: 10, limitBytes: 1000 }
      expect(await cluster.logs(query)).toBeUndefined()
      await makePod('web')
      const said = await cluster.logs({ ...query, pod: 'web', previous: true }).catch(({ code }) => code)
      expect([undefined, '', 'invalid_input']).toContain(said) // kube-apiserver: nothing, of a pod without a node
    })

    test('which kinds there are is told', async () => {
      expect(await cluster.serves({ apiVersion: 'apps/v1', kind: 'Deployment' })).toBe(true)
      expect(await cluster.serves({ apiVersion: 'apps/v1', kind: 'Nonsense' })).toBe(false)
      expect(await cluster.serves({ apiVersion: 'nobody.example/v7', kind: 'Nonsense' })).toBe(false)
      await expect(cluster.get({ apiVersion: 'nobody.example/v7', kind: 'Nonsense', namespace, name: 'x' })).rejects.toMatchObject({
        code: 'invalid_input',
        message: expect.stringContaining('knows no Nonsense'),
      })
    })

    test('a list is filtered by namespace, label and field selectors', async () => {
      await makePod('web')
      await makePod('other')
      const names = async (query: object) => (await cluster.list({ ...POD, ...query })).map(({ metadata }) => metadata.name).sort()
      expect(await names({ namespace })).toEqual(['other', 'web'])
      expect(await names({ namespace, labelSelector: 'app=web' })).toEqual(['web'])
      expect(await names({ namespace, fieldSelector: 'metadata.name=other' })).toEqual(['other'])
      expect(await names({ namespace, fieldSelector: 'spec.nodeName=no-such-node' })).toEqual([])
    })
  })

  test(`an address where nothing answers is unavailable, and says which (${name})`, async () => {
    const config = {
      clusters: [{ name: 'x', cluster: { server: 'https://127.0.0.1:7399' } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
    }
    const text = JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config, users: [{ name: 'x', user: {} }], 'current-context': 'x' })
    const nowhere = kubernetesCluster(kubeConfig({ text }))
    await expect(nowhere.get({ ...POD, namespace: 'a', name: 'b' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
}
