import type { APIGatewayProxyEventV2, SQSEvent } from 'aws-lambda'
import type { Queue, ReceivedMessage } from '../../lib/port/queue.ts'

/** The event that SQS hands a function for these messages; of one `group`, where it is a FIFO queue's. */
export function sqsEvent(messages: readonly ReceivedMessage[], queueName = 'queue', group?: string): SQSEvent {
  return {
    Records: messages.map(({ id, body, attributes, receipt, receiveCount }) => ({
      messageId: id,
      receiptHandle: receipt,
      body,
      attributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: '0',
        SenderId: 'test',
        ApproximateFirstReceiveTimestamp: '0',
        ...(group === undefined ? {} : { MessageGroupId: group }),
      },
      messageAttributes: Object.fromEntries(
        Object.entries(attributes).map(([name, stringValue]) => [name, { stringValue, dataType: 'String' }]),
      ),
      md5OfBody: '',
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queueName}`,
      awsRegion: 'us-east-1',
    })),
  }
}

/** Takes all that is in the queue, acknowledging it. */
export async function drainQueue(queue: Queue): Promise<readonly ReceivedMessage[]> {
  const all: ReceivedMessage[] = []
  for (;;) {
    const messages = await queue.receive({ max: 10, waitSeconds: 0 })
    if (messages.length === 0) return all
    for (const message of messages) await queue.acknowledge(message.receipt)
    all.push(...messages)
  }
}

/** The event of an HTTP API (payload 2.0) for a POST with this body. */
export function httpEvent(body: string, headers: Readonly<Record<string, string>>, isBase64Encoded = false): APIGatewayProxyEventV2 {
  const path = '/slack/interactions'
  return {
    version: '2.0',
    routeKey: `POST ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: { ...headers },
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'test',
      domainPrefix: 'test',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'test',
      routeKey: `POST ${path}`,
      stage: '$default',
      time: '',
      timeEpoch: 0,
    },
    body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded,
  }
}
