import type { Chat } from '../lib/port/chat.ts'
import type { Cluster, ClusterReader } from '../lib/port/cluster.ts'
import type { EvidenceStore } from '../lib/port/evidence.ts'
import type { Clock, Log } from '../lib/port/log.ts'
import type { Metrics } from '../lib/port/metrics.ts'
import type { Store } from '../lib/port/store.ts'
import type { RuleSet } from '../lib/rule-set.ts'
import type { DeliverPorts } from '../lib/stage/deliver.ts'
import { enrich } from '../lib/stage/enrich.ts'
import { evaluate } from '../lib/stage/evaluate.ts'
import { ActionsMessage, IncidentMessage, readBody } from '../lib/stage/messages.ts'
import { takeNotice } from '../lib/stage/notify.ts'
import { respond } from '../lib/stage/respond.ts'
import { sweep } from '../lib/stage/sweep.ts'
import { userGroupsIn } from '../lib/stage/user-groups.ts'
import { apartDeliveries } from './apart-deliveries.ts'
import { type LocalQueues, MAX_RECEIVES } from './queues.ts'
import { startWorker } from './worker.ts'

export type ChainPorts = {
  /** Those that may be read, and those that may be acted on. */
  readonly readers: (name: string) => Promise<ClusterReader | undefined>
  readonly clusters: (name: string) => Promise<Cluster | undefined>
  readonly evidence: EvidenceStore
  readonly metrics: Metrics
  readonly chat: Chat
  /** How others than Slack are told, and the address of an incident's page. */
  readonly others: Pick<DeliverPorts, 'send' | 'secretOf' | 'exportOcsf' | 'link'>
  readonly store: Store
  readonly queues: LocalQueues
  readonly rules: RuleSet
  readonly random: () => string
  readonly clock: Clock
  readonly log: Log
}

const SWEEP_EVERY_MS = 2000
const PARALLEL_ACTIONS = 10
const PARALLEL_BATCHES = 4
/** One that waits for somebody else's answer does not hold up the others; what hangs on a webhook holds up only other webhooks. */
const PARALLEL_NOTICES = 4
const PARALLEL_DELIVERIES = 2
/** Well within the queue's visibility time-out, with what a slow API server may take beside it. */
const PATIENCE_MS = 10_000

/** Every stage from the detections queue on, in this process, with the code that the functions run. `stop` waits for what is under way;
 *  what is not done by then stays in the queues. */
export function startChain(ports: ChainPorts): { readonly stop: () => Promise<void> } {
  const { queues, rules, log } = ports
  const { detections, incidents, actions, messages, deliveries } = queues
  const notices = apartDeliveries(messages, deliveries)
  const evaluatePorts = { ...ports, incidents, actions }
  const respondPorts = { ...ports, messages, guards: rules.guards, patienceMs: PATIENCE_MS }
  const userGroups = userGroupsIn(rules.permissions)
  const sweepPorts = { ...ports, actions, messages: notices, detections, userGroups }
  const notifyPorts = { ...ports, ...ports.others, messages: notices, userGroups, routes: rules.routes.map(({ route }) => route) }
  const workers = [
    startWorker('detections', {
      queue: detections,
      log,
      parallel: PARALLEL_BATCHES,
      handle: (message) => evaluate(message, evaluatePorts),
    }),
    startWorker('incidents', {
      queue: incidents,
      log,
      handle: ({ body }) => enrich(readBody(body, IncidentMessage), { ...ports, messages }),
    }),
    startWorker('messages', { queue: messages, log, parallel: PARALLEL_NOTICES, handle: (message) => takeNotice(message, notifyPorts) }),
    startWorker('deliveries', {
      queue: deliveries,
      log,
      parallel: PARALLEL_DELIVERIES,
      handle: (message) => takeNotice(message, notifyPorts),
    }),
    startWorker('actions', {
      queue: actions,
      log,
      parallel: PARALLEL_ACTIONS,
      handle: ({ body, receiveCount }) => respond(readBody(body, ActionsMessage), respondPorts, { lastTry: receiveCount >= MAX_RECEIVES }),
    }),
  ]
  let sweeping = Promise.resolve()
  const timer = setInterval(() => {
    sweeping = sweeping
      .then(() => sweep(sweepPorts))
      .then(
        () => undefined,
        (error) => log.error('sweep failed', { why: String(error) }),
      )
  }, SWEEP_EVERY_MS)
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all([...workers.map((worker) => worker.stop()), sweeping])
    },
  }
}
