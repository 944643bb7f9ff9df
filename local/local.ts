import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { createHealth } from '../forwarder/health.ts'
import { listenOn } from '../forwarder/http/listen.ts'
import { forwarderServer } from '../forwarder/http/server.ts'
import { createIntake } from '../forwarder/intake/intake.ts'
import { rejectsFile } from '../forwarder/intake/rejects.ts'
import { createMetrics } from '../forwarder/metrics.ts'
import { clustersOf } from '../lib/adapter/cluster-access.ts'
import { folderEvidence } from '../lib/adapter/folder-evidence.ts'
import { kubeConfig, kubernetesCluster } from '../lib/adapter/kubernetes.ts'
import { otherSystems } from '../lib/adapter/other-systems.ts'
import { slackChat } from '../lib/adapter/slack.ts'
import { slackDialog } from '../lib/adapter/slack-dialog.ts'
import { openDatabase } from '../lib/adapter/sqlite.ts'
import { sqliteStore } from '../lib/adapter/sqlite-store.ts'
import { isLoopback } from '../lib/address.ts'
import { CodedError, messageOf } from '../lib/error.ts'
import { loadFalcoRulesOrThrow } from '../lib/falco-rules.ts'
import type { Cluster } from '../lib/port/cluster.ts'
import type { Log } from '../lib/port/log.ts'
import type { QueueSender } from '../lib/port/queue.ts'
import type { Store } from '../lib/port/store.ts'
import { loadRulesOrThrow } from '../lib/rule-set.ts'
import { type AuditPorts, auditRules } from '../lib/stage/audit.ts'
import { auditInProcess } from './audit-in-process.ts'
import { startChain } from './chain.ts'
import { interactListener } from './http.ts'
import { incidentPages } from './incident-pages.ts'
import { keepInQueue } from './keep-in-queue.ts'
import { startKubernetesApi } from './kubernetes/server.ts'
import { prometheusMetrics } from './metrics.ts'
import { localQueues } from './queues.ts'
import type { LocalSettings } from './settings.ts'
import { mountSlack, type Slack } from './slack/slack.ts'
import { slackSocketMode } from './slack-socket-mode.ts'
import { STAND_IN } from './stand-in/workspace.ts'

/** A running installation. `slack` and `kubeconfigFile` are there where the stand-ins are used. */
export type Local = {
  readonly forwarderUrl: string
  readonly httpUrl: string
  readonly cluster: Cluster
  readonly store: Store
  readonly slack: Slack | undefined
  readonly kubeconfigFile: string
  readonly stop: () => Promise<void>
}

/** Starts the whole chain in this process: forwarder, every stage, the interactions URL, and stand-ins for Slack and Kubernetes where the
 *  settings name no real ones. All state is in the data folder and survives a kill. Throws `invalid_config`, `unavailable`, and then
 *  leaves nothing open. */
