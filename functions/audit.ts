import middy from '@middy/core'
import type { CloudWatchLogsEvent } from 'aws-lambda'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { logLines } from '../lib/audit/cloudwatch.ts'
import { splitAudit } from '../lib/audit/split.ts'
import { loadFalcoRulesOrThrow } from '../lib/falco-rules.ts'
import { AuditEnv, parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { audit, auditRules } from '../lib/stage/audit.ts'

const env = parseEnv(AuditEnv, process.env)
const ports = {
  detections: sqsQueue(sqsClient(), env.DETECTIONS_QUEUE_URL),
  rules: auditRules(loadFalcoRulesOrThrow([env.CREANCE_RULES]), { needed: true }), // a bad rule fails the cold start
  matching: env.CREANCE_RULE_MATCHING,
  clusterName: env.CREANCE_CLUSTER,
  clock: Date.now,
  log: jsonLog((line) => process.stdout.write(line), { function: 'audit' }),
}

/** The audit log of an EKS cluster, as CloudWatch Logs hands it on → detections queue. */
export const handler = middy<CloudWatchLogsEvent, void>().handler((event) => audit(logLines(event).values().map(splitAudit), ports))
