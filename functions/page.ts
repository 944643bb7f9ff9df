import middy from '@middy/core'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import * as z from 'zod'
import { dynamoClient, dynamoStore } from '../lib/adapter/dynamodb.ts'
import { PageKeys } from '../lib/page/link.ts'
import { respondPage } from '../lib/page/respond-page.ts'
import { parseEnv } from '../lib/runtime/env.ts'
import { jsonLog } from '../lib/runtime/log.ts'

const Env = z.object({ TABLE: z.string(), PAGE_KEY: PageKeys })

const env = parseEnv(Env, process.env)
const ports = {
  store: dynamoStore(dynamoClient(), { table: env.TABLE, clock: Date.now }),
  access: { kind: 'signed' as const, keys: env.PAGE_KEY },
  log: jsonLog((line) => process.stdout.write(line), { function: 'page' }),
}

/** GET /incidents and /incidents/{id} → the page, to whoever has a link that opens it. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().handler(async ({ rawPath, rawQueryString }) => {
  const { status, headers, body } = await respondPage({ path: rawPath, query: rawQueryString, nowMs: Date.now() }, ports)
  return { statusCode: status, headers, body }
})
