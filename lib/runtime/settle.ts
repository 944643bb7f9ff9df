import type { SQSBatchResponse, SQSRecord } from 'aws-lambda'
import { CodedError, messageOf } from '../error.ts'
import { inParallel } from '../parallel.ts'
import type { Log } from '../port/log.ts'
import type { Queue, ReceivedMessage } from '../port/queue.ts'

type Settings = {
  readonly log: Log
  /** Where given, a message that failed with a time to wait (Slack's Retry-After) comes back after that time. */
  readonly retry?: Queue['retry']
  /** So many groups run side by side; all of them where it is not said. */
  readonly atOnce?: number
}

/** Settles each SQS record by itself: what throws is reported as failed, and SQS delivers it again. Records of one FIFO group are taken in
 *  order, and after a failure the rest of the group fails too, so that order is kept; groups, and records without one, run side by side. */
export async function settleBatch(
  records: readonly SQSRecord[],
  handle: (message: ReceivedMessage) => Promise<void>,
  { log, retry, atOnce = records.length }: Settings,
): Promise<SQSBatchResponse> {
  const failures: string[] = []
  const settleGroup = async (group: readonly SQSRecord[]): Promise<void> => {
    for (const [index, record] of group.entries()) {
      const message = toMessage(record)
      try {
        await handle(message)
      } catch (error) {
        log.error('message failed', { messageId: record.messageId, receives: message.receiveCount, ...reasonOf(error) })
        failures.push(...group.slice(index).map(({ messageId }) => messageId))
        if (retry && error instanceof CodedError && error.retryAfterSeconds)
          await retry(message.receipt, error.retryAfterSeconds).catch(() => undefined)
        return
      }
    }
  }
  const groups = Map.groupBy(records, (record) => record.attributes.MessageGroupId ?? record.messageId)
  await inParallel([...groups.values()], atOnce, settleGroup)
  return { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) }
}

/** What a log line says of an error: its code, and its message if it is one of ours (others may carry payloads). */
export function reasonOf(error: unknown): { readonly code: string; readonly why: string } {
  if (error instanceof CodedError) return { code: error.code, why: messageOf(error) }
  const name = error instanceof Error ? error.name : 'unknown'
  return {
    code: name,
    why: name === 'ZodError' || name === 'SyntaxError' ? 'the message is not of the expected shape' : messageOf(error).slice(0, 200),
  }
}

function toMessage({ messageId, body, receiptHandle, messageAttributes, attributes }: SQSRecord): ReceivedMessage {
  const texts = Object.entries(messageAttributes).map(([name, { stringValue = '' }]) => [name, stringValue])
  return {
    id: messageId,
    body,
    receipt: receiptHandle,
    attributes: Object.fromEntries(texts),
    receiveCount: Number(attributes.ApproximateReceiveCount),
  }
}
