import {
  type Configuration,
  createConfiguration,
  HttpMethod,
  type KubeConfig,
  type RequestContext,
  type ResponseContext,
  ServerConfiguration,
} from '@kubernetes/client-node'
import { CodedError, messageOf } from '../error.ts'
import type { ObjectName } from '../port/cluster.ts'

/** The API server itself tries an eviction for 10 s when the pod's uid is another. */
const EVICTION_RETRIES_MS = 5_000

/** What a request to the API server is: the kind and name it is about, and below that a subresource. */
export type ApiCall = {
  readonly verb: 'get' | 'list' | 'create' | 'patch' | 'delete'
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name?: string
  readonly subresource?: 'scale' | 'eviction' | 'log'
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
}

/** What it answered: any status below 500 but 429. `message`: the words of a refusal. */
export type ApiAnswer = { readonly status: number; readonly text: string; readonly message: string }

const METHODS = {
  get: HttpMethod.GET,
  list: HttpMethod.GET,
  create: HttpMethod.POST,
  patch: HttpMethod.PATCH,
  delete: HttpMethod.DELETE,
} as const

/** Requests to one API server: paths from its own discovery, authentication, TLS and kept connections by the client library, the answer as
 *  it was sent. Throws CodedError `throttled` (with Retry-After), `unavailable` (5xx, no answer in time), `unauthorized`, `not_permitted`. */
export class KubernetesApi {
  private readonly config: KubeConfig
  private readonly http: Configuration
  private readonly timeoutMs: number
  /** The resources of each API group and version that was asked about. */
  private readonly known = new Map<string, readonly Resource[]>()

  constructor(config: KubeConfig, timeoutMs: number) {
    this.config = config
    this.timeoutMs = timeoutMs
    this.http = createConfiguration({ baseServer: new ServerConfiguration(config.getCurrentCluster()?.server ?? '', {}) })
  }

  async serves({ apiVersion, kind }: Pick<ObjectName, 'apiVersion' | 'kind'>): Promise<boolean> {
    return (await this.resourceOf(apiVersion, kind)) !== undefined
  }

  async call(call: ApiCall): Promise<ApiAnswer> {
    const { verb, apiVersion, kind, namespace, name, subresource, query = {}, body } = call
    const resource = await this.resourceOf(apiVersion, kind)
    if (!resource) throw new CodedError('invalid_input', `Kubernetes: this API server knows no ${kind} (${apiVersion})`)
    const inNamespace = resource.namespaced && namespace !== undefined ? ['namespaces', namespace] : []
    const parts = [...inNamespace, resource.name, ...(name === undefined ? [] : [name]), ...(subresource ? [subresource] : [])]
    const request = this.http.baseServer.makeRequestContext(
      `${rootOf(apiVersion)}/${parts.map(encodeURIComponent).join('/')}`,
      METHODS[verb],
    )
    for (const [key, value] of Object.entries(query)) if (value !== undefined) request.setQueryParam(key, String(value))
    if (body !== undefined) {
      request.setHeaderParam('Content-Type', verb === 'patch' ? 'application/merge-patch+json' : 'application/json')
      request.setBody(JSON.stringify(body))
    }
    const at = subresource ? `${kind}/${subresource}` : kind
    const what = `${verb} ${at}${name === undefined ? '' : ` ${namespace === undefined ? '' : `${namespace}/`}${name}`}`
    return this.send(request, what, subresource === 'eviction' ? this.timeoutMs + EVICTION_RETRIES_MS : this.timeoutMs)
  }

  /** A kind that is not there is looked for again: it may have come since. */
  private async resourceOf(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const found = this.known.get(apiVersion)?.find((one) => one.kind === kind)
    if (found) return found
    const answer = await this.send(
      this.http.baseServer.makeRequestContext(rootOf(apiVersion), HttpMethod.GET),
      `discovery of ${apiVersion}`,
    )
    if (answer.status === 404) return undefined
    if (answer.status >= 400) throw refused(answer, `discovery of ${apiVersion}`)
    const { resources = [] } = JSON.parse(answer.text) as { resources?: readonly Resource[] }
    const own = resources.filter((one) => !one.name.includes('/')) // the others are subresources
    this.known.set(apiVersion, own)
    return own.find((one) => one.kind === kind)
  }

  private async send(request: RequestContext, what: string, timeoutMs = this.timeoutMs): Promise<ApiAnswer> {
    request.setHeaderParam('Accept', 'application/json')
    request.setSignal(AbortSignal.timeout(timeoutMs))
    try {
      await this.config.applySecurityAuthentication(request)
      const response = (await this.http.httpApi.send(request).toPromise()) as ResponseContext
      const text = await response.body.text()
      const status = response.httpStatusCode
      return settled({ status, text, message: status >= 400 ? messageIn(text) : '' }, what, response.headers['retry-after'])
    } catch (error) {
      throw error instanceof CodedError ? error : noAnswer(error, what)
    }
  }
}

type Resource = { readonly name: string; readonly kind: string; readonly namespaced: boolean }

function rootOf(apiVersion: string): string {
  return `/${apiVersion.includes('/') ? 'apis' : 'api'}/${apiVersion}`
}

/** An answer that says what is wrong with the request, for a CodedError `invalid_input` or one of the others. */
export function refused({ status, message }: ApiAnswer, what: string, retryAfter?: string): CodedError {
  const said = `Kubernetes: ${what}: ${message.slice(0, 300) || status}`
  if (status === 401) return new CodedError('unauthorized', said)
  if (status === 403) return new CodedError('not_permitted', `${said} (the RBAC role lacks this verb)`)
  const seconds = Number(retryAfter)
  if (status === 429) return new CodedError('throttled', said, seconds > 0 && seconds < 3600 ? { retryAfterSeconds: seconds } : {})
  return new CodedError(status < 500 ? 'invalid_input' : 'unavailable', said)
}

function settled(answer: ApiAnswer, what: string, retryAfter: string | undefined): ApiAnswer {
  const { status } = answer
  // An eviction that a disruption budget does not allow is a 429 as well, but for another reason: the caller looks at it.
  const isBudget = status === 429 && answer.text.includes('DisruptionBudget')
  if (status === 401 || status === 403 || (status === 429 && !isBudget) || status >= 500) throw refused(answer, what, retryAfter)
  return answer
}

function noAnswer(error: unknown, what: string): CodedError {
  return new CodedError('unavailable', `Kubernetes: ${what}: no answer (${causeOf(error)})`, { cause: error })
}

/** The innermost reason of a failed request, such as "connect ECONNREFUSED 127.0.0.1:6443". */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : messageOf(error).slice(0, 200)
}

function messageIn(text: string): string {
  if (!text.startsWith('{')) return ''
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : ''
  } catch {
    return ''
  }
}
