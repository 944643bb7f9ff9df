import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { kubeConfig, kubernetesCluster } from '../lib/adapter/kubernetes.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { BASE_GUARDS, GuardsItem, joinGuards } from '../lib/response/guards.ts'
import { loadKind } from '../lib/rule/load.ts'
import { ClusterEnv, parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { settleBatch } from '../lib/runtime/settle.ts'
import { ActionsMessage, readBody } from '../lib/stage/messages.ts'
import { respond } from '../lib/stage/respond.ts'

const Env = ClusterEnv.extend({
  TABLE: z.string(),
  MESSAGES_QUEUE_URL: z.url(),
  CREANCE_RULES: z.string().default('rules'),
  MAX_RECEIVES: z.coerce.number().int().default(3),
})

const env = parseEnv(Env, process.env)
const log = jsonLog((line) => process.stdout.write(line), { function: 'respond' })
const cluster = kubernetesCluster(kubeConfig({ text: env.KUBECONFIG_TEXT, file: env.KUBECONFIG }))
const store = dynamoStore(dynamoClient(), { table: env.TABLE, clock: Date.now })
const messages = sqsQueue(sqsClient(), env.MESSAGES_QUEUE_URL)
const guards = joinGuards([BASE_GUARDS, ...loadKind([env.CREANCE_RULES], 'guards', GuardsItem).map((item) => item.guards)])
const ports = { clusterName: env.CREANCE_CLUSTER, cluster, store, messages, guards, clock: Date.now, log }

/** Actions queue → the Kubernetes API. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler(({ Records }) =>
  settleBatch(
    Records,
    ({ body, receiveCount }) => respond(readBody(body, ActionsMessage), ports, { lastTry: receiveCount >= env.MAX_RECEIVES }),
    { log },
  ),
)
