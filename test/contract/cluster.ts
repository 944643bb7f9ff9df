import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import type { ClusterReader, ClusterWriter, KubernetesObject } from '../../lib/port/cluster.ts'

export type ClusterMaker = { readonly kubeconfig: string; readonly stop: () => Promise<void> }

const POD = { apiVersion: 'v1', kind: 'Pod' } as const
const POLICY = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' } as const

/** What every Cluster does. Runs against the in-memory API and against a real kube-apiserver; each test has a namespace of its own. */
export function clusterContract(name: string, start: () => Promise<ClusterMaker>): void {
  describe(`Cluster: ${name}`, () => {
    let maker: ClusterMaker
    let cluster: ClusterReader & ClusterWriter
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
      expect(await cluster.patchMetadata({ ...nameOf(pod), resourceVersion, labels: { app: null, 'creance.dev/isolated': 'yes' } })).toBe(
        'patched',
      )
      expect((await cluster.get(nameOf(pod)))?.metadata.labels).toEqual({ 'creance.dev/isolated': 'yes' })
    })

    test('a patch at an old version is a conflict and changes nothing', async () => {
      const pod = await makePod('web')
      const resourceVersion = pod.metadata.resourceVersion ?? ''
      await cluster.patchMetadata({ ...nameOf(pod), resourceVersion, labels: { a: '1' } })
      expect(await cluster.patchMetadata({ ...nameOf(pod), resourceVersion, labels: { b: '2' } })).toBe('conflict')
      expect((await cluster.get(nameOf(pod)))?.metadata.labels).toEqual({ app: 'web', a: '1' })
    })

    test('a patch or a deletion for another uid leaves the pod that took the name alone', async () => {
      const old = await makePod('web')
      await cluster.remove({ ...nameOf(old), graceSeconds: 0 })
      const young = await makePod('web')
      expect(young.metadata.uid).not.toBe(old.metadata.uid)
      const resourceVersion = young.metadata.resourceVersion ?? ''
      expect(['absent', 'conflict']).toContain(await cluster.patchMetadata({ ...nameOf(old), resourceVersion, labels: { hit: 'yes' } }))
      expect(await cluster.remove({ ...nameOf(old), graceSeconds: 0 })).toBe('absent')
      expect((await cluster.get(nameOf(young)))?.metadata).toEqual(young.metadata)
    })

    test('a patch or a deletion of what is gone is absent', async () => {
      const pod = await makePod('web')
      expect(await cluster.remove({ ...nameOf(pod), graceSeconds: 0 })).toBe('removed')
      expect(await cluster.remove({ ...nameOf(pod), graceSeconds: 0 })).toBe('absent')
      expect(await cluster.patchMetadata({ ...nameOf(pod), resourceVersion: '1', labels: { a: 'b' } })).toBe('absent')
    })

    test('a deletion gives a pod that runs the grace period that is asked for', async () => {
      const pod = await makePod('graceful', { nodeName: 'some-node' })
      expect(await cluster.remove({ ...nameOf(pod), graceSeconds: 7 })).toBe('removed')
      const left = await cluster.get(nameOf(pod)) // the in-memory API has it gone at once
      expect(left?.metadata ?? { deletionGracePeriodSeconds: 7 }).toMatchObject({ deletionGracePeriodSeconds: 7 })
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
