import { discover, isGroupPath } from './discovery.ts'
import type { ApiObject } from './object.ts'
import { logOf } from './read/log.ts'
import { filterOf, listOf } from './read/query.ts'
import { tableOf } from './read/table.ts'
import { openWatch } from './read/watch.ts'
import { type ApiRequest, isSet } from './request.ts'
import { type Answer, badRequest, methodNotAllowed, notFound, refuse, unknownResource } from './status.ts'
import { type Target, targetAt } from './target.ts'
import { type MutateIn, mutate, type Verb } from './write/mutate.ts'
import { scaleOf } from './write/scale.ts'

/** A request to write, and what came of it. `name` is empty where neither side said one; `status` is the HTTP status;
 *  `changed`: whether the object is another now, which it is not after a refusal, a dry run, or a patch to what it was already. */
export type Write = {
  readonly verb: Verb
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly subresource?: string
  readonly status: number
  readonly changed: boolean
  readonly userAgent?: string
}

/** An answer, with the write that it is about, or the events of a watch. */
export type Reply =
  | { readonly answer: Answer; readonly write?: Write; readonly stream?: undefined }
  | { readonly stream: { readonly first: readonly unknown[]; readonly follow: (send: (event: unknown) => void) => () => void } }

export type Cluster = MutateIn & { readonly settle: () => void }

/** Answers one request. What a write sets off has happened when it returns. Never throws for what a client sends. */
export function serve(cluster: Cluster, request: ApiRequest): Reply {
  const target = targetAt(request.path, cluster.objects.kinds)
  if (target === 'malformed') return { answer: refuse(badRequest('the path is not a valid URL path')) }
  const isRead = request.method === 'GET'
  if (!target) {
    const document = discover(request.path, cluster.objects.kinds)
    if (document !== undefined) return { answer: isRead ? { code: 200, body: document } : refuse(methodNotAllowed()) }
    return {
      answer: isGroupPath(request.path, cluster.objects.kinds) ? refuse(unknownResource()) : { code: 404, body: '404 page not found\n' },
    }
  }
  if (isRead && target.name === undefined) return readAll(cluster, target, request)
  if (isRead) return { answer: readOne(cluster, target, request) }
  const before = cluster.objects.version()
  const mutation = mutate(cluster, target, request)
  if (!mutation) return { answer: refuse(methodNotAllowed()) }
  const changed = cluster.objects.version() !== before
  cluster.settle()
  const { verb, name, answer } = mutation
  const { kind, namespace, subresource } = target
  const place = { kind: kind.kind, ...(namespace === undefined ? {} : { namespace }), name, ...(subresource ? { subresource } : {}) }
  return { answer, write: { verb, ...place, status: answer.code, changed } }
}

function readOne({ objects, clock }: Cluster, { kind, namespace = '', name = '', subresource }: Target, request: ApiRequest): Answer {
  if (subresource === 'eviction') return refuse(methodNotAllowed())
  const object = objects.get({ kind, namespace, name })
  if (!object) return refuse(notFound(kind, name))
  if (subresource === 'log') return logOf(objects, object, request.query)
  if (subresource === 'scale') return { code: 200, body: scaleOf(object) }
  const version = object.metadata.resourceVersion
  return { code: 200, body: request.wantsTable ? tableOf(kind, [object], { version, now: clock() }) : object }
}

/** The whole list, whatever `limit` says, or a watch. */
function readAll({ objects, clock }: Cluster, { kind, namespace }: Target, { query, wantsTable }: ApiRequest): Reply {
  const filter = filterOf(kind, namespace, query)
  if (filter.refused) return { answer: refuse(filter.refused) }
  if (isSet(query, 'watch')) {
    const since = query.get('resourceVersion') ?? ''
    const show = wantsTable
      ? (object: ApiObject) => tableOf(kind, [object], { version: object.metadata.resourceVersion, now: clock() })
      : undefined
    const watch = openWatch(objects, { kind, matches: filter.value, since, marksInitial: isSet(query, 'sendInitialEvents'), show })
    return watch.refused ? { answer: refuse(watch.refused) } : { stream: watch.value }
  }
  const found = objects.list(kind, namespace).filter(filter.value)
  const version = String(objects.version())
  return { answer: { code: 200, body: wantsTable ? tableOf(kind, found, { version, now: clock() }) : listOf(kind, found, version) } }
}
