import { CodedError } from '../error.ts'
import type { HttpRequest } from '../port/http.ts'
import type { SecretSource, Webhook } from '../route/webhook.ts'
import { type ExchangePorts, exchange } from './exchange.ts'
import type { IncidentEvent } from './incident-event.ts'
import { isSigned, nextStep } from './next-step.ts'
import { signatureHeaders } from './sign.ts'
import type { Work } from './take-step.ts'
import type { Kept } from './template.ts'

export type WebhookPorts = ExchangePorts & { readonly secretOf: (source: SecretSource) => Promise<string> }

/** What is known of a delivery: the incident as it stands, what was kept, by which route. */
export type Known = { readonly event: IncidentEvent; readonly kept: Kept; readonly route: string }

/** What is to be sent next to the webhook, ready to be; undefined where it is up to date. Errors: those of `secretOf`. */
export async function webhookWork(webhook: Webhook, known: Known, ports: WebhookPorts): Promise<Work | undefined> {
  const { clock } = ports
  const ready = await resolve(webhook, ports.secretOf)
  const step = nextStep(webhook, { ...known, url: ready.url, secret: ready.secret, nowMs: clock() })
  if (!step) return undefined
  const { request, read, find } = step
  const send = (one: HttpRequest) => exchange({ ...one, headers: { ...ready.headers, ...one.headers } }, ready.secrets, ports)
  return {
    ...step,
    perform: async () => {
      const signature =
        isSigned(webhook) && ready.secret !== ''
          ? signatureHeaders({ id: step.id, atMs: clock(), body: request.body ?? '' }, ready.secret)
          : {}
      const id = isSigned(webhook) ? { 'webhook-id': step.id } : {}
      const answer = await send({ ...request, headers: { ...request.headers, ...id, ...signature } })
      return read ? read(answer) : {}
    },
    ...(find ? { look: { ...find, found: async (begunId) => find.found(await send(find.request), begunId) } } : {}),
  }
}

type Ready = {
  readonly url: string
  readonly secret: string
  readonly headers: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
}

async function resolve(webhook: Webhook, secretOf: WebhookPorts['secretOf']): Promise<Ready> {
  const url = typeof webhook.url === 'string' ? webhook.url : await secretOf(webhook.url)
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new CodedError('invalid_config', 'webhook: what lies where the URL should is no http URL')
  const secret = 'secret' in webhook && webhook.secret ? await secretOf(webhook.secret) : ''
  const hidden: string[] = []
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(webhook.headers ?? {})) {
    if (typeof value === 'string') headers[name.toLowerCase()] = value
    else {
      const { prefix = '', ...source } = value
      const text = await secretOf(source)
      if (!/^[\x20-\x7e]+$/.test(text))
        throw new CodedError('invalid_config', 'webhook: what lies where a header should is not one line of ASCII')
      headers[name.toLowerCase()] = `${prefix}${text}`
      hidden.push(text)
    }
  }
  return { url, secret, headers, secrets: [secret, ...(typeof webhook.url === 'string' ? [] : [url]), ...hidden] }
}
