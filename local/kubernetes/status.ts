import type { Cause } from './cause.ts'
import { groupOf, type Kind } from './kind/kind.ts'

/** Kubernetes' Status object: the body of every refusal, and of a delete that returns no object. `code`, if any, is the HTTP status. */
export type Status = {
  readonly kind: 'Status'
  readonly apiVersion: 'v1'
  readonly metadata: Record<string, never>
  readonly status: 'Success' | 'Failure'
  readonly message?: string
  readonly reason?: string
  readonly details?: Details
  readonly code?: number
}
type Details = {
  readonly name?: string
  readonly group?: string
  readonly kind?: string
  readonly uid?: string
  readonly causes?: readonly (Cause | Omit<Cause, 'field'>)[]
}

/** A value, or why there is none. */
export type Checked<T> = { readonly value: T; readonly refused?: undefined } | { readonly refused: Status }

/** What goes back over HTTP; `body` is sent as JSON, a string or bytes as plain text. */
export type Answer = { readonly code: number; readonly body: unknown }

/** Why there is no value, ready to be sent. */
export const refuse = (status: Status): Answer => ({ code: status.code ?? 500, body: status })

/** For a delete: what is gone. */
export const success = (details: Details): Status => ({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })

/** For what is created and is no object, such as an eviction. */
export const done = (): Answer => ({ code: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } })

export const badRequest = (message: string) => failure(400, message, 'BadRequest')

export const otherNamespace = () => badRequest('the namespace of the provided object does not match the namespace sent on the request')

export const misnamed = (said: string, name: string) =>
  badRequest(`the name of the object (${said}) does not match the name on the URL (${name})`)

/** For JSON that is no object of this kind. */
export const undecodable = ({ apiVersion, kind }: Kind, problem: string) =>
  badRequest(`${kind} in version ${JSON.stringify(apiVersion.split('/').at(-1))} cannot be handled as a ${kind}: ${problem}`)

export const forbidden = (kind: Kind, name: string, why: string, causes?: readonly Cause[]) =>
  failure(403, `${resourceOf(kind)} "${name}" is forbidden: ${why}`, 'Forbidden', {
    ...detailsOf(kind, name),
    ...(causes ? { causes } : {}),
  })

export const notFound = (kind: Kind, name: string) =>
  failure(404, `${resourceOf(kind)} "${name}" not found`, 'NotFound', detailsOf(kind, name))

export const unknownResource = () => failure(404, 'the server could not find the requested resource', 'NotFound', {})

export const methodNotAllowed = () =>
  failure(405, 'the server does not allow this method on the requested resource', 'MethodNotAllowed', {})

export const alreadyExists = (kind: Kind, name: string) =>
  failure(409, `${resourceOf(kind)} "${name}" already exists`, 'AlreadyExists', detailsOf(kind, name))

/** For a write that meets another version of the object. */
export const conflict = (kind: Kind, name: string, why: string) =>
  failure(409, `Operation cannot be fulfilled on ${resourceOf(kind)} "${name}": ${why}`, 'Conflict', detailsOf(kind, name))

/** For a delete whose precondition fails, where Kubernetes names the kind and not the resource. */
export const preconditionFailed = (kind: Kind, name: string, why: string) =>
  failure(409, `Operation cannot be fulfilled on ${qualified(kind.kind, kind)} "${name}": ${why}`, 'Conflict', {
    ...detailsOf(kind, name),
    kind: kind.kind,
  })

export const expired = (version: string, oldest: string) => failure(410, `too old resource version: ${version} (${oldest})`, 'Expired')

export const tooLarge = (limit: number) => failure(413, `Request entity too large: limit is ${limit}`, 'RequestEntityTooLarge')

export const unsupportedMediaType = (message: string) => failure(415, message, 'UnsupportedMediaType')

/** `name` may be empty, where the object has none. At least one cause. */
export function invalid(kind: { readonly apiVersion: string; readonly kind: string }, name: string, causes: readonly Cause[]): Status {
  const said = causes.map(({ field, message }) => `${field}: ${message}`)
  const group = groupOf(kind)
  const details = { ...(name ? { name } : {}), ...(group ? { group } : {}), kind: kind.kind, causes }
  const message = `${qualified(kind.kind, kind)} "${name}" is invalid: ${said.length > 1 ? `[${said.join(', ')}]` : said[0]}`
  return failure(422, message, 'Invalid', details)
}

/** For a patch that makes something of the object that is none of its kind. */
export const unpatchable = (patched: unknown, problem: string) => {
  const message = `Invalid value: ${JSON.stringify(JSON.stringify(patched))}: ${problem}`
  return invalid({ apiVersion: '', kind: '' }, '', [{ reason: 'FieldValueInvalid', message, field: 'patch' }])
}

/** For a JSON patch that does not apply; the real server says no more than this. */
export const unprocessable = () => failure(422, 'the server rejected our request due to an error in our request', 'Invalid', {})

/** For what may be tried again later. */
export const tooManyRequests = (message: string, cause: Omit<Cause, 'field'>) =>
  failure(429, message, 'TooManyRequests', { causes: [cause] })

export const internalError = (message: string) => failure(500, message)

function failure(code: number, message: string, reason?: string, details?: Details): Status {
  const said = { message, ...(reason ? { reason } : {}), ...(details ? { details } : {}) }
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', ...said, code }
}

const qualified = (word: string, kind: { readonly apiVersion: string }) => [word, groupOf(kind)].filter(Boolean).join('.')
const resourceOf = (kind: Kind) => qualified(kind.plural, kind)

function detailsOf(kind: Kind, name: string): Details {
  const group = groupOf(kind)
  return { name, ...(group ? { group } : {}), kind: kind.plural }
}
