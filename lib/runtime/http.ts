import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import type { SignedRequest } from '../slack/signature.ts'

/** The request as Slack signed it: the raw body, whether or not the gateway passed it on in base64. */
export function signedRequest({ body = '', isBase64Encoded, headers }: APIGatewayProxyEventV2): SignedRequest {
  const rawBody = isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body
  return { rawBody, timestamp: headers['x-slack-request-timestamp'], signature: headers['x-slack-signature'] }
}
