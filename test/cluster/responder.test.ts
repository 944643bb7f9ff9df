import { expect } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { responderContract } from '../contract/responder.ts'
import { CONTROLLERS, startControlPlane } from './control-plane.ts'
import { startKubelet } from './kubelet.ts'

responderContract('real kube-apiserver', async () => {
  const controllers = [...CONTROLLERS, 'disruption-controller'].join(',')
  const plane = await startControlPlane({ controllerManagerFlags: { controllers } })
  const kubelet = await startKubelet(plane.kubeconfig)
  const cluster = kubernetesCluster(kubeConfig({ file: plane.kubeconfig }))
  // Where nothing runs. The API server taints a new node as not ready, and no controller here takes that back.
  await cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-2' } })
  const { metadata } = (await cluster.get({ apiVersion: 'v1', kind: 'Node', name: 'node-2' })) ?? expect.fail('no node')
  const { uid = '', resourceVersion = '' } = metadata
  await cluster.patch({ apiVersion: 'v1', kind: 'Node', name: 'node-2', uid, resourceVersion, spec: { taints: null } })
  return {
    kubeconfig: plane.kubeconfig,
    stop: async () => {
      await kubelet.stop()
      await plane.stop()
    },
  }
})
