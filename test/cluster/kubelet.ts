import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiException, CoreV1Api, KubeConfig, PatchStrategy, setHeaderOptions, type V1Pod } from '@kubernetes/client-node'

/** What a scheduler and a kubelet would do on the node `node-1`, since the control plane has neither: pods get the node, run at once with
 *  container ids of their own, and go when they are deleted. */
export async function startKubelet(kubeconfig: string): Promise<{ readonly stop: () => Promise<void> }> {
  const config = new KubeConfig()
  config.loadFromFile(kubeconfig)
  const core = config.makeApiClient(CoreV1Api)
  await core.createNode({ body: { metadata: { name: 'node-1' } } })
  let running = true

  const attend = async (pod: V1Pod): Promise<void> => {
    const { name = '', namespace = '' } = pod.metadata ?? {}
    if (pod.metadata?.deletionTimestamp) {
      await core.deleteNamespacedPod({ name, namespace, gracePeriodSeconds: 0 })
    } else if (!pod.spec?.nodeName) {
      await core.createNamespacedPodBinding({ name, namespace, body: { metadata: { name }, target: { kind: 'Node', name: 'node-1' } } })
    } else if (pod.status?.phase !== 'Running') {
      const body = { status: runningStatus(pod) }
      await core.patchNamespacedPodStatus({ name, namespace, body }, setHeaderOptions('Content-Type', PatchStrategy.MergePatch))
    }
  }
  const loop = async (): Promise<void> => {
    while (running) {
      const pods = await core.listPodForAllNamespaces().catch(() => ({ items: [] }))
      await Promise.all(pods.items.map((pod) => attend(pod).catch(again)))
      await sleep(100)
    }
  }
  const finished = loop()
  return {
    stop: async () => {
      running = false
      await finished
    },
  }
}

/** What has changed or gone in the meantime is seen in the next round; anything else is a fault of the test's. */
function again(error: unknown): void {
  if (!(error instanceof ApiException && (error.code === 404 || error.code === 409))) console.error('kubelet stand-in:', error)
}

function runningStatus(pod: V1Pod) {
  const containerStatuses = (pod.spec?.containers ?? []).map(({ name, image }) => ({
    name,
    image,
    imageID: '',
    ready: true,
    started: true,
    restartCount: 0,
    containerID: `containerd://${randomBytes(32).toString('hex')}`,
    state: { running: { startedAt: new Date().toISOString() } },
  }))
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({ type, status: 'True' }))
  return { phase: 'Running', podIP: '10.1.0.1', startTime: new Date().toISOString(), conditions, containerStatuses }
}
