import type { FieldValue } from './detection.ts'
import { POD_OF_TOKEN } from './identity.ts'

const RESOURCE = 'ka.target.resource'
const SUBRESOURCE = 'ka.target.subresource'
const NAMESPACE = 'ka.target.namespace'
const NAME = 'ka.target.name'
const MADE_NAME = 'ka.resp.name'
const VERB = 'ka.verb'
const CODE = 'ka.response.code'
const SOURCE_IP = 'jevt.value[/sourceIPs/0]'

/** The fields of an audit alert that say what was asked of the API server, and what it answered. */
export const ASKED_FIELDS: readonly string[] = [VERB, RESOURCE, SUBRESOURCE, NAMESPACE, NAME, MADE_NAME, CODE, SOURCE_IP, POD_OF_TOKEN]

/** What somebody asked of the API server. `resource` with its subresource: `pods/exec`; `object`: `namespace/name`, or what of it is known; `answer`: the HTTP
 *  status; `from`: the address; `pod`: whose token it was. */
export type Asked = {
  readonly verb: string
  readonly resource: string
  readonly object?: string
  readonly answer?: string
  readonly from?: string
  readonly pod?: string
}

/** undefined for what is no detection of the audit log, or does not say what was asked. */
export function askedOf(evidence: {
  readonly source?: string | undefined
  readonly fields?: Readonly<Record<string, FieldValue>> | undefined
}): Asked | undefined {
  const said = (name: string): string | undefined => {
    const value = evidence.fields && Object.hasOwn(evidence.fields, name) ? evidence.fields[name] : undefined
    const text = typeof value === 'number' ? String(value) : value
    return typeof text === 'string' && text !== '' && text !== '<NA>' ? text : undefined
  }
  const [verb, resource] = [said(VERB), said(RESOURCE)]
  if (evidence.source !== 'k8s_audit' || verb === undefined || resource === undefined) return undefined
  const object = [said(NAMESPACE), said(NAME) ?? said(MADE_NAME)].filter((part) => part !== undefined).join('/')
  const more = { object: object || undefined, answer: said(CODE), from: said(SOURCE_IP), pod: said(POD_OF_TOKEN) }
  const known = Object.fromEntries(Object.entries(more).filter(([, text]) => text !== undefined))
  return { verb, resource: [resource, said(SUBRESOURCE)].filter((part) => part !== undefined).join('/'), ...known }
}
