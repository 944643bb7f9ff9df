import { join } from 'node:path'
import * as z from 'zod'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { CodedError, messageOf } from '../lib/error.ts'
import type { Log } from '../lib/port/log.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { rejectsFile } from './rejects.ts'
import { forwarderServer } from './server.ts'

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/
const Env = z.object({
  CREANCE_QUEUE_URL: z.url(),
  CREANCE_CLUSTER: z.string().min(1),
  CREANCE_NODE: z.string().optional(),
  CREANCE_LISTEN: z
    .string()
    .regex(/^.+:\d{1,5}$/)
    .default('127.0.0.1:2801'),
  CREANCE_INSECURE: z.enum(['true', 'false']).default('false'),
  CREANCE_SPOOL_DIR: z.string().default('.'),
})

/** `creance forward`: takes alerts over HTTP and sends them in batches to the SQS queue; AWS's settings are the SDK's own. It has no way yet
 *  to tell who sends, so it listens on loopback alone unless CREANCE_INSECURE=true. Throws `invalid_config`, `unavailable`. */
export async function startForwarder(
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
): Promise<{ readonly stop: () => Promise<void> }> {
  const settings = parseEnv(Env, env)
  const colon = settings.CREANCE_LISTEN.lastIndexOf(':')
  const host = settings.CREANCE_LISTEN.slice(0, colon)
  if (!LOOPBACK.test(host)) {
    if (settings.CREANCE_INSECURE !== 'true')
      throw new CodedError('invalid_config', `CREANCE_LISTEN: ${host} is open to others: set CREANCE_INSECURE=true to allow it`)
    log.warn('anybody who can reach this address can send alerts', { listen: settings.CREANCE_LISTEN })
  }
  const ports = {
    detections: sqsQueue(sqsClient(), settings.CREANCE_QUEUE_URL),
    clock: Date.now,
    log,
    keepRejected: rejectsFile(join(settings.CREANCE_SPOOL_DIR, 'rejects.jsonl')),
  }
  const server = forwarderServer({ cluster: settings.CREANCE_CLUSTER, node: settings.CREANCE_NODE }, ports)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new CodedError('unavailable', `cannot listen on ${settings.CREANCE_LISTEN}: ${messageOf(cause)}`, { cause })),
    )
    server.listen(Number(settings.CREANCE_LISTEN.slice(colon + 1)), host.replace(/^\[|\]$/g, ''), resolve)
  })
  log.info('creance forward is up', { listen: settings.CREANCE_LISTEN, cluster: settings.CREANCE_CLUSTER })
  return { stop: () => new Promise((resolve) => server.close(() => resolve())) }
}
