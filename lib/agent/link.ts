import type { KeyObject } from 'node:crypto'
import type { ClusterItem } from '../cluster/cluster.ts'
import { CodedError } from '../error.ts'
import type { QueueSender } from '../port/queue.ts'
import { privateKeyFrom, publicKeyFrom } from './keys.ts'

/** What it takes to have an agent act: where its orders go, with what they are signed, and by what key its answers are known. */
export type AgentLink = { readonly queue: QueueSender; readonly orderKey: KeyObject; readonly answerKey: KeyObject }
/** By the cluster's name; undefined: no agent acts there. */
export type AgentLinks = (cluster: string) => AgentLink | undefined

/** The agents that rule files set up. `orderKey`: the private key, as the setting ORDER_KEY has it. Errors: `invalid_config`. */
export function agentLinks(
  items: readonly ClusterItem[],
  { orderKey, queueAt }: { readonly orderKey: string | undefined; readonly queueAt: (url: string) => QueueSender },
): AgentLinks {
  const links = new Map<string, AgentLink>()
  for (const { cluster, agent } of items) {
    if (!agent) continue
    if (orderKey === undefined)
      throw new CodedError('invalid_config', `settings: ORDER_KEY is not set, and in cluster ${cluster} an agent acts`)
    links.set(cluster, {
      queue: queueAt(agent.queue),
      orderKey: privateKeyFrom(orderKey, 'ORDER_KEY'),
      answerKey: publicKeyFrom(agent.public_key, `cluster ${cluster}: agent.public_key`),
    })
  }
  return (cluster) => links.get(cluster)
}
