import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SQSClient,
  SQSServiceException,
} from '@aws-sdk/client-sqs'
import { CodedError, type ErrorCode, messageOf } from '../error.ts'
import type { BatchSender, OutgoingMessage, Queue, Untaken } from '../port/queue.ts'

const MAX_BATCH_MESSAGES = 10
const MAX_BATCH_BYTES = 1024 * 1024

/** A client for all queues of a process: region, credentials and endpoint by the SDK's own settings. A request that gets no answer fails after
 *  `timeoutMs`; `attempts`: how often the SDK tries by itself. */
export function sqsClient({ attempts = 5, timeoutMs = 30_000 } = {}): SQSClient {
  const requestHandler = { requestTimeout: timeoutMs, throwOnRequestTimeout: true, connectionTimeout: 5_000 }
  return new SQSClient({ requestHandler, maxAttempts: attempts })
}

/** The sending end for who sends again by itself what was not taken. A request whose answer is not there, to its end, after `timeoutMs` fails. */
export function sqsBatchSender(client: SQSClient, url: string, timeoutMs: number): BatchSender {
  return { trySend: (messages) => trySend(client, url, messages, { fifo: url.endsWith('.fifo'), timeoutMs }) }
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
  const untaken = await trySend(client, url, messages, { fifo })
  const [first] = untaken
  if (!first) return
  // The caller sends all of them again: the ids are functions of content, so what did arrive is recognised.
  throw new CodedError(first.error.code, `SQS: ${untaken.length} of ${messages.length} not taken: ${first.error.message}`)
}

async function trySend(
  client: SQSClient,
  url: string,
  messages: readonly OutgoingMessage[],
  { fifo, timeoutMs }: { readonly fifo: boolean; readonly timeoutMs?: number },
): Promise<readonly Untaken[]> {
  const entries = messages.map(({ body, attributes = {}, group, dedup, delaySeconds }, index): SendMessageBatchRequestEntry => {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    )
    const order = fifo ? { MessageGroupId: group, MessageDeduplicationId: dedup } : delaySeconds ? { DelaySeconds: delaySeconds } : {}
    return { Id: String(index), MessageBody: body, MessageAttributes, ...order }
  })
  const { Successful = [], Failed = [] } = await client
    .send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries: entries }),
      timeoutMs ? { abortSignal: AbortSignal.timeout(timeoutMs) } : {},
    )
    .catch(translate)
  const taken = new Set(Successful.map(({ Id }) => Id))
  const reasons = new Map(Failed.map(({ Id, Code }) => [Id, Code]))
  // What the answer does not speak of was not taken either.
  return entries.flatMap(({ Id }, index) => {
    if (taken.has(Id)) return []
    const code = reasons.get(Id) ?? 'no word of it in the answer'
    return [{ index, error: new CodedError(codeOf(code), `SQS: ${code}`) }]
  })
}

function ignoreLapsed(error: unknown): void {
  if (error instanceof SQSServiceException && /ReceiptHandleIsInvalid|MessageNotInflight|InvalidParameterValue/.test(error.name)) return
  translate(error)
}

function translate(error: unknown): never {
  const name = error instanceof Error ? error.name : 'unknown'
  const code = codeOf(name)
  const hint =
    code === 'invalid_config' ? ": is the queue's URL right?" : code === 'unavailable' ? `: ${messageOf(error).slice(0, 200)}` : ''
  throw new CodedError(code, `SQS: ${name}${hint}`, { cause: error })
}

/** By the error's name alone: expired credentials come as 400 too, and are no fault of the message. What is not known may pass. */
function codeOf(name: string): ErrorCode {
  if (/Throttl|RequestThrottled|OverLimit/.test(name)) return 'throttled'
  if (/AccessDenied|CredentialsProvider|InvalidClientTokenId|Signature|ExpiredToken|UnrecognizedClient/.test(name)) return 'not_permitted'
  if (/QueueDoesNotExist|NonExistentQueue/.test(name)) return 'invalid_config'
  if (/InvalidMessageContents|BatchRequestTooLong|InvalidParameter|InvalidAttribute|InvalidBatchEntryId/.test(name)) return 'invalid_input'
  return 'unavailable'
}
