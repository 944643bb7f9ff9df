import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { cloudwatchMetrics } from '../lib/adapter/cloudwatch-metrics.ts'
import { clustersOf } from '../lib/adapter/cluster-access.ts'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { s3Client, s3Evidence } from '../lib/adapter/s3-evidence.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { agentLinks } from '../lib/agent/link.ts'
import { loadRespondRules } from '../lib/respond-rules.ts'
import { onlyCluster, parseEnv, RespondEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { settleBatch } from '../lib/runtime/settle.ts'
import { takeForRespond } from '../lib/stage/outcome.ts'

const env = parseEnv(RespondEnv, process.env)
const log = jsonLog((line) => process.stdout.write(line), { function: 'respond' })
const rules = loadRespondRules([env.CREANCE_RULES], env.CREANCE_NAMESPACE)
const clusters = clustersOf(rules.clusters, 'act', { only: onlyCluster(env) })
const store = dynamoStore(dynamoClient(), { table: env.TABLE, clock: Date.now })
const sqs = sqsClient()
const messages = sqsQueue(sqs, env.MESSAGES_QUEUE_URL)
const agents = agentLinks(rules.clusters, { orderKey: env.ORDER_KEY, queueAt: (url) => sqsQueue(sqs, url) })
const evidence = s3Evidence(s3Client(), env.EVIDENCE_BUCKET)
const made = { clusters, agents, store, messages, evidence, metrics: cloudwatchMetrics(), guards: rules.guards }
const ports = { ...made, clock: Date.now, log, patienceMs: 10_000 }

/** Actions queue → the Kubernetes API, or an agent; outcomes queue → what the agent answered. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler(({ Records }) =>
  settleBatch(Records, (message) => takeForRespond(message, ports, { lastTry: message.receiveCount >= env.MAX_RECEIVES }), { log }),
)
