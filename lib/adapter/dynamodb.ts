import { setTimeout as sleep } from 'node:timers/promises'
import {
  type AttributeValue,
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import { CodedError, messageOf } from '../error.ts'
import type { Clock } from '../port/log.ts'
import type { Item, ItemKey, Range, Store } from '../port/store.ts'

/** Region, credentials and endpoint by the SDK's own settings. Requests time out. */
export function dynamoClient(): DynamoDBClient {
  return new DynamoDBClient({
    requestHandler: { requestTimeout: 10_000, throwOnRequestTimeout: true, connectionTimeout: 3_000 },
    maxAttempts: 5,
  })
}

/** The Store on one DynamoDB table (keys `pk`, `sk`; TTL attribute `expires`). `data` is kept as JSON text: what attackers write can
 *  then not meet DynamoDB's own rules for names and nesting. TTL only tidies up: every read filters what has expired. */
export function dynamoStore(client: DynamoDBClient, { table, clock }: { readonly table: string; readonly clock: Clock }): Store {
  const now = (): AttributeValue => ({ N: String(Math.floor(clock() / 1000)) })
  const key = (pk: string, sk: string) => ({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } } })
  const alive = ({ expires }: Item) => expires === undefined || expires > Math.floor(clock() / 1000)

  return {
    get: async (pk, sk) => {
      const { Item } = await client.send(new GetItemCommand({ ...key(pk, sk), ConsistentRead: true })).catch(translate)
      const item = Item && toItem(Item)
      return item && alive(item) ? item : undefined
    },
    getMany: async (keys) => {
      const found = new Map<string, Item>()
      for (let at = 0; at < keys.length; at += MOST_KEYS) {
        for (const item of await getSome(client, table, keys.slice(at, at + MOST_KEYS))) found.set(JSON.stringify([item.pk, item.sk]), item)
      }
      return keys.map(({ pk: partition, sk }) => {
        const item = found.get(JSON.stringify([partition, sk]))
        return item && alive(item) ? item : undefined
      })
    },
    put: async ({ pk, sk, data, expires }, expected) => {
      const version = expected === 'absent' ? 1 : expected + 1
      const command = new PutItemCommand({
        TableName: table,
        Item: {
          pk: { S: pk },
          sk: { S: sk },
          version: { N: String(version) },
          data: { S: JSON.stringify(data) },
          ...(expires === undefined ? {} : { expires: { N: String(expires) } }),
        },
        ...(expected === 'absent'
          ? { ConditionExpression: 'attribute_not_exists(pk) OR expires <= :now', ExpressionAttributeValues: { ':now': now() } }
          : {
              ConditionExpression: '#version = :version AND (attribute_not_exists(expires) OR expires > :now)',
              ExpressionAttributeNames: { '#version': 'version' },
              ExpressionAttributeValues: { ':version': { N: String(expected) }, ':now': now() },
            }),
      })
      return client.send(command).then(
        () => true,
        (error) => (error instanceof ConditionalCheckFailedException ? false : translate(error)),
      )
    },
    query: async (pk, { from = ' ', to = '\u{10ffff}', limit = 1000 }: Range = {}) => {
      const items: Item[] = []
      let start: Record<string, AttributeValue> | undefined
      do {
        const command: QueryCommand = new QueryCommand({
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
          ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: from || ' ' }, ':to': { S: to } },
          Limit: limit,
          ...(start ? { ExclusiveStartKey: start } : {}),
        })
        const page = await client.send(command).catch(translate)
        items.push(...(page.Items ?? []).map(toItem).filter(alive))
        start = page.LastEvaluatedKey
      } while (start && items.length < limit)
      return items.slice(0, limit)
    },
    remove: async (pk, sk) => {
      await client.send(new DeleteItemCommand(key(pk, sk))).catch(translate)
    },
  }
}

const MOST_KEYS = 100
const MOST_TRIES = 8

/** At most 100 items in one request; what DynamoDB leaves over (16 MB, or throttling) is asked for again. */
async function getSome(client: DynamoDBClient, table: string, keys: readonly ItemKey[]): Promise<readonly Item[]> {
  const items: Item[] = []
  let left: Record<string, AttributeValue>[] = keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }))
  for (let attempt = 0; left.length > 0; attempt++) {
    if (attempt === MOST_TRIES)
      throw new CodedError('throttled', `DynamoDB: ${left.length} of ${keys.length} items not read in ${MOST_TRIES} tries`)
    if (attempt > 0) await sleep(Math.random() * 25 * 2 ** attempt)
    const command = new BatchGetItemCommand({ RequestItems: { [table]: { Keys: left, ConsistentRead: true } } })
    const { Responses, UnprocessedKeys } = await client.send(command).catch(translate)
    items.push(...(Responses?.[table] ?? []).map(toItem))
    left = UnprocessedKeys?.[table]?.Keys ?? []
  }
  return items
}

function toItem(attributes: Record<string, AttributeValue>): Item {
  const { pk, sk, version, data, expires } = attributes
  return {
    pk: pk?.S ?? '',
    sk: sk?.S ?? '',
    version: Number(version?.N),
    data: JSON.parse(data?.S ?? 'null'),
    ...(expires?.N === undefined ? {} : { expires: Number(expires.N) }),
  }
}

function translate(error: unknown): never {
  const name = error instanceof Error ? error.name : 'unknown'
  const status = error instanceof DynamoDBServiceException ? error.$metadata.httpStatusCode : undefined
  const message = `DynamoDB: ${name}`
  if (/Throttl|ProvisionedThroughputExceeded|RequestLimitExceeded/.test(name)) throw new CodedError('throttled', message, { cause: error })
  if (/AccessDenied|CredentialsProvider|UnrecognizedClient|Signature/.test(name))
    throw new CodedError('not_permitted', message, { cause: error })
  if (name === 'ResourceNotFoundException')
    throw new CodedError('invalid_config', `${message}: is the table's name right?`, { cause: error })
  if (status !== undefined && status >= 400 && status < 500) throw new CodedError('invalid_input', message, { cause: error })
  throw new CodedError('unavailable', `${message}: ${messageOf(error).slice(0, 200)}`, { cause: error })
}
