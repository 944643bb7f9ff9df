import type { CodedError } from '../error.ts'

/** A message to send. In a FIFO queue `group` is required: messages of one group arrive in order, one at a time; and a second
 *  message with the same `dedup` within five minutes is dropped. A plain queue ignores both.
 *  `delaySeconds`: 0 to 900, plain queues only (SQS has no delay per message in a FIFO queue). */
export type OutgoingMessage = {
  readonly body: string
  readonly attributes?: Readonly<Record<string, string>>
  readonly group?: string
  readonly dedup?: string
  readonly delaySeconds?: number
}

/** A message lent out until its visibility time-out. `receipt` is good for this one delivery. `receiveCount` starts at 1. */
export type ReceivedMessage = {
  readonly id: string
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  readonly receipt: string
  readonly receiveCount: number
}

/** What a message says, sent or received. */
export type MessageContent = Pick<ReceivedMessage, 'body' | 'attributes'>

/** At-least-once delivery. What is received and not acknowledged within the visibility time-out comes again, and after the queue's
 *  `maxReceives` deliveries goes to its dead-letter queue. Errors: CodedError `unavailable`, `throttled`, `invalid_input` (too large). */
export type Queue = {
  /** Resolves when every message is kept by the queue; throws when any is not. */
  readonly send: (messages: readonly OutgoingMessage[]) => Promise<void>
  /** Up to `max` (1–10) messages; waits up to `waitSeconds` (0–20) for the first. */
  readonly receive: (options: { readonly max: number; readonly waitSeconds: number }) => Promise<readonly ReceivedMessage[]>
  /** Removes what was received. A receipt that has lapsed is not an error. */
  readonly acknowledge: (receipt: string) => Promise<void>
  /** Gives a message back, to be delivered again after `delaySeconds` (0–43,200). */
  readonly retry: (receipt: string, delaySeconds: number) => Promise<void>
}

/** What a function that only produces holds. */
export type QueueSender = Pick<Queue, 'send'>

/** One message of several that the queue did not take, by its place among them. */
export type Untaken = { readonly index: number; readonly error: CodedError }

/** For who sends again by itself, and only what was not taken. */
export type BatchSender = {
  /** One request of up to ten messages. Resolves to those that were not taken, each with its reason; throws where the whole request failed. */
  readonly trySend: (messages: readonly OutgoingMessage[]) => Promise<readonly Untaken[]>
}
