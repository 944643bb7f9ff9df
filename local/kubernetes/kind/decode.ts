import type { z } from 'zod'
import type { Cause } from '../cause.ts'
import { isJsonObject, own, withoutNulls } from '../json.ts'
import { ApiObject } from '../object.ts'
import type { Kind } from './kind.ts'
import { metadataProblems } from './metadata-problems.ts'

/** An object of this kind, or why the JSON is none, in the words of Go's decoder. */
export type Decoded = { readonly object: ApiObject; readonly problem?: undefined } | { readonly problem: string }

/** Reads untrusted JSON as an object of `kind`, which it may leave unsaid. It has the right types then, and may still be invalid. */
export function decode(raw: unknown, kind: Kind): Decoded {
  if (!isJsonObject(raw)) return { problem: `json: cannot unmarshal ${typeOf(raw)} into Go value of type ${kind.kind}` }
  const metadata = withoutEmpty(withoutNulls(raw.metadata ?? {}))
  const said = withoutNulls({ ...raw, apiVersion: raw.apiVersion || kind.apiVersion, kind: raw.kind || kind.kind, metadata })
  const parsed = ApiObject.safeParse(said)
  const problem = parsed.success
    ? firstMistyped(`${kind.kind}.spec`, kind.spec?.safeParse(parsed.data.spec ?? {}), parsed.data.spec ?? {})
    : firstMistyped(kind.kind, parsed, said)
  if (problem) return { problem }
  if (!parsed.success) return { problem: 'json: not a Kubernetes object' }
  const object = parsed.data
  if (object.kind !== kind.kind || object.apiVersion !== kind.apiVersion) {
    return { problem: `no kind "${object.kind}" is registered for version "${object.apiVersion}" at this path` }
  }
  return { object }
}

/** Why an object with the right types cannot be: names, labels, and what its kind asks of `spec` and the rest. Empty: it can. */
export function problemsOf(object: ApiObject, kind: Kind): readonly Cause[] {
  const spec = object.spec ?? {}
  const parsed = kind.spec?.safeParse(spec)
  const inSpec = (parsed?.error?.issues ?? []).map((issue) => causeOf(issue, spec))
  return [...metadataProblems(object, kind), ...inSpec, ...(kind.problems?.(object) ?? [])]
}

/** Without the empty maps and lists, which Kubernetes does not keep in metadata. */
function withoutEmpty(metadata: unknown): unknown {
  if (!isJsonObject(metadata)) return metadata
  const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0
  return Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isEmpty(value)))
}

type Parsed = { readonly error?: z.ZodError | undefined }

function firstMistyped(kind: string, parsed: Parsed | undefined, value: unknown): string | undefined {
  const issue = parsed?.error?.issues.find(({ code, path }) => code === 'invalid_type' && valueAt(value, path) !== undefined)
  if (issue?.code !== 'invalid_type') return undefined
  const field = [kind, ...issue.path.map(String)].join('.')
  return `json: cannot unmarshal ${typeOf(valueAt(value, issue.path))} into Go struct field ${field} of type ${issue.expected}`
}

function causeOf(issue: z.core.$ZodIssue, spec: unknown): Cause {
  const field = `spec${issue.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')}`
  const value = valueAt(spec, issue.path)
  const isMissing = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  if (isMissing && issue.code !== 'custom') return { reason: 'FieldValueRequired', message: 'Required value', field }
  const said = JSON.stringify(value ?? null)
  if (issue.code === 'invalid_value') {
    const supported = issue.values.map((one) => JSON.stringify(one)).join(', ')
    return { reason: 'FieldValueNotSupported', message: `Unsupported value: ${said}: supported values: ${supported}`, field }
  }
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${said}: ${reasonOf(issue)}`, field }
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') return `must be greater than or equal to ${issue.minimum}`
  if (issue.code === 'too_big') return `must be less than or equal to ${issue.maximum}`
  return issue.message
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (Array.isArray(inner)) return inner[Number(key)]
    return isJsonObject(inner) ? own(inner, String(key)) : undefined
  }, value)
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (value === null || value === undefined) return 'null'
  return typeof value === 'boolean' ? 'bool' : typeof value
}
