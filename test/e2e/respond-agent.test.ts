import { execFileSync } from 'node:child_process'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { sqsQueue } from '../../lib/adapter/sqs.ts'
import { agentLinks } from '../../lib/agent/link.ts'
import { ClusterItem } from '../../lib/cluster/cluster.ts'
import type { Cluster } from '../../lib/port/cluster.ts'
import type { Queue } from '../../lib/port/queue.ts'
import { takeForRespond } from '../../lib/stage/outcome.ts'
import { alertsOn } from '../../local/demo/alerts.ts'
import { type DemoPod, deployWorkloads, podsOf } from '../../local/demo/workload.ts'
import type { Write } from '../../local/kubernetes/api.ts'
import { type KubernetesApi, startKubernetesApi } from '../../local/kubernetes/server.ts'
import { type AgentProcess, startAgentProcess } from '../support/agent-process.ts'
import { startSqs } from '../support/aws.ts'
import { nonceOf, type TestChain, testChain } from '../support/chain.ts'
import { eventually } from '../support/eventually.ts'
import { ended } from '../support/forwarder-process.ts'
import { demoRules } from '../support/rules.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// `creance respond-agent` in a process of its own, between two queues of SQS and the API of its cluster. The rest of the chain runs here, and has no way to that API.
const ROOT = join(import.meta.dirname, '../..')
let chain: TestChain
let api: KubernetesApi
let cluster: Cluster
let pods: { readonly nginx: DemoPod; readonly payments: DemoPod }
let outcomes: Queue
let agent: AgentProcess
let env: Readonly<Record<string, string>>
let folder: string
let stops: (() => unknown)[]
/** Called when a write has taken effect and its answer is still out. */
let onWritten: (write: Write) => unknown

const base64 = (key: KeyObject, type: 'spki' | 'pkcs8') => key.export({ format: 'der', type }).toString('base64')

beforeEach(async () => {
  stops = []
  onWritten = () => undefined
  const temporary = temporaryFolder()
  folder = temporary.path
  stops.push(temporary.remove)
  const sqs = await startSqs()
  stops.push(sqs.stop)
  const [ordersUrl, outcomesUrl] = [
    await sqs.createQueue('creance-test-agent-demo', { fifo: true, visibilitySeconds: 3 }),
    await sqs.createQueue('creance-test-outcomes', { visibilitySeconds: 3 }),
  ]
  api = await startKubernetesApi({ onWritten: async (write) => void (await onWritten(write)) })
  stops.push(api.stop)
  cluster = kubernetesCluster(kubeConfig({ text: api.kubeconfig }))
  pods = await deployWorkloads(cluster)
  const keys = { order: generateKeyPairSync('ed25519'), answer: generateKeyPairSync('ed25519') }
  chain = await testChain([demoRules(folder)])
  stops.push(() => chain.stop())
  const item = ClusterItem.parse({ cluster: 'demo', agent: { queue: ordersUrl, public_key: base64(keys.answer.publicKey, 'spki') } })
  const agents = agentLinks([item], {
    orderKey: base64(keys.order.privateKey, 'pkcs8'),
    queueAt: (url) => sqsQueue(sqs.client, url),
  })
  Object.assign(chain.ports, { agents, clusters: async () => undefined, readers: async () => cluster })
  outcomes = sqsQueue(sqs.client, outcomesUrl)
  const kubeconfig = join(folder, 'kubeconfig')
  writeFileSync(kubeconfig, api.kubeconfig)
  const orderKeyFile = join(folder, 'order.pub')
  writeFileSync(orderKeyFile, keys.order.publicKey.export({ format: 'pem', type: 'spki' }))
  env = {
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    CREANCE_CLUSTER: 'demo',
    CREANCE_AGENT_QUEUE_URL: ordersUrl,
    CREANCE_OUTCOMES_QUEUE_URL: outcomesUrl,
    CREANCE_ORDER_PUBLIC_KEY: orderKeyFile,
    CREANCE_AGENT_KEY: base64(keys.answer.privateKey, 'pkcs8'),
    CREANCE_AGENT_DIR: join(folder, 'agent'),
    KUBECONFIG: kubeconfig,
  }
  agent = await startAgentProcess(env)
  stops.push(() => agent.child.kill('SIGKILL'))
})
afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
})

