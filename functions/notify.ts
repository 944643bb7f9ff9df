import { randomBytes } from 'node:crypto'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import * as z from 'zod'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { otherSystems } from '../lib/adapter/other-systems.ts'
import { slackChat } from '../lib/adapter/slack.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { pageLinks } from '../lib/page/link.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { settleBatch } from '../lib/runtime/settle.ts'
import { MessagesAMinute } from '../lib/stage/notify/pace.ts'
import { notifyRules } from '../lib/stage/notify/rules.ts'
import { takeNotice } from '../lib/stage/notify.ts'

const Slack = { SLACK_BOT_TOKEN: z.string(), SLACK_API_URL: z.url().optional(), SLACK_MESSAGES_A_MINUTE: MessagesAMinute }
const Page = { PAGE_URL: z.url(), PAGE_KEY: z.string() }
const Env = z.object({ TABLE: z.string(), MESSAGES_QUEUE_URL: z.url(), ...Slack, ...Page, CREANCE_RULES: z.string().default('rules') })

const [env, clock] = [parseEnv(Env, process.env), Date.now]
const log = jsonLog((line) => process.stdout.write(line), { function: 'notify' })
const messages = sqsQueue(sqsClient(), env.MESSAGES_QUEUE_URL)
const ports = {
  ...notifyRules([env.CREANCE_RULES]),
  ...otherSystems({ loopback: false, clock }),
  ...{ messages, clock, log },
  store: dynamoStore(dynamoClient(), { table: env.TABLE, clock }),
  chat: slackChat({ token: env.SLACK_BOT_TOKEN, apiUrl: env.SLACK_API_URL }),
  pace: env.SLACK_MESSAGES_A_MINUTE,
  link: pageLinks({ baseUrl: env.PAGE_URL, key: env.PAGE_KEY, clock }).incident,
  random: () => randomBytes(24).toString('base64url'),
}

/** Messages queue → Slack, webhooks, exports. */
export const handler = middy<SQSEvent, SQSBatchResponse>().handler(({ Records }) =>
  settleBatch(Records, (message) => takeNotice(message, ports), { log, retry: messages.retry }),
)
