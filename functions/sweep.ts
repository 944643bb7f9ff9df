import middy from '@middy/core'
import type { ScheduledEvent } from 'aws-lambda'
import * as z from 'zod'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { sqsClient, sqsQueue } from '../lib/adapter/sqs.ts'
import { Permission } from '../lib/response/permission.ts'
import { loadKind } from '../lib/rule/load.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'
import { sweep } from '../lib/stage/sweep.ts'
import { userGroupsIn } from '../lib/stage/user-groups.ts'

const Queues = { ACTIONS_QUEUE_URL: z.url(), MESSAGES_QUEUE_URL: z.url(), DETECTIONS_QUEUE_URL: z.url() }
const Env = z.object({ TABLE: z.string(), ...Queues, CREANCE_RULES: z.string().default('rules') })

const env = parseEnv(Env, process.env)
const sqs = sqsClient()
const ports = {
  store: dynamoStore(dynamoClient(), { table: env.TABLE, clock: Date.now }),
  actions: sqsQueue(sqs, env.ACTIONS_QUEUE_URL),
  messages: sqsQueue(sqs, env.MESSAGES_QUEUE_URL),
  detections: sqsQueue(sqs, env.DETECTIONS_QUEUE_URL),
  userGroups: userGroupsIn(loadKind([env.CREANCE_RULES], 'permission', Permission)),
  clock: Date.now,
  log: jsonLog((line) => process.stdout.write(line), { function: 'sweep' }),
}

/** Once a minute → what has come due. */
export const handler = middy<ScheduledEvent, { swept: number }>().handler(async () => ({ swept: await sweep(ports) }))
