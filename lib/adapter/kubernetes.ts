import {
  ApiException,
  createConfiguration,
  KubeConfig,
  KubernetesObjectApi,
  PatchStrategy,
  type RequestContext,
  type ResponseContext,
  ServerConfiguration,
} from '@kubernetes/client-node'
import { CodedError, messageOf } from '../error.ts'
import type { ClusterReader, ClusterWriter, KubernetesObject, ObjectName } from '../port/cluster.ts'

const TIMEOUT_MS = 10_000

/** Access to one cluster: a kubeconfig's text, or a file's, or (neither) the pod's own service account. Errors: `invalid_config`. */
export function kubeConfig({ text, file }: { readonly text?: string | undefined; readonly file?: string | undefined }): KubeConfig {
  const config = new KubeConfig()
  try {
    if (text !== undefined) config.loadFromString(text)
    else if (file !== undefined) config.loadFromFile(file)
    else config.loadFromCluster()
    if (!config.getCurrentCluster()) throw new Error('it has no current context with a cluster')
  } catch (cause) {
    throw new CodedError(
      'invalid_config',
      `kubeconfig${file ? ` ${file}` : ''} cannot be used: ${cause instanceof Error ? cause.message : 'unreadable'}`,
      { cause },
    )
  }
  return config
}

/** Both halves of the Cluster port on the Kubernetes API. Deletions carry the uid as a precondition; patches are JSON merge patches that
 *  name uid and resourceVersion, so that the API server refuses them for any other object or state. */
export function kubernetesCluster(config: KubeConfig): ClusterReader & ClusterWriter {
  const baseServer = new ServerConfiguration(config.getCurrentCluster()?.server ?? '', {})
  const api = new KubernetesObjectApi(
    createConfiguration({ baseServer, authMethods: { default: config }, promiseMiddleware: [withTimeout] }),
  )
  const call = async <T>(verb: string, what: string, work: Promise<T>): Promise<T> => work.catch((error) => translate(error, verb, what))

  return {
    get: async (name) => {
      try {
        return plain(await api.read(header(name)))
      } catch (error) {
        return statusOf(error) === 404 ? undefined : translate(error, 'get', describe(name))
      }
    },
    list: async ({ apiVersion, kind, namespace, fieldSelector, labelSelector, limit }) => {
      const work = api.list(apiVersion, kind, namespace, undefined, undefined, undefined, fieldSelector, labelSelector, limit)
      const { items } = await call('list', kind, work)
      return items.map((item) => ({ ...plain(item), apiVersion, kind }))
    },
    create: async (object) => {
      try {
        await api.create(structuredClone(object) as never, undefined, undefined, 'creance')
        return 'created'
      } catch (error) {
        return statusOf(error) === 409 ? 'exists' : translate(error, 'create', describe({ ...object, ...object.metadata }))
      }
    },
    patchMetadata: async ({ uid, resourceVersion, labels, annotations, ...name }) => {
      const { apiVersion, kind, metadata } = header(name)
      const body = {
        apiVersion,
        kind,
        metadata: { ...metadata, uid, resourceVersion, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
      }
      try {
        await api.patch(body as never, undefined, undefined, 'creance', undefined, PatchStrategy.MergePatch)
        return 'patched'
      } catch (error) {
        const status = statusOf(error)
        if (status === 404) return 'absent'
        if (status === 409) return 'conflict'
        if (status === 422 && messageIn(error).includes('metadata.uid')) return 'absent' // another object has taken the name
        return translate(error, 'patch', describe(name))
      }
    },
    remove: async ({ uid, graceSeconds, ...name }) => {
      // The API server reads the grace period from the body when there is one, and ignores the query.
      const body = { preconditions: { uid }, ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }) }
      try {
        await api.delete(header(name), undefined, undefined, undefined, undefined, undefined, body)
        return 'removed'
      } catch (error) {
        const status = statusOf(error)
        return status === 404 || status === 409 ? 'absent' : translate(error, 'delete', describe(name))
      }
    },
  }
}

function header({ apiVersion, kind, namespace, name }: ObjectName) {
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } }
}

function describe({ kind, namespace, name }: { readonly kind: string; readonly namespace?: string; readonly name: string }): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`
}

/** As the API server sent it: the client makes Dates of some texts. */
function plain(object: unknown): KubernetesObject {
  return JSON.parse(JSON.stringify(object))
}

const withTimeout = {
  pre: async (request: RequestContext): Promise<RequestContext> => {
    request.setSignal(AbortSignal.timeout(TIMEOUT_MS))
    return request
  },
  post: async (response: ResponseContext): Promise<ResponseContext> => response,
}

function statusOf(error: unknown): number | undefined {
  return error instanceof ApiException ? error.code : undefined
}

function messageIn(error: unknown): string {
  if (!(error instanceof ApiException)) return ''
  const body: unknown = typeof error.body === 'string' ? parse(error.body) : error.body
  return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : ''
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function translate(error: unknown, verb: string, what: string): never {
  const status = statusOf(error)
  const said = messageIn(error).slice(0, 300)
  const message = `Kubernetes: ${verb} ${what}: ${said || (status ?? `no answer (${causeOf(error)})`)}`
  if (status === 401) throw new CodedError('unauthorized', message, { cause: error })
  if (status === 403) throw new CodedError('not_permitted', `${message} (the RBAC role lacks this verb)`, { cause: error })
  if (status === 429) throw new CodedError('throttled', message, { cause: error })
  if (status !== undefined && status < 500) throw new CodedError('invalid_input', message, { cause: error })
  throw new CodedError('unavailable', message, { cause: error })
}

/** The innermost reason of a failed request, such as "connect ECONNREFUSED 127.0.0.1:6443". */
function causeOf(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? causeOf(error.cause) : messageOf(error).slice(0, 200)
}
