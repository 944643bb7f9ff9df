import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { responderContract } from '../contract/responder.ts'
import { CONTROLLERS, startControlPlane } from './control-plane.ts'
import { startKubelet } from './kubelet.ts'

responderContract('real kube-apiserver', async () => {
  const controllers = [...CONTROLLERS, 'disruption-controller'].join(',')
  const plane = await startControlPlane({ controllerManagerFlags: { controllers } })
  const kubelet = await startKubelet(plane.kubeconfig)
  const cluster = kubernetesCluster(kubeConfig({ file: plane.kubeconfig }))
  await cluster.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-2' } }) // where nothing runs
  return {
    kubeconfig: plane.kubeconfig,
    stop: async () => {
      await kubelet.stop()
      await plane.stop()
    },
  }
})
