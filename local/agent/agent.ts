import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { listenOn } from '../../forwarder/http/listen.ts'
import { clustersOf } from '../../lib/adapter/cluster-access.ts'
import { folderEvidence } from '../../lib/adapter/folder-evidence.ts'
import { readKubeConfig } from '../../lib/adapter/open-access.ts'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { sqsClient, sqsQueue } from '../../lib/adapter/sqs.ts'
import { type AgentPorts, takeOrder } from '../../lib/agent/take-order.ts'
import { CodedError, messageOf } from '../../lib/error.ts'
import type { Cluster } from '../../lib/port/cluster.ts'
import type { EvidenceStore } from '../../lib/port/evidence.ts'
import type { Log } from '../../lib/port/log.ts'
import { loadRespondRules } from '../../lib/respond-rules.ts'
import { prometheusMetrics } from '../metrics.ts'
import { agentHealth, agentServer } from './pages.ts'
import { type AgentSettings, readAgentSettings } from './settings.ts'
import { startTaking } from './take.ts'

/** A running agent. `stop`: takes no more orders, finishes what is under way, and ends. */
export type Agent = { readonly url: string; readonly stop: () => Promise<void> }

/** `creance respond-agent`: takes orders from its queue, carries them out in the cluster, and answers. Throws `invalid_config`, `unavailable`, and then leaves nothing open. */
export async function startAgent(env: Readonly<Record<string, string | undefined>>, log: Log): Promise<Agent> {
  const settings = readAgentSettings(env)
  if (settings.unknown.length > 0) log.warn('these settings are not known: are they misspelt?', { settings: settings.unknown.join(' ') })
  const opened = new AsyncDisposableStack()
  try {
    return await open(settings, log, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

/** What is opened is closed in the reverse order: no more orders, what is under way ends, then the rest. */
async function open(settings: AgentSettings, log: Log, opened: AsyncDisposableStack): Promise<Agent> {
  const { clusterName, orderKey, answerKey, folder, patienceMs } = settings
  const { guards } = loadRespondRules(settings.rules, settings.ownNamespace)
  const cluster = await clusterOf(settings)
  const clock = Date.now
  const client = sqsClient()
  opened.defer(() => client.destroy())
  await client.config.region().catch((cause) => {
    throw new CodedError('invalid_config', `settings: AWS_REGION is not set, and no profile has a region: ${messageOf(cause)}`, { cause })
  })
  makeFolder(folder)
  const held = openDatabase(join(folder, 'lock.db'), { exclusive: true })
  opened.defer(() => held.close())
  const database = openDatabase(join(folder, 'store.db')) // by the name that `creance stop --data` looks for
  opened.defer(() => database.close())
  const { metrics, text } = prometheusMetrics()
  const ports: AgentPorts = {
    clusterName,
    cluster,
    store: sqliteStore(database, { clock }),
    evidence: await evidenceIn(settings),
    guards,
    orderKey,
    answerKey,
    answers: sqsQueue(client, settings.outcomesQueueUrl),
    metrics,
    clock,
    log,
    patienceMs,
  }
  const health = agentHealth(clock)
  const server = agentServer(health, text)
  const url = await listenOn(server, settings.listen, 'the agent', 'choose another with CREANCE_LISTEN')
  opened.defer(() => {
    server.closeAllConnections()
    server.close()
  })
  const taking = startTaking({
    queue: sqsQueue(client, settings.queueUrl),
    handle: (message) => takeOrder(message, ports),
    asked: health.asked,
    failed: (error) => metrics.count('creance_orders_total', { outcome: error instanceof CodedError ? error.code : 'error' }),
    log,
  })
  opened.defer(() => taking.stop())
  health.phase('ready')
  log.info('creance respond-agent is up', { listen: url, cluster: clusterName })
  let stopping: Promise<void> | undefined
  const end = async (): Promise<void> => {
    health.phase('stopping')
    log.info('stopping: what is under way is finished first')
    await opened.disposeAsync()
    log.info('stopped')
  }
  return {
    url,
    stop: () => {
      stopping ??= end()
      return stopping
    },
  }
}

/** Looked at before the first order: a kubeconfig that cannot be used, or none where there is no pod. */
async function clusterOf({ clusterName, kubeconfig }: AgentSettings): Promise<Cluster> {
  readKubeConfig({ file: kubeconfig }, 'settings: KUBECONFIG')
  const cluster = await clustersOf([], 'act', { only: { name: clusterName, file: kubeconfig } })(clusterName)
  if (!cluster) throw new RangeError(clusterName)
  return cluster
}

async function evidenceIn({ evidenceBucket, folder }: AgentSettings): Promise<EvidenceStore> {
  if (evidenceBucket === undefined) return folderEvidence(join(folder, 'evidence'))
  const { s3Client, s3Evidence } = await import('../../lib/adapter/s3-evidence.ts')
  return s3Evidence(s3Client(), evidenceBucket)
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new CodedError('invalid_config', `settings: CREANCE_AGENT_DIR: ${folder} is no folder that can be used: ${messageOf(cause)}`, {
      cause,
    })
  }
}
