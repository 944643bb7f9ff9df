import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { loadRulesOrThrow } from '../lib/rule-set.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { settleBatch } from '../lib/runtime/settle.ts'
import { evaluate } from '../lib/stage/evaluate.ts'

const Env = z.object({
  TABLE: z.string(),
  INCIDENTS_QUEUE_URL: z.url(),
  ACTIONS_QUEUE_URL: z.url(),
  CREANCE_RULES: z.string().default('rules'),
})

const env = parseEnv(Env, process.env)
const sqs = sqsClient()
const log = jsonLog((line) => process.stdout.write(line), { function: 'evaluate' })
const ports = {
  store: dynamoStore(dynamoClient(), { table: env.TABLE, clock: Date.now }),
  incidents: sqsQueue(sqs, env.INCIDENTS_QUEUE_URL),
  actions: sqsQueue(sqs, env.ACTIONS_QUEUE_URL),
  rules: loadRulesOrThrow([env.CREANCE_RULES]), // a bad rule fails the cold start, before a message is taken
  clock: Date.now,
  log,
}

/** Detections queue → incidents. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler(
  ({ Records }) => settleBatch(Records, (message) => evaluate(message, ports), { log, atOnce: 1 }), // batches of one time touch the same groups
)
