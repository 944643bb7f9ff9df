import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { loadFalcoRulesOrThrow } from '../lib/falco-rules.ts'
import { AuditEnv, parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { settleBatch } from '../lib/runtime/settle.ts'
import { audit, auditRules, splitBatch } from '../lib/stage/audit.ts'

const env = parseEnv(AuditEnv, process.env)
const log = jsonLog((line) => process.stdout.write(line), { function: 'audit-webhook' })
const ports = {
  detections: sqsQueue(sqsClient(), env.DETECTIONS_QUEUE_URL),
  rules: auditRules(loadFalcoRulesOrThrow([env.CREANCE_RULES]), { needed: true }), // a bad rule fails the cold start
  matching: env.CREANCE_RULE_MATCHING,
  clusterName: env.CREANCE_CLUSTER,
  clock: Date.now,
  log,
}

/** Audit events that an API server's webhook sent through the forwarder (audit queue) → detections queue. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler(({ Records }) =>
  settleBatch(Records, (message) => audit(splitBatch(message), ports), { log }),
)
