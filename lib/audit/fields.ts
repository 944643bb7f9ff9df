import { type FieldLookup, isList, type Scalar, type Value } from '../condition/field.ts'
import { FALCO_FIELDS, refuseArgument } from '../condition/fields/falco.ts'
import { anyPrivileged, containerFields, repositoryOf } from './container-fields.ts'
import type { AuditEvent } from './event.ts'
import { EVENT_FIELDS } from './event-fields.ts'
import { every, type MakeExtract } from './extract.ts'
import { GENERAL_FIELDS, JSON_FIELDS } from './general-fields.ts'
import { memberOf } from './json.ts'
import { REQUEST_FIELDS } from './request-fields.ts'

type Get = (event: AuditEvent) => Value | undefined

/** The fields of audit events, to be spread into compileCondition's options: `ka.*`, `jevt.*`, `json.*`, and the `evt.*` of every source.
 *  Other sources' fields are nonexistent. A text stops at its first NUL. Source: Falco's k8saudit and json plugins. */
export const auditFields: { readonly field: FieldLookup<AuditEvent>; readonly fieldNames: () => Iterable<string> } = {
  field: (name, argument) => {
    const make = GETTERS.get(name)
    const known = FALCO_FIELDS.get(name)
    if (make === undefined || known === undefined) return undefined
    const refused = refuseArgument(name, argument, known)
    if (refused !== undefined) return { refused }
    const get = make(argument)
    return { type: known.type, list: known.list, get: (event) => untilNul(get(event)) }
  },
  fieldNames: () => GETTERS.keys(),
}

const FIRST_CONTAINER: ReadonlyMap<string, MakeExtract> = new Map([
  ['ka.req.container.image', firstImage((image) => image)],
  ['ka.req.container.image.repository', firstImage(repositoryOf)],
  ['ka.req.container.privileged', anyPrivileged],
])

// Of ephemeral containers there is no host_port.
const CONTAINERS = (['containers', 'initContainers', 'ephemeralContainers'] as const)
  .flatMap((list) => [...containerFields(list)].map(([end, make]): [string, MakeExtract] => [`ka.req.pod.${list}.${end}`, make]))
  .filter(([name]) => FALCO_FIELDS.has(name))

const GETTERS: ReadonlyMap<string, (argument: string | undefined) => Get> = new Map<string, (argument: string | undefined) => Get>([
  ...[...EVENT_FIELDS, ...REQUEST_FIELDS, ...FIRST_CONTAINER, ...CONTAINERS].map(auditOnly),
  ...JSON_FIELDS,
  ...[...GENERAL_FIELDS].map(([name, get]): [string, () => Get] => [name, () => get]),
])

/** Without `auditID` it is no audit event, and has none of their fields. */
function auditOnly([name, make]: readonly [string, MakeExtract]): [string, (argument: string | undefined) => Get] {
  return [
    name,
    (argument) => {
      const extract = make(argument)
      return ({ json }) => (memberOf(json, 'auditID') === undefined ? undefined : extract(json))
    },
  ]
}

function firstImage(read: (image: string) => string): MakeExtract {
  return () => {
    const images = every('requestObject', 'spec', 'containers', 'image')('0')
    return (event) => {
      const image = images(event)?.[0]
      return image === undefined ? undefined : read(image)
    }
  }
}

function untilNul(value: Value | undefined): Value | undefined {
  if (typeof value === 'string') return cut(value)
  if (!isList(value)) return value
  return value.length === 0 ? undefined : cutEach(value)
}

// One long text may stand in a list thousands of times (eff_run_as_user): it is searched once.
function cutEach(values: readonly Scalar[]): readonly Scalar[] {
  let last: Scalar = ''
  let kept: Scalar = ''
  return values.map((value) => {
    if (value !== last) kept = typeof value === 'string' ? cut(value) : value
    last = value
    return kept
  })
}

function cut(text: string): string {
  const nul = text.indexOf('\0')
  return nul < 0 ? text : text.slice(0, nul)
}
