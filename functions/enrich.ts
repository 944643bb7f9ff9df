import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { clustersOf } from '../lib/adapter/cluster-access.ts'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { ClusterItem } from '../lib/cluster/cluster.ts'
import { loadKind } from '../lib/rule/load.ts'
import { ClusterEnv, onlyCluster, parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { settleBatch } from '../lib/runtime/settle.ts'
import { enrich } from '../lib/stage/enrich.ts'
import { IncidentMessage, readBody } from '../lib/stage/messages.ts'

const Env = ClusterEnv.extend({
  TABLE: z.string(),
  MESSAGES_QUEUE_URL: z.url(),
})

const env = parseEnv(Env, process.env)
const log = jsonLog((line) => process.stdout.write(line), { function: 'enrich' })
const ports = {
  readers: clustersOf(loadKind([env.CREANCE_RULES], 'cluster', ClusterItem), 'read', { only: onlyCluster(env) }),
  store: dynamoStore(dynamoClient(), { table: env.TABLE, clock: Date.now }),
  messages: sqsQueue(sqsClient(), env.MESSAGES_QUEUE_URL),
  clock: Date.now,
  log,
}

/** Incidents queue → what the cluster knows, and on to chat. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler(({ Records }) =>
  settleBatch(Records, ({ body }) => enrich(readBody(body, IncidentMessage), ports), { log }),
)
