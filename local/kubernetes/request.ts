import { isTooDeep } from './json.ts'
import { badRequest, type Checked, invalid } from './status.ts'

/** A request as the routes see it: `mediaType` in lower case, without parameters, empty where the client names none. */
export type ApiRequest = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly mediaType: string
  /** kubectl asks for a Table when it is going to print what comes. */
  readonly wantsTable: boolean
  readonly body: string
}

/** The JSON of a body. `during`: what the refusal says before it names what is wrong. */
export function jsonOf({ body }: ApiRequest, during: string): Checked<unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return isTooDeep(value) ? { refused: badRequest(`${during}: json: exceeded max depth`) } : { value }
  } catch (error) {
    const why = body.trim() === '' || !(error instanceof SyntaxError) ? 'unexpected end of JSON input' : error.message
    return { refused: badRequest(`${during}: ${why}`) }
  }
}

/** Whether a request is a trial; any other value than `All` is invalid. `options`: the kind of its options, such as CreateOptions. */
export function isDryRun(values: readonly string[], options: string): Checked<boolean> {
  if (values.every((value) => value === 'All')) return { value: values.length > 0 }
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`
  return {
    refused: invalid({ apiVersion: 'meta.k8s.io/v1', kind: options }, '', [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }]),
  }
}

/** As Go reads a flag of a query. */
export function isSet(query: URLSearchParams, name: string): boolean {
  return !['', 'false', '0', undefined].includes(query.get(name)?.toLowerCase())
}