const alert = (pod: DemoPod, recording: string) =>
  chain.send(alertsOn(pod, new URL(`../../local/demo/alerts/${recording}.jsonl`, import.meta.url)))

/** One round of all that runs in the cloud. */
async function round(): Promise<void> {
  chain.time.nowMs = Date.now()
  await chain.settle()
  for (const message of await outcomes.receive({ max: 10, waitSeconds: 0 })) {
    await takeForRespond(message, chain.ports, { lastTry: false })
    await outcomes.acknowledge(message.receipt)
  }
}

/** The outcomes of all actions, once they are as many. */
const settled = (count: number) =>
  eventually(async () => {
    await round()
    const all = (await chain.incidents()).flatMap(({ actions }) => actions)
    const states = all.flatMap(({ request, outcome }) => (outcome ? [`${request.action} ${outcome.state}`] : []))
    expect(states, agent.log()).toHaveLength(count)
    return states.sort()
  }, 30_000)

const deletions = () => api.writes().filter(({ verb, kind, changed }) => verb === 'delete' && kind === 'Pod' && changed)
const policies = () => cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' })

test('from alert to contained incident by the agent, which tells how it is and ends when it is told to', async () => {
  await alert(pods.payments, 'netcat-shell')
  expect(await settled(2)).toEqual(['delete done', 'label done'])
  expect((await chain.incidents())[0]?.incident.status).toBe('contained')
  expect(deletions()).toHaveLength(1)
  expect((await podsOf(cluster, 'payments'))[0]?.uid).not.toBe(pods.payments.uid)
  expect(await (await fetch(`${agent.url}/healthz`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${agent.url}/metrics`)).text()).toContain('creance_orders_total{outcome="done"} 2')
  expect((await fetch(`${agent.url}/`)).status).toBe(404)
  agent.child.kill('SIGTERM')
  expect(await ended(agent.child), agent.log()).toBe(0)
})

test('killed after the pod was deleted and before it could say so: it counts as done, and the new pod is left alone', async () => {
  const killed = new Promise<void>((resolve) => {
    onWritten = async ({ verb, kind }) => {
      if (verb !== 'delete' || kind !== 'Pod') return
      onWritten = () => undefined
      agent.child.kill('SIGKILL')
      await ended(agent.child)
      resolve()
    }
  })
  await alert(pods.payments, 'netcat-shell')
  await chain.settle()
  await killed
  agent = await startAgentProcess(env)
  expect(await settled(2)).toEqual(['delete done', 'label done'])
  expect(deletions()).toHaveLength(1)
  const [young, ...more] = await podsOf(cluster, 'payments')
  expect(more).toEqual([])
  expect(young?.uid).not.toBe(pods.payments.uid)
})

test('killed when the policy was made: one policy, and a release takes it away', async () => {
  const killed = new Promise<void>((resolve) => {
    onWritten = async ({ kind }) => {
      if (kind !== 'NetworkPolicy') return
      onWritten = () => undefined
      agent.child.kill('SIGKILL')
      await ended(agent.child)
      resolve()
    }
  })
  const press = (action: string) => chain.press({ value: nonceOf(chain.chat.messages.at(-1)?.message, action), at: action })
  await alert(pods.nginx, 'shell-then-shadow')
  await round()
  expect(await press('isolate')).toMatchObject({ outcome: 'accepted' })
  await chain.settle()
  await killed
  agent = await startAgentProcess(env)
  expect(await settled(1)).toEqual(['isolate done'])
  expect(await policies()).toHaveLength(1)
  await round()
  await press('release')
  expect(await settled(2)).toEqual(['isolate undone', 'release undone'])
  expect(await policies()).toEqual([])
})

test('`creance stop` on its own folder stops it, and a second agent on that folder is refused', async () => {
  const second = startAgentProcess(env)
  await expect(second).rejects.toThrow(/does another process use this data folder/)
  execFileSync(process.execPath, [join(ROOT, 'cli/creance.ts'), 'stop', 'enough', '--data', join(folder, 'agent')])
  await alert(pods.payments, 'netcat-shell')
  expect(await settled(2)).toEqual(['delete refused', 'label refused'])
  expect(deletions()).toEqual([])
})
