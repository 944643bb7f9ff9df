import type { RequestContext } from '@kubernetes/client-node'
import { CodedError } from '../error.ts'

/** What an HTTP server answered. `retryAfter`: that header, '' where there is none. */
export type Exchange = { readonly status: number; readonly retryAfter: string; readonly text: string }

type Head = { readonly status: number; readonly retryAfter: string; readonly body: AsyncIterable<Uint8Array> | null }

/** Sends the request and reads the answer, up to `maxBytes`. The client library's own way follows redirects, with which a server chooses where the next
 *  request goes, and reads without end. Throws CodedError `invalid_input` for a longer answer, whose connection is closed, `unavailable` for a redirect;
 *  whatever else is thrown is the connection's. */
export async function exchange(request: RequestContext, what: string, maxBytes: number): Promise<Exchange> {
  const { status, retryAfter, body } = await headOf(request)
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop closes the connection
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) {
      throw new CodedError(
        'invalid_input',
        `Kubernetes: ${what}: the answer is too large to be read (more than ${maxBytes / 1024 / 1024} MiB)`,
      )
    }
    if (status >= 300 && status < 400) break
    chunks.push(chunk)
  }
  if (status >= 300 && status < 400)
    throw new CodedError('unavailable', `Kubernetes: ${what}: it answers with a redirect, which is not followed`)
  return { status, retryAfter, text: Buffer.concat(chunks).toString('utf8') }
}

async function headOf(request: RequestContext): Promise<Head> {
  const url = new URL(request.getUrl())
  const text = request.getBody()
  const signal = request.getSignal()
  const settings = {
    method: request.getHttpMethod(),
    headers: request.getHeaders(),
    ...(typeof text === 'string' ? { body: text } : {}),
    ...(signal ? { signal } : {}),
  }
  const dispatcher = request.getDispatcher()
  if (dispatcher) {
    const { statusCode, headers, body } = await dispatcher.request({
      ...settings,
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
    })
    return { status: statusCode, retryAfter: String(headers['retry-after'] ?? ''), body }
  }
  // Access without anything of its own about TLS: a server whose certificate is publicly known
  const { status, headers, body } = await fetch(url, { ...settings, redirect: 'manual' })
  return { status, retryAfter: headers.get('retry-after') ?? '', body }
}
