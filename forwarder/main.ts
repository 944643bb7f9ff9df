import { createHash } from 'node:crypto'
import type { Server } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { sqsBatchSender, sqsClient } from '../lib/adapter/sqs.ts'
import { isLoopback } from '../lib/address.ts'
import { BILLED_BYTES } from '../lib/batch/batch.ts'
import { CodedError, messageOf } from '../lib/error.ts'
import type { Log } from '../lib/port/log.ts'
import { followFile } from './follow/follow-file.ts'
import { followStream } from './follow/follow-stream.ts'
import { createHealth } from './health.ts'
import { listenOn } from './http/listen.ts'
import { forwarderServer } from './http/server.ts'
import { readTls, watchTls } from './http/tls.ts'
import { createIntake, type Intake } from './intake/intake.ts'
import { rejectsFile } from './intake/rejects.ts'
import { createMetrics } from './metrics.ts'
import { fillEstimate } from './send/fill.ts'
import { type SenderObserver, startSender } from './send/sender.ts'
import { type ForwarderSettings, readSettings } from './settings.ts'
import { openSpool } from './spool/spool.ts'

/** What a request may have where its messages have no more; queues that take larger messages take larger requests. */
const REQUEST_BYTES = 256 * 1024
const REQUEST_BYTES_MAX = 1024 * 1024
const PARALLEL_REQUESTS = 4
/** An event of the audit log has up to 256 KiB, and goes in one message, however badly it compresses: its reader keeps no parts. */
const AUDIT_MESSAGE_BYTES = 1024 * 1024
const REQUEST_TIMEOUT_MS = 10_000

export type Sources = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** JSON-lines files to follow. */
  readonly files: readonly string[]
  readonly stdin: Readable | undefined
}

export type Forwarder = {
  readonly url: string
  /** Takes no more, sends what it has within the grace period, and ends. `gently`: goes on taking alerts for the first fifth of it, while
   *  agents are led elsewhere. Resolves to whether the queue has everything. */
  readonly stop: (options?: { readonly gently: boolean }) => Promise<boolean>
  /** When stdin, where it is read, has ended and all of it is kept. */
  readonly stdinEnded: Promise<void> | undefined
}

/** `creance forward`: takes alerts over HTTP, from files and from stdin, keeps them on disk, and sends them in batches to the SQS queue. AWS's
 *  settings are the SDK's own. Throws `invalid_config`, `unavailable`, and then leaves nothing open. */
export async function startForwarder({ env, files, stdin }: Sources, log: Log): Promise<Forwarder> {
  const settings = readSettings(env, { readsFiles: files.length > 0 || stdin !== undefined })
  const opened = new AsyncDisposableStack()
  try {
    return await open(settings, { files, stdin }, log, opened)
  } catch (error) {
    await opened.disposeAsync()
    throw error
  }
}

async function open(
  settings: ForwarderSettings,
  { files, stdin }: Omit<Sources, 'env'>,
  log: Log,
  opened: AsyncDisposableStack,
): Promise<Forwarder> {
  const tls = settings.tls && readTls(settings.tls)
  warnOf(settings, log)
  const { keep, keepAudit, drain, health, metrics, keepRejected } = await openDeliveries(settings, log, opened)
  const intake = createIntake(
    { keep, keepAudit, metrics, health, keepRejected, clock: Date.now, log },
    { stamp: { cluster: settings.CREANCE_CLUSTER, node: settings.CREANCE_NODE }, urgentSeverity: settings.CREANCE_URGENT_PRIORITY },
  )
  const server = forwarderServer({ intake, health, metrics }, { senders: settings.senders, tls, filesOnly: settings.filesOnly })
  const url = await listenOn(server, settings.listen, 'the forwarder', 'choose another with CREANCE_LISTEN')
  opened.defer(() => server.closeAllConnections())
  if (settings.tls && server instanceof HttpsServer) {
    metrics.certificate(tls?.cert)
    const onReload = (ok: boolean, cert: string | undefined) => {
      metrics.tlsReloaded(ok)
      metrics.certificate(cert)
    }
    const watched = watchTls(server, settings.tls, { log, onReload })
    opened.defer(() => watched.stop())
  }
  const sources = openSources(intake, { files, stdin }, settings.CREANCE_SPOOL_DIR, log)
  health.phase('ready')
  log.info('creance forward is up', { listen: url, cluster: settings.CREANCE_CLUSTER, follows: files.length })

  let stopping: Promise<boolean> | undefined
  const end = async (gently: boolean): Promise<boolean> => {
    const graceMs = settings.CREANCE_GRACE_SECONDS * 1000
    const untilMs = performance.now() + graceMs
    health.phase('draining')
    log.info('stopping: what is on disk is sent first', { graceSeconds: settings.CREANCE_GRACE_SECONDS })
    await sources.stop()
    if (gently) await sleep(graceMs / 5)
    await closed(server)
    const all = await drain(untilMs - performance.now())
    if (!all) log.warn('not everything could be sent in time: the rest is on disk, and is sent by the next run')
    await opened.disposeAsync()
    log.info('stopped')
    return all
  }
  const stop = ({ gently } = { gently: false }): Promise<boolean> => {
    stopping ??= end(gently)
    return stopping
  }
  return { url, stop, stdinEnded: sources.stdinEnded }
}

