import { isJsonObject } from '../json.ts'
import type { ApiObject } from '../object.ts'
import type { Objects, Place } from '../objects.ts'
import { type ApiRequest, isDryRun, jsonOf } from '../request.ts'
import { type Answer, type Checked, notFound, refuse, unsupportedMediaType } from '../status.ts'
import type { Target } from '../target.ts'
import { applyPatch, isPatchType } from './apply-patch.ts'
import { create, type WriteTo } from './create.ts'
import { remove } from './delete.ts'
import { deleteOptions } from './delete-options.ts'
import { evict } from './evict.ts'
import { patchScale, replaceScale } from './scale.ts'
import { update, updatePatched } from './update.ts'

const JSON_ONLY = 'the body of the request was in an unknown format - accepted media types include: application/json'

const OPTIONS = { create: 'CreateOptions', update: 'UpdateOptions', patch: 'PatchOptions', delete: 'DeleteOptions' } as const

export type Verb = 'create' | 'update' | 'patch' | 'delete'
export type Mutation = { readonly verb: Verb; readonly name: string; readonly answer: Answer }
export type MutateIn = { readonly objects: Objects; readonly clock: () => number }

/** Does what a POST, PUT, PATCH or DELETE asks for; undefined when the target does not take that method. */
export function mutate(cluster: MutateIn, target: Target, request: ApiRequest): Mutation | undefined {
  const verb = verbOf(target, request.method)
  if (!verb) return undefined
  const dry = isDryRun(request.query.getAll('dryRun'), OPTIONS[verb])
  const answer = dry.refused ? refuse(dry.refused) : WRITERS[verb]({ ...cluster, dryRun: dry.value }, target, request)
  return { verb, name: target.name ?? nameIn(answer), answer }
}

type Writer = (to: WriteTo & MutateIn, target: Target, request: ApiRequest) => Answer

const WRITERS: Readonly<Record<Verb, Writer>> = {
  create(to, target, request) {
    const { kind, namespace = '' } = target
    const sent = sentObject(request, target.subresource === 'eviction' ? 'Eviction' : kind.kind)
    if (sent.refused) return refuse(sent.refused)
    if (target.subresource === 'eviction') return evict(to, placeOf(target), sent.value)
    return answer(create(to, kind, namespace, sent.value), 201)
  },
  update(to, target, request) {
    const { kind, subresource } = target
    const place = placeOf(target)
    const sent = sentObject(request, subresource === 'scale' ? 'Scale' : kind.kind)
    if (sent.refused) return refuse(sent.refused)
    if (subresource === 'scale') return replaceScale(to, place, sent.value)
    return answer(update(to, place, sent.value, subresource))
  },
  patch(to, target, request) {
    const place = placeOf(target)
    if (!isPatchType(request.mediaType)) return refuse(unsupportedMediaType('415: Unsupported Media Type'))
    const sent = jsonOf(request, 'error decoding patch')
    if (sent.refused) return refuse(sent.refused)
    const patch = { mediaType: request.mediaType, body: sent.value }
    if (target.subresource === 'scale') return patchScale(to, place, patch)
    const current = to.objects.get(place)
    if (!current) return refuse(notFound(place.kind, place.name))
    const patched = applyPatch(current, patch)
    return patched.refused ? refuse(patched.refused) : answer(updatePatched(to, place, patched.value, target.subresource))
  },
  delete(to, target, request) {
    const hasBody = request.body !== ''
    if (hasBody && !isJson(request)) return refuse(unsupportedMediaType(JSON_ONLY))
    const sent = hasBody ? jsonOf(request, "couldn't get version/kind; json parse error") : { value: undefined }
    if (sent.refused) return refuse(sent.refused)
    const options = deleteOptions(sent.value, request.query)
    if (options.refused) return refuse(options.refused)
    const dry = isDryRun(options.value.dryRun ?? [], OPTIONS.delete)
    if (dry.refused) return refuse(dry.refused)
    return remove({ ...to, dryRun: to.dryRun || dry.value }, placeOf(target), options.value)
  },
}

function verbOf({ kind, namespace, name, subresource }: Target, method: string): Verb | undefined {
  if (method === 'POST' && subresource === 'eviction') return 'create'
  if (method === 'POST' && name === undefined && kind.namespaced === (namespace !== undefined)) return 'create'
  if (name === undefined || subresource === 'eviction' || subresource === 'log') return undefined
  if (method === 'PUT') return 'update'
  if (method === 'PATCH') return 'patch'
  return method === 'DELETE' && subresource === undefined ? 'delete' : undefined
}

function sentObject(request: ApiRequest, kind: string): Checked<unknown> {
  if (!isJson(request)) return { refused: unsupportedMediaType(JSON_ONLY) }
  return jsonOf(request, `the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error`)
}

const isJson = ({ mediaType }: ApiRequest) => mediaType === 'application/json' || mediaType === ''

const placeOf = ({ kind, namespace = '', name = '' }: Target): Place => ({ kind, namespace, name })

const answer = (written: Checked<ApiObject>, code = 200): Answer =>
  written.refused ? refuse(written.refused) : { code, body: written.value }

/** The name in an object, or in the Status of a refusal; empty where there is none. */
function nameIn({ body }: Answer): string {
  const { metadata, details } = isJsonObject(body) ? body : {}
  const names = [metadata, details].map((part) => (isJsonObject(part) ? part.name : undefined))
  return names.find((name) => typeof name === 'string') ?? ''
}
