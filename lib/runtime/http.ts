import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda'
import type { SignedRequest } from '../slack/signature.ts'

/** The request as Slack signed it: the raw body, whether or not the gateway passed it on in base64. */
export function signedRequest({ body = '', isBase64Encoded, headers }: APIGatewayProxyEventV2): SignedRequest {
  const rawBody = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body
  return {
    rawBody,
    timestamp: headers['x-slack-request-timestamp'],
    signature: headers['x-slack-signature'],
    contentType: headers['content-type'],
  }
}

/** The gateway's answer: with JSON, or with nothing at all (to a modal, Slack takes no other text). */
export function httpAnswer({ status, body }: { readonly status: number; readonly body?: object }): APIGatewayProxyStructuredResultV2 {
  if (body === undefined) return { statusCode: status, body: '' }
  return { statusCode: status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) }
}