/** From the disk to the queues: alerts, and, where there is a queue for them, events of the audit log. */
async function openDeliveries(settings: ForwarderSettings, log: Log, opened: AsyncDisposableStack) {
  const { CREANCE_SPOOL_DIR: folder, CREANCE_QUEUE_URL: queueUrl, CREANCE_AUDIT_QUEUE_URL: auditQueueUrl } = settings
  const keepRejected = rejectsFile(join(folder, 'rejects.jsonl'))
  const client = sqsClient({ attempts: 1, timeoutMs: REQUEST_TIMEOUT_MS })
  opened.defer(() => client.destroy())
  await checkRegion(client)
  const delivery = { settings, keepRejected, client, log, opened }
  const alerts = openSpoolFor(delivery, folder, settings.CREANCE_MESSAGE_BYTES)
  const health = createHealth(alerts.spool.state, Date.now)
  const metrics = createMetrics(alerts.spool.state, Date.now)
  const sender = alerts.start(queueUrl, { ...metrics.sender, failed: health.sending })
  const audit = auditQueueUrl === undefined ? undefined : openSpoolFor(delivery, join(folder, 'audit'), AUDIT_MESSAGE_BYTES)
  const auditSender = audit?.start(auditQueueUrl ?? '', { ...metrics.sender, failed: () => undefined })
  const drain = async (withinMs: number): Promise<boolean> => {
    const drained = await Promise.all([sender.drain(withinMs), auditSender?.drain(withinMs)])
    return drained.every((all) => all !== false)
  }
  return { keep: alerts.spool.append, keepAudit: audit?.spool.append, drain, health, metrics, keepRejected }
}

type Delivery = {
  readonly settings: ForwarderSettings
  readonly keepRejected: ReturnType<typeof rejectsFile>
  readonly client: ReturnType<typeof sqsClient>
  readonly log: Log
  readonly opened: AsyncDisposableStack
}

/** A spool in a folder, and its sender when it is started. `maxBytes`: what a message may have. */
function openSpoolFor({ settings, keepRejected, client, log, opened }: Delivery, folder: string, maxBytes: number) {
  const size = { fillBytes: Math.min(BILLED_BYTES, maxBytes), maxBytes }
  const fill = fillEstimate(size.fillBytes)
  const damaged = { reason: 'storage_failed', error: 'this record of the spool is damaged' } as const
  const spool = openSpool({
    folder,
    maxBytes: settings.CREANCE_SPOOL_MAX_BYTES,
    segmentBytes: fill.segmentBytes,
    lingerMs: settings.CREANCE_LINGER_MS,
    clock: Date.now,
    log,
    onDamaged: (record) => keepRejected(record, damaged, Date.now()),
  })
  opened.defer(() => spool.close())
  const start = (queueUrl: string, observer: SenderObserver) => {
    const observe: SenderObserver = {
      ...observer,
      packed: (alerts, bytes, messages) => {
        fill.learn(bytes, messages)
        observer.packed(alerts, bytes, messages)
      },
    }
    const queue = sqsBatchSender(client, queueUrl, REQUEST_TIMEOUT_MS)
    // Its clock only measures waits: one that is set back must not make them longer.
    const sender = startSender(
      { spool, queue, observe, clock: () => performance.now(), random: Math.random, log },
      { ...size, requestBytes: maxBytes > REQUEST_BYTES ? REQUEST_BYTES_MAX : REQUEST_BYTES, parallel: PARALLEL_REQUESTS },
    )
    opened.defer(async () => void (await sender.drain(0)))
    return sender
  }
  return { spool, start }
}

/** Without a region no request can be signed: better not to start than to wait for it. */
async function checkRegion(client: ReturnType<typeof sqsClient>): Promise<void> {
  try {
    await client.config.region()
  } catch (cause) {
    throw new CodedError('invalid_config', `settings: AWS_REGION is not set, and no profile has a region: ${messageOf(cause)}`, { cause })
  }
}

/** Files and stdin wait where there is no room: they are a buffer of their own. */
function openSources(intake: Intake, { files, stdin }: Omit<Sources, 'env'>, folder: string, log: Log) {
  const take = async (lines: readonly string[]): Promise<void> => {
    const { notKept } = await intake.take(lines, { patiently: true })
    if (notKept) throw new CodedError('unavailable', notKept)
  }
  const onOversize = (head: Buffer, bytes: number) =>
    intake.refuse({ reason: 'too_large', error: `a line of ${bytes} bytes: over 1 MiB` }, { head })
  const stream = stdin && followStream(stdin, { take, log, onOversize })
  const follows = files.map((file) => {
    const name = createHash('sha256').update(resolve(file)).digest('hex').slice(0, 16)
    return followFile(file, { positionFile: join(folder, `follow-${name}.json`), take, log, onOversize })
  })
  return {
    stdinEnded: stream?.done,
    stop: async () => {
      await Promise.all([stream?.stop(), ...follows.map((follow) => follow.stop())])
    },
  }
}

function warnOf({ senders, filesOnly, listen, unknown }: ForwarderSettings, log: Log): void {
  if (unknown.length > 0) log.warn('these settings are not known: are they misspelt?', { settings: unknown.join(' ') })
  if (filesOnly) log.info('alerts are taken from files alone: nobody is asked to prove who they are, so nobody may post one')
  else if (senders.insecure && !senders.pathSecret && !senders.clientCertificates && !isLoopback(listen))
    log.warn('anybody who can reach this address can send alerts', { listen: listen.host })
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), 1000).unref()
  })
}
