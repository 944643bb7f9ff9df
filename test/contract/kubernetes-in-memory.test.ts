import { writeFileSync } from 'node:fs'
import { startKubernetesApi } from '../../local/kubernetes/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { clusterContract } from './cluster.ts'

clusterContract('in-memory API', async () => {
  const folder = temporaryFolder()
  const api = await startKubernetesApi({ nodes: ['some-node'] })
  const kubeconfig = `${folder.path}/kubeconfig`
  writeFileSync(kubeconfig, api.kubeconfig)
  return {
    kubeconfig,
    stop: async () => {
      await api.stop()
      folder.remove()
    },
  }
})
