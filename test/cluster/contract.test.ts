import { CoreV1Api, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { kubeConfig } from '../../lib/adapter/kubernetes.ts'
import { clusterContract } from '../contract/cluster.ts'
import { startControlPlane } from './control-plane.ts'

clusterContract('real kube-apiserver', async () => {
  const plane = await startControlPlane()
  const core = kubeConfig({ file: plane.kubeconfig }).makeApiClient(CoreV1Api)
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  return {
    ...plane,
    run: async ({ namespace, name }) => {
      const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
      await core.patchNamespacedPodStatus({ namespace, name, body: { status } }, merge)
    },
  }
})
