import { writeFileSync } from 'node:fs'
import { startKubernetesApi } from '../../local/kubernetes/server.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The in-memory Kubernetes API with these nodes. `kubeconfig`: a file. */
export async function startInMemoryCluster(nodes: readonly string[]) {
  const folder = temporaryFolder()
  const api = await startKubernetesApi({ nodes: [...nodes] })
  const kubeconfig = `${folder.path}/kubeconfig`
  writeFileSync(kubeconfig, api.kubeconfig)
  return {
    kubeconfig,
    stop: async () => {
      await api.stop()
      folder.remove()
    },
  }
}
