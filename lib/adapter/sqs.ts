import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs'
import { CodedError, messageOf } from '../error.ts'
import type { OutgoingMessage, Queue } from '../port/queue.ts'

const MAX_BATCH_MESSAGES = 10
const MAX_BATCH_BYTES = 1024 * 1024

/** A client for all queues of a process: region, credentials and endpoint by the SDK's own settings. Requests time out. */
export function sqsClient(): SQSClient {
  return new SQSClient({ requestHandler: { requestTimeout: 30_000, connectionTimeout: 5_000 }, maxAttempts: 5 })
}

/** The Queue on SQS. `url` ending in `.fifo` makes groups and dedup ids count, as in SQS itself. Source: SQS API reference. */
export function sqsQueue(client: SQSClient, url: string): Queue {
  const fifo = url.endsWith('.fifo')
  return {
    send: async (messages) => {
      for (const batch of batches(messages)) await sendBatch(client, url, batch, fifo)
    },
    receive: async ({ max, waitSeconds }) => {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      })
      const { Messages = [] } = await client.send(command).catch(translate)
      return Messages.map(({ MessageId = '', Body = '', ReceiptHandle = '', MessageAttributes = {}, Attributes = {} }) => ({
        id: MessageId,
        body: Body,
        receipt: ReceiptHandle,
        attributes: Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue])),
        receiveCount: Number(Attributes.ApproximateReceiveCount ?? 1),
      }))
    },
    acknowledge: async (receipt) => {
      await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: receipt })).catch(ignoreLapsed)
    },
    retry: async (receipt, delaySeconds) => {
      const command = new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: receipt, VisibilityTimeout: delaySeconds })
      await client.send(command).catch(ignoreLapsed)
    },
  }
}

/** Up to ten messages and 1 MiB a request. */
function batches(messages: readonly OutgoingMessage[]): OutgoingMessage[][] {
  const result: OutgoingMessage[][] = []
  let bytes = 0
  for (const message of messages) {
    const size = Buffer.byteLength(message.body) + Buffer.byteLength(JSON.stringify(message.attributes ?? {}))
    const last = result.at(-1)
    if (last && last.length < MAX_BATCH_MESSAGES && bytes + size <= MAX_BATCH_BYTES) {
      last.push(message)
      bytes += size
    } else {
      result.push([message])
      bytes = size
    }
  }
  return result
}

async function sendBatch(client: SQSClient, url: string, messages: readonly OutgoingMessage[], fifo: boolean): Promise<void> {
  const entries = messages.map(({ body, attributes = {}, group, dedup, delaySeconds }, index): SendMessageBatchRequestEntry => {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    )
    const order = fifo ? { MessageGroupId: group, MessageDeduplicationId: dedup } : delaySeconds ? { DelaySeconds: delaySeconds } : {}
    return { Id: String(index), MessageBody: body, MessageAttributes, ...order }
  })
  const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: entries })).catch(translate)
  const [failed] = Failed
  if (!failed) return
  // The caller sends all of them again: the ids are functions of content, so what did arrive is recognised.
  throw new CodedError(
    failed.SenderFault ? 'invalid_input' : 'unavailable',
    `SQS: ${Failed.length} of ${messages.length} not taken: ${failed.Code}`,
  )
}

function ignoreLapsed(error: unknown): void {
  if (error instanceof SQSServiceException && /ReceiptHandleIsInvalid|MessageNotInflight|InvalidParameterValue/.test(error.name)) return
  translate(error)
}

function translate(error: unknown): never {
  const name = error instanceof Error ? error.name : 'unknown'
  const status = error instanceof SQSServiceException ? error.$metadata.httpStatusCode : undefined
  const message = `SQS: ${name}`
  if (/Throttl|RequestThrottled|OverLimit/.test(name)) throw new CodedError('throttled', message, { cause: error })
  if (/AccessDenied|CredentialsProvider|InvalidClientTokenId|Signature/.test(name))
    throw new CodedError('not_permitted', message, { cause: error })
  if (/QueueDoesNotExist|NonExistentQueue/.test(name))
    throw new CodedError('invalid_config', `${message}: is the queue's URL right?`, { cause: error })
  if (status !== undefined && status >= 400 && status < 500) throw new CodedError('invalid_input', message, { cause: error })
  throw new CodedError('unavailable', `${message}: ${messageOf(error).slice(0, 200)}`, { cause: error })
}
