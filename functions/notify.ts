import { randomBytes } from 'node:crypto'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { slackChat } from '../lib/adapter/slack.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { RouteItem } from '../lib/route/route.ts'
import { loadKind } from '../lib/rule/load.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { settleBatch } from '../lib/runtime/settle.ts'
import { NoticeMessage, readBody } from '../lib/stage/messages.ts'
import { notify } from '../lib/stage/notify.ts'

const Env = z.object({
  TABLE: z.string(),
  MESSAGES_QUEUE_URL: z.url(),
  SLACK_BOT_TOKEN: z.string(),
  SLACK_API_URL: z.url().optional(),
  CREANCE_RULES: z.string().default('rules'),
})

const env = parseEnv(Env, process.env)
const log = jsonLog((line) => process.stdout.write(line), { function: 'notify' })
const { retry } = sqsQueue(sqsClient(), env.MESSAGES_QUEUE_URL)
const chat = slackChat({ token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL })
const store = dynamoStore(dynamoClient(), { table: env.TABLE, clock: Date.now })
const random = () => randomBytes(24).toString('base64url')
const routes = loadKind([env.CREANCE_RULES], 'route', RouteItem).map(({ route }) => route)
const ports = { chat, store, routes, random, clock: Date.now, log }

/** Messages queue → Slack. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler(({ Records }) =>
  settleBatch(Records, ({ body }) => notify(readBody(body, NoticeMessage), ports), { log, retry }),
)
