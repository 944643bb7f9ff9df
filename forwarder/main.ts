import { join } from 'node:path'
import * as z from 'zod'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { Address, isLoopback } from '../lib/address.ts'
import { CodedError } from '../lib/error.ts'
import type { Log } from '../lib/port/log.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { listenOn } from './listen.ts'
import { rejectsFile } from './rejects.ts'
import { forwarderServer } from './server.ts'

const Env = z.object({
  CREANCE_QUEUE_URL: z.url(),
  CREANCE_CLUSTER: z.string().min(1),
  CREANCE_NODE: z.string().optional(),
  CREANCE_LISTEN: Address.prefault('127.0.0.1:2801'),
  CREANCE_INSECURE: z.stringbool().default(false),
  CREANCE_SPOOL_DIR: z.string().default('.'),
})

/** `creance forward`: takes alerts over HTTP and sends them in batches to the SQS queue; AWS's settings are the SDK's own. It has no way yet
 *  to tell who sends, so it listens on loopback alone unless CREANCE_INSECURE=true. Throws `invalid_config`, `unavailable`. */
export async function startForwarder(
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
): Promise<{ readonly stop: () => Promise<void> }> {
  const settings = parseEnv(Env, env)
  const { host, port } = settings.CREANCE_LISTEN
  if (!isLoopback(settings.CREANCE_LISTEN)) {
    if (!settings.CREANCE_INSECURE)
      throw new CodedError('invalid_config', `CREANCE_LISTEN: ${host} is open to others: set CREANCE_INSECURE=true to allow it`)
    log.warn('anybody who can reach this address can send alerts', { listen: host })
  }
  const ports = {
    detections: sqsQueue(sqsClient(), settings.CREANCE_QUEUE_URL),
    clock: Date.now,
    log,
    keepRejected: rejectsFile(join(settings.CREANCE_SPOOL_DIR, 'rejects.jsonl')),
  }
  const server = forwarderServer({ cluster: settings.CREANCE_CLUSTER, node: settings.CREANCE_NODE }, ports)
  await listenOn(server, settings.CREANCE_LISTEN, 'the forwarder', 'choose another with CREANCE_LISTEN')
  log.info('creance forward is up', { listen: `${host}:${port}`, cluster: settings.CREANCE_CLUSTER })
  return { stop: () => new Promise((resolve) => server.close(() => resolve())) }
}
