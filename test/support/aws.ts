import type { AddressInfo } from 'node:net'
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs'
import dynalite from 'dynalite'
import { startFauxqs } from 'fauxqs'

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' }
const REGION = 'us-east-1'

/** An SQS emulator on loopback, and a client for it. */
export async function startSqs() {
  const server = await startFauxqs({ port: 0, logger: false })
  const client = new SQSClient({ endpoint: server.address, region: REGION, credentials: CREDENTIALS })
  /** Returns the new queue's URL. `deadLettersUrl`: where a message goes after three receives. */
  const createQueue = async (name: string, { fifo = false, visibilitySeconds = 1, deadLettersUrl = '' } = {}): Promise<string> => {
    const redrive = deadLettersUrl && JSON.stringify({ deadLetterTargetArn: await arnOf(client, deadLettersUrl), maxReceiveCount: 3 })
    const Attributes = {
      VisibilityTimeout: String(visibilitySeconds),
      ...(fifo ? { FifoQueue: 'true' } : {}),
      ...(redrive ? { RedrivePolicy: redrive } : {}),
    }
    const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: fifo ? `${name}.fifo` : name, Attributes }))
    return `${server.address}${new URL(QueueUrl).pathname}` // the emulator's own name for itself does not resolve everywhere
  }
  return { endpoint: server.address, client, createQueue, stop: () => server.stop() }
}

async function arnOf(client: SQSClient, QueueUrl: string): Promise<string> {
  const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }))
  return Attributes?.QueueArn ?? ''
}

/** A DynamoDB emulator on loopback with our table in it, and a client for it. */
export async function startDynamo(table: string) {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials: CREDENTIALS })
  await client.send(
    new CreateTableCommand({
      TableName: table,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()))
  return { endpoint, client, stop }
}
