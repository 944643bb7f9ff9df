import { HttpMethod, type KubeConfig, type RequestContext, ServerConfiguration } from '@kubernetes/client-node'
import * as z from 'zod'
import { CodedError, messageOf } from '../error.ts'
import type { ObjectName } from '../port/cluster.ts'
import { exchange } from './exchange.ts'

/** The API server itself tries an eviction for 10 s when the pod's uid is another. */
const EVICTION_RETRIES_MS = 5_000
/** Whoever may make objects in a namespace chooses how large a list of them is: 50 of 1.4 MB are 70 MB, and ten times that once they are read. */
const MAX_ANSWER_BYTES = 8 * 1024 * 1024
/** Logs are asked for with a limit far below this, to which a server need not keep. */
const MAX_LOG_BYTES = 1024 * 1024

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

/** What it answered: any status below 500 but 429. `message`: the words of a refusal. `json`: of a get or list
 *  that was answered with one. */
export type ApiAnswer = { readonly status: number; readonly text: string; readonly message: string; readonly json?: unknown }

const METHODS = {
  get: HttpMethod.GET,
  list: HttpMethod.GET,
  create: HttpMethod.POST,
  patch: HttpMethod.PATCH,
  delete: HttpMethod.DELETE,
} as const

/** Requests to one API server: paths from its own discovery, authentication, TLS and kept connections by the client library, the answer as
 *  it was sent. Throws CodedError `throttled` (with Retry-After), `unavailable` (5xx, a redirect, no answer in time, or one that is no object of
 *  Kubernetes where one was asked for), `invalid_input` (an answer of more than 8 MiB), `unauthorized`, `not_permitted`. */
export class KubernetesApi {
  private readonly config: KubeConfig
  private readonly server: ServerConfiguration<Record<string, never>>
  private readonly timeoutMs: number
  /** The resources of each API group and version that was asked about. */
  private readonly known = new Map<string, readonly Resource[]>()

  constructor(config: KubeConfig, timeoutMs: number) {
    this.config = config
    this.timeoutMs = timeoutMs
    this.server = new ServerConfiguration(config.getCurrentCluster()?.server ?? '', {})
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
    const request = this.server.makeRequestContext(`${rootOf(apiVersion)}/${parts.map(encodeURIComponent).join('/')}`, METHODS[verb])
    for (const [key, value] of Object.entries(query)) if (value !== undefined) request.setQueryParam(key, String(value))
    if (body !== undefined) {
      request.setHeaderParam('Content-Type', verb === 'patch' ? 'application/merge-patch+json' : 'application/json')
      request.setBody(JSON.stringify(body))
    }
    const at = subresource ? `${kind}/${subresource}` : kind
    const what = `${verb} ${at}${name === undefined ? '' : ` ${namespace === undefined ? '' : `${namespace}/`}${name}`}`
    const timeoutMs = subresource === 'eviction' ? this.timeoutMs + EVICTION_RETRIES_MS : this.timeoutMs
    if (subresource === 'log') return this.send(request, what, { timeoutMs, maxBytes: MAX_LOG_BYTES })
    const answer = await this.send(request, what, { timeoutMs })
    const shape: z.ZodType | undefined = verb === 'get' ? KubernetesThing : verb === 'list' ? ThingList : undefined
    return shape && answer.status < 300 ? { ...answer, json: parsed(answer.text, shape, what) } : answer
  }

  /** A kind that is not there is looked for again: it may have come since. */
  private async resourceOf(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const found = this.known.get(apiVersion)?.find((one) => one.kind === kind)
    if (found) return found
    const answer = await this.send(this.server.makeRequestContext(rootOf(apiVersion), HttpMethod.GET), `discovery of ${apiVersion}`)
    if (answer.status === 404) return undefined
    if (answer.status >= 400) throw refused(answer, `discovery of ${apiVersion}`)
    const { resources } = parsed(answer.text, ResourceList, `discovery of ${apiVersion}`)
    const own = (resources ?? []).filter((one) => !one.name.includes('/')) // the others are subresources
    this.known.set(apiVersion, own)
    return own.find((one) => one.kind === kind)
  }

  private async send(
    request: RequestContext,
    what: string,
    { timeoutMs = this.timeoutMs, maxBytes = MAX_ANSWER_BYTES } = {},
  ): Promise<ApiAnswer> {
    request.setHeaderParam('Accept', 'application/json')
    request.setHeaderParam('User-Agent', 'creance')
    request.setSignal(AbortSignal.timeout(timeoutMs))
    try {
      await this.config.applySecurityAuthentication(request)
      const { status, text, retryAfter } = await exchange(request, what, maxBytes)
      return settled({ status, text, message: status >= 400 ? messageIn(text) : '' }, what, retryAfter)
    } catch (error) {
      throw error instanceof CodedError ? error : noAnswer(error, what)
    }
  }
}

const Resource = z.object({ name: z.string(), kind: z.string(), namespaced: z.boolean() })
type Resource = z.infer<typeof Resource>
const ResourceList = z.object({ resources: z.array(Resource).nullish() })
/** As much as is read of every object. */
const KubernetesThing = z.looseObject({ metadata: z.looseObject({ name: z.string() }) })
const ThingList = z.looseObject({ items: z.array(KubernetesThing).nullish() })

/** The answer's JSON; CodedError `unavailable` where it is none of this shape: what answers is not the API server, or not well. */
function parsed<Shape>(text: string, shape: z.ZodType<Shape>, what: string): Shape {
  try {
    return shape.parse(JSON.parse(text))
  } catch {
    throw new CodedError('unavailable', `Kubernetes: ${what}: the answer is not what an API server gives`)
  }
}

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
