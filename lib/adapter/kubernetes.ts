import { KubeConfig } from '@kubernetes/client-node'
import { CodedError } from '../error.ts'
import type { Cluster, KubernetesObject, LogQuery, ObjectName } from '../port/cluster.ts'
import { KeptConnections } from './kept-connections.ts'
import { type ApiAnswer, KubernetesApi, refused } from './kubernetes-api.ts'

/** Access to one cluster: a kubeconfig's text, or a file's, or (neither) the pod's own service account. Errors: `invalid_config`. */
export function kubeConfig({ text, file }: { readonly text?: string | undefined; readonly file?: string | undefined }): KubeConfig {
  const config = new KubeConfig()
  try {
    if (text !== undefined) config.loadFromString(text)
    else if (file !== undefined) config.loadFromFile(file)
    else config.loadFromCluster()
    if (!config.getCurrentCluster()) throw new Error('it has no current context with a cluster')
  } catch (cause) {
    // the first line alone: what follows quotes the file, with its secrets
    throw new CodedError(
      'invalid_config',
      `kubeconfig${file ? ` ${file}` : ''} cannot be used: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : 'unreadable'}`,
      { cause },
    )
  }
  return config
}

/** The Cluster port on the Kubernetes API. Deletions and evictions carry the uid as a precondition; patches are JSON merge patches that
 *  name uid and resourceVersion, so that the API server refuses them for any other object or state. */
export function kubernetesCluster(config: KubeConfig, { timeoutMs = 10_000 } = {}): Cluster {
  const api = new KubernetesApi(config instanceof KeptConnections ? config : new KeptConnections(config, Date.now), timeoutMs)
  return {
    get: async (name) => {
      const answer = await api.call({ verb: 'get', ...name })
      if (answer.status === 404) return undefined
      return contentOf(answer, `get ${describe(name)}`) as KubernetesObject
    },
    list: async ({ apiVersion, kind, namespace, ...query }) => {
      const answer = await api.call({ verb: 'list', apiVersion, kind, namespace, query })
      const { items } = contentOf(answer, `list ${kind}`) as { items?: readonly KubernetesObject[] | null }
      return (items ?? []).map((item) => ({ ...item, apiVersion, kind }))
    },
    logs: async ({ pod, namespace, ...query }) => {
      const answer = await api.call({
        verb: 'get',
        apiVersion: 'v1',
        kind: 'Pod',
        namespace,
        name: pod,
        subresource: 'log',
        query: { ...query },
      })
      if (answer.status === 404 || (answer.status === 400 && isNoSuchInstance(answer, query))) return undefined
      return ok(answer, `read the log of pod ${namespace}/${pod}`)
    },
    serves: (kind) => api.serves(kind),
    create: async (object) => {
      const { apiVersion, kind, metadata } = object
      const query = { fieldManager: 'creance' }
      const answer = await api.call({ verb: 'create', apiVersion, kind, namespace: metadata.namespace, query, body: object })
      if (answer.status === 409) return 'exists'
      ok(answer, `create ${describe({ ...object, ...metadata })}`)
      return 'created'
    },
    patch: async ({ uid, resourceVersion, subresource, labels, annotations, spec, ...name }) => {
      const metadata = { uid, resourceVersion, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) }
      const body = { metadata, ...(spec ? { spec } : {}) }
      const query = { fieldManager: 'creance' }
      const answer = await api.call({ verb: 'patch', ...name, ...(subresource ? { subresource } : {}), query, body })
      if (answer.status === 404) return 'absent'
      if (answer.status === 409) return isOtherUid(answer) ? 'absent' : 'conflict'
      if (answer.status === 422 && answer.message.includes('metadata.uid')) return 'absent' // another object has taken the name
      ok(answer, `patch ${describe(name)}`)
      return 'patched'
    },
    remove: async ({ uid, graceSeconds, ...name }) => {
      const answer = await api.call({ verb: 'delete', ...name, body: { preconditions: { uid }, ...graceOf(graceSeconds) } })
      if (answer.status === 404 || (answer.status === 409 && isOtherUid(answer))) return 'absent'
      if (answer.status === 409) throw new CodedError('conflict', `delete ${describe(name)}: ${answer.message}`)
      ok(answer, `delete ${describe(name)}`)
      return 'removed'
    },
    evict: async ({ namespace, name, uid, graceSeconds, dryRun }) => {
      const deleteOptions = { preconditions: { uid }, ...graceOf(graceSeconds), ...(dryRun ? { dryRun: ['All'] } : {}) }
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace }, deleteOptions }
      const answer = await api.call({ verb: 'create', apiVersion: 'v1', kind: 'Pod', namespace, name, subresource: 'eviction', body })
      if (answer.status === 404 || answer.status === 409) return 'absent'
      if (answer.status === 429) return 'blocked'
      ok(answer, `evict pod ${namespace}/${name}`)
      return 'evicted'
    },
  }
}

/** The API server reads the grace period from the body when there is one, and ignores the query. */
function graceOf(seconds: number | undefined): { readonly gracePeriodSeconds?: number } {
  return seconds === undefined ? {} : { gracePeriodSeconds: seconds }
}

function contentOf(answer: ApiAnswer, what: string): unknown {
  ok(answer, what)
  return answer.json
}

function ok(answer: ApiAnswer, what: string): string {
  if (answer.status >= 400) throw refused(answer, what)
  return answer.text
}

function describe({ kind, namespace, name }: Pick<ObjectName, 'kind' | 'namespace' | 'name'>): string {
  return `${kind} ${namespace ? `${namespace}/` : ''}${name}`
}

function isNoSuchInstance({ message }: ApiAnswer, { previous }: Pick<LogQuery, 'previous'>): boolean {
  return previous === true && message.includes('previous terminated container')
}

/** The words of an API server whose precondition on the uid was not met. */
function isOtherUid({ message }: ApiAnswer): boolean {
  return /Precondition failed: UID|the UID in the precondition/.test(message)
}
