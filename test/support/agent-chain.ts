import { generateKeyPairSync } from 'node:crypto'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteQueue } from '../../lib/adapter/sqlite-queue.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import type { AgentLinks } from '../../lib/agent/link.ts'
import { type AgentPorts, takeOrder } from '../../lib/agent/take-order.ts'
import type { Queue, ReceivedMessage } from '../../lib/port/queue.ts'
import { baseGuards } from '../../lib/response/guards.ts'
import { takeForRespond } from '../../lib/stage/outcome.ts'
import { testChain, type Wrap } from './chain.ts'
import { memoryEvidence } from './memory-evidence.ts'

/** An agent's two keys: its orders are signed with one, its answers with the other. */
export function agentKeys() {
  return { order: generateKeyPairSync('ed25519'), answer: generateKeyPairSync('ed25519') }
}

/** The chain of testChain, which itself has no access to the cluster `demo`: an agent acts there, by a pair of queues. `settle` until all of them are empty; without
 *  the agent, `settle({ agentRuns: false })`. `wrap`: put around the agent's own ports; `wrapEach`: around each port on both sides. */
export async function agentChain(
  rules: readonly string[],
  {
    wrap = (ports) => ports,
    wrapEach = (_name, port) => port,
  }: { readonly wrap?: (ports: AgentPorts) => AgentPorts; readonly wrapEach?: Wrap } = {},
) {
  const chain = await testChain(rules, { wrap: wrapEach })
  const keys = agentKeys()
  const clock = () => chain.time.nowMs
  const database = openDatabase(':memory:')
  const queueNamed = (name: string, fifo: boolean) =>
    sqliteQueue(database, { name, fifo, visibilitySeconds: 30, maxReceives: 3, deadLetters: `${name}-dead` }, { clock })
  const queues = { orders: queueNamed('orders', true), outcomes: queueNamed('outcomes', false), dead: queueNamed('outcomes-dead', false) }
  const link = { queue: wrapEach('orders', queues.orders), orderKey: keys.order.privateKey, answerKey: keys.answer.publicKey }
  const other = { queue: queues.orders, orderKey: keys.order.privateKey, answerKey: agentKeys().answer.publicKey }
  const agents: AgentLinks = (cluster) => (cluster === 'demo' ? link : cluster === 'other' ? other : undefined)
  const cloud = Object.assign(chain.ports, { agents, clusters: async () => undefined })
  const newStore = () => sqliteStore(openDatabase(':memory:'), { clock })
  const agent: AgentPorts = wrap({
    clusterName: 'demo',
    cluster: wrapEach('agent.cluster', chain.cluster),
    store: wrapEach('agent.store', newStore()),
    evidence: memoryEvidence(),
    guards: baseGuards(),
    orderKey: keys.order.publicKey,
    answerKey: keys.answer.privateKey,
    answers: wrapEach('answers', queues.outcomes),
    metrics: { count: () => undefined },
    clock,
    log: chain.ports.log,
    patienceMs: 0,
  })
  const failures: unknown[] = []
  const drain = async (queue: Queue, handle: (message: ReceivedMessage) => Promise<void>): Promise<number> => {
    const messages = await queue.receive({ max: 10, waitSeconds: 0 })
    for (const message of messages) {
      try {
        await handle(message)
        await queue.acknowledge(message.receipt)
      } catch (error) {
        failures.push(error)
        await queue.retry(message.receipt, 0)
      }
    }
    return messages.length
  }
  const settle = async ({ agentRuns = true, ports = agent } = {}): Promise<void> => {
    for (let rounds = 0; rounds < 50; rounds++) {
      await chain.settle()
      const orders = agentRuns ? await drain(queues.orders, (message) => takeOrder(message, ports)) : 0
      const answers = await drain(queues.outcomes, (message) => takeForRespond(message, cloud, { lastTry: false }))
      if (orders + answers === 0) return
    }
    throw new Error('the queues never became empty')
  }
  /** Lets minutes pass, the sweep running in each; what it sends waits in the queues. */
  const minutes = async (count: number): Promise<void> => {
    for (let minute = 0; minute < count; minute++) {
      chain.time.nowMs += 60_000
      await chain.sweep()
      await settle({ agentRuns: false })
    }
  }
  return { ...chain, cloud, agent, keys, agentQueues: queues, newStore, settle, minutes, agentFailures: failures }
}
export type AgentChain = Awaited<ReturnType<typeof agentChain>>