export async function startLocal(settings: LocalSettings, log: Log): Promise<Local> {
  const opened = new AsyncDisposableStack()
  try {
    return { ...(await open(settings, log, opened)), stop: () => opened.disposeAsync() }
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

/** What is opened is closed in the reverse order: no more alerts, what is under way ends, then the rest. */
async function open(settings: LocalSettings, log: Log, opened: AsyncDisposableStack): Promise<Omit<Local, 'stop'>> {
  const { data, packageRoot, cluster: clusterName } = settings
  const usesStandIn = settings.slackToken === undefined
  checkAddresses(settings, usesStandIn)
  const standInRules = usesStandIn ? [join(packageRoot, 'local/stand-in/rules')] : []
  const rulePaths = [...(settings.rules ?? [join(packageRoot, 'rules')]), ...standInRules]
  const rules = loadRulesOrThrow(rulePaths)
  if (rules.routes.length === 0) log.warn('no route: nobody will be told of incidents; see rules/README.md')
  if (rules.permissions.length === 0) log.warn('no permission: nobody may press a button; see rules/README.md')

  makeFolder(data)
  const clock = Date.now
  const queueDatabase = openDatabase(join(data, 'queues.db'), { exclusive: true })
  opened.defer(() => queueDatabase.close())
  const storeDatabase = openDatabase(join(data, 'store.db'))
  opened.defer(() => storeDatabase.close())
  const store = sqliteStore(storeDatabase, { clock })
  const queues = localQueues(queueDatabase, clock)

  const kubeconfigFile = settings.kubeconfig ?? (await startInMemoryCluster(data, opened))
  const cluster = kubernetesCluster(kubeConfig({ file: kubeconfigFile }))

  const { actions, messages } = queues
  const signingSecret = settings.slackSigningSecret ?? randomBytes(32).toString('hex')
  const http = createServer()
  const httpUrl = await listenOn(http, settings.http, 'the page and interactions', 'choose another with --http')
  const standIn = {
    ...STAND_IN,
    baseUrl: httpUrl,
    signingSecret,
    interactionsUrl: `${httpUrl}/slack/interactions`,
    file: join(data, 'slack.db'),
  }
  const slack = usesStandIn ? mountSlack(standIn) : undefined
  opened.defer(() => slack?.close())
  const pages = incidentPages({ baseUrl: httpUrl, publicUrl: settings.pageUrl, data, isForPlay: usesStandIn }, { store, log, clock })
  const { metrics, gauge, text } = prometheusMetrics()
  const slackAccess = { token: settings.slackToken ?? STAND_IN.token, apiUrl: slack ? `${httpUrl}/api/` : settings.slackApi }
  const dialog = slackDialog(slackAccess)
  const interactPorts = {
    store,
    actions,
    messages,
    permissions: rules.permissions,
    dialog,
    link: pages.links.incident,
    signingSecret,
    clock,
    log,
  }
  const socketMode = slackSocketMode(settings, interactPorts, gauge)
  // By Socket Mode alone, there is no secret by which a request could be known: then there is no such URL.
  const interactions = settings.slackAppToken === undefined || settings.slackSigningSecret !== undefined
  http.on(
    'request',
    interactListener(interactPorts, { standIn: slack?.app, incidents: pages.app, metrics: text, health: socketMode?.health, interactions }),
  )
  opened.defer(() => close(http))

  const chat = slackChat(slackAccess)
  const random = () => randomBytes(24).toString('base64url')
  const only = { name: clusterName, file: kubeconfigFile }
  const readers = clustersOf(rules.clusters, 'read', { only })
  const clusters = clustersOf(rules.clusters, 'act', { only })
  const evidence = folderEvidence(join(data, 'evidence'))
  const others = { ...otherSystems({ loopback: true, clock }), link: pages.links.incident }
  const chain = startChain({ readers, clusters, evidence, metrics, chat, others, store, queues, rules, random, clock, log })
  opened.defer(() => chain.stop())
  await socketMode?.start()
  opened.defer(() => socketMode?.stop())

  const forwarder = localForwarder(settings, queues.detections, auditRules(loadFalcoRulesOrThrow(rulePaths)), log)
  const forwarderUrl = await listenOn(forwarder, settings.listen, 'the forwarder', 'choose another with --listen')
  opened.defer(() => close(forwarder))
  return { forwarderUrl, httpUrl, cluster, store, slack, kubeconfigFile }
}

/** The forwarder's HTTP side, before the detections queue itself. */
function localForwarder(
  { cluster, node, data, insecure }: LocalSettings,
  detections: QueueSender,
  rules: AuditPorts['rules'],
  log: Log,
): Server {
  const clock = Date.now
  const health = createHealth(() => undefined, clock)
  const metrics = createMetrics(() => undefined, clock)
  const keepAudit = auditInProcess({ detections, rules, matching: 'first', clusterName: cluster, clock, log })
  const ports = {
    keep: keepInQueue(detections),
    keepAudit,
    metrics,
    health,
    keepRejected: rejectsFile(join(data, 'rejects.jsonl')),
    clock,
    log,
  }
  const intake = createIntake(ports, { stamp: { cluster, node }, urgentSeverity: 5 })
  health.phase('ready')
  return forwarderServer({ intake, health, metrics }, { senders: { clientCertificates: false, insecure } })
}

/** Returns the file of its kubeconfig, for kubectl. */
async function startInMemoryCluster(data: string, opened: AsyncDisposableStack): Promise<string> {
  const kubernetes = await startKubernetesApi()
  opened.defer(() => kubernetes.stop())
  const file = join(data, 'kubeconfig.yaml')
  writeFileSync(file, kubernetes.kubeconfig, { mode: 0o600 })
  return file
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new CodedError('invalid_config', `data: ${path} is no folder that can be used: ${messageOf(cause)}`, { cause })
  }
}

/** The stand-in speaks for people without asking who they are, and the forwarder takes alerts from anybody: neither is for a network. */
function checkAddresses({ listen, http, insecure }: LocalSettings, usesStandIn: boolean): void {
  if (usesStandIn && !isLoopback(http))
    throw new CodedError('invalid_config', `http: ${http.host}: without SLACK_BOT_TOKEN the page is served on loopback only`)
  if (!insecure && !isLoopback(listen)) {
    throw new CodedError('invalid_config', `listen: ${listen.host} is open to others: set CREANCE_INSECURE=true to allow it`)
  }
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 1000).unref()
  })
}
