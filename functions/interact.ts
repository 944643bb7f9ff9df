import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import * as z from 'zod'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { slackDialog } from '../lib/adapter/slack-dialog.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { pageLinks } from '../lib/page/link.ts'
import { Permission } from '../lib/response/permission.ts'
import { loadKind } from '../lib/rule/load.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { httpAnswer, signedRequest } from '../lib/runtime/http.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { interact } from '../lib/stage/interact.ts'

const Queues = { ACTIONS_QUEUE_URL: z.url(), MESSAGES_QUEUE_URL: z.url() }
const Slack = { SLACK_SIGNING_SECRET: z.string().min(16), SLACK_BOT_TOKEN: z.string().min(1), SLACK_API_URL: z.url().optional() }
const Page = { PAGE_URL: z.url(), PAGE_KEY: z.string() }
const Env = z.object({ TABLE: z.string(), ...Queues, ...Slack, ...Page, CREANCE_RULES: z.string().default('rules') })

const env = parseEnv(Env, process.env)
const [sqs, clock] = [sqsClient(), Date.now]
const ports = {
  store: dynamoStore(dynamoClient(), { table: env.TABLE, clock }),
  actions: sqsQueue(sqs, env.ACTIONS_QUEUE_URL),
  messages: sqsQueue(sqs, env.MESSAGES_QUEUE_URL),
  permissions: loadKind([env.CREANCE_RULES], 'permission', Permission),
  dialog: slackDialog({ token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL }),
  link: pageLinks({ baseUrl: env.PAGE_URL, key: env.PAGE_KEY, clock }).incident,
  signingSecret: env.SLACK_SIGNING_SECRET,
  clock,
  log: jsonLog((line) => process.stdout.write(line), { function: 'interact' }),
}
const answer = async (event: APIGatewayProxyEventV2) => httpAnswer(await interact(signedRequest(event), ports))

/** POST /slack/interactions and /slack/commands → what Slack is to do or show. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().handler(answer)
