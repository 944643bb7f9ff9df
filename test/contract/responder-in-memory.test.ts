import { writeFileSync } from 'node:fs'
import { startKubernetesApi } from '../../local/kubernetes/server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { responderContract } from './responder.ts'

responderContract('in-memory API', async () => {
  const folder = temporaryFolder()
  const api = await startKubernetesApi({ nodes: ['node-1', 'node-2'] })
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
