import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import * as z from 'zod'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { Permission } from '../lib/response/permission.ts'
import { loadKind } from '../lib/rule/load.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { signedRequest } from '../lib/runtime/http.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { interact } from '../lib/stage/interact.ts'

const Env = z.object({
  TABLE: z.string(),
  ACTIONS_QUEUE_URL: z.url(),
  MESSAGES_QUEUE_URL: z.url(),
  SLACK_SIGNING_SECRET: z.string().min(16),
  CREANCE_RULES: z.string().default('rules'),
})

const env = parseEnv(Env, process.env)
const sqs = sqsClient()
const ports = {
  store: dynamoStore(dynamoClient(), { table: env.TABLE, clock: Date.now }),
  actions: sqsQueue(sqs, env.ACTIONS_QUEUE_URL),
  messages: sqsQueue(sqs, env.MESSAGES_QUEUE_URL),
  permissions: loadKind([env.CREANCE_RULES], 'permission', Permission),
  signingSecret: env.SLACK_SIGNING_SECRET,
  clock: Date.now,
  log: jsonLog((line) => process.stdout.write(line), { function: 'interact' }),
}

/** POST /slack/interactions → a claimed action, or a refusal. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().handler(async (event) => {
  const { status } = await interact(signedRequest(event), ports)
  return { statusCode: status, body: '' }
})
