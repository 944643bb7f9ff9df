import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { dynamoStore } from '../../lib/adapter/dynamodb.ts'
import { inParallel } from '../../lib/parallel.ts'

const OPERATIONS = 3000
const AT_ONCE = 16

/** CPU milliseconds that an operation on DynamoDB takes on our side (the SDK, signing, HTTP without TLS), half of them reads and half writes of so many
 *  bytes. Measured against a server, in a process of its own, that answers with nothing. */
export async function clientCpuMs(bytes: number): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'answer-nothing.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const [port] = await once(createInterface({ input: child.stdout }), 'line')
    const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
    const client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials })
    const store = dynamoStore(client, { table: 'bench', clock: Date.now })
    const data = { text: 'x'.repeat(bytes) }
    const some = async (count: number): Promise<void> => {
      await inParallel(Array.from({ length: count }), AT_ONCE, async () => {
        await store.get('incident#0123456789abcdef', 'incident')
        await store.put({ pk: 'incident#0123456789abcdef', sk: 'incident', data }, 1)
      })
    }
    await some(OPERATIONS / 10)
    const start = process.cpuUsage()
    await some(OPERATIONS / 2)
    const { user, system } = process.cpuUsage(start)
    client.destroy()
    return (user + system) / 1000 / OPERATIONS
  } finally {
    child.kill()
  }
}
