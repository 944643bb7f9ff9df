import { jsonFields } from '../../condition/fields/json.ts'
import type { Detection, FieldValue } from '../../detection/detection.ts'
import { detectionFields } from '../detection-fields.ts'

type Get = (detection: Detection) => FieldValue | undefined

const OWN = ownFields()
/** What rules about alerts call what the alert itself says. */
const ALIASES: ReadonlyMap<string, Get> = new Map([
  alias('rule', 'alert.rule'),
  alias('priority', 'alert.priority'),
  alias('source', 'alert.source'),
  alias('tags', 'alert.tags'),
  alias('hostname', 'node.name'),
  alias('cluster', 'cluster.name'),
  alias('node', 'node.name'),
  alias('namespace', 'pod.namespace'),
  alias('pod', 'pod.name'),
  alias('container', 'container.id'),
  alias('image', 'container.image'),
  ['output', ({ message }) => message],
  ['user', ({ user }) => user],
])

/** What a detection has under a field's name in a Sigma rule: one of our own names, the agent's own field, then the short words of alerts.
 *  undefined: it has none. Names are case-sensitive; those that every object has (`constructor`) are no fields. */
export function sigmaField(detection: Detection, name: string): FieldValue | undefined {
  const own = OWN.get(name)
  if (own) return own(detection)
  if (Object.hasOwn(detection.fields, name)) return detection.fields[name]
  return ALIASES.get(name)?.(detection)
}

/** The names that detectionFields puts before the agent's. */
function ownFields(): ReadonlyMap<string, Get> {
  const { field, fieldNames } = detectionFields({ strict: true })
  const agentNames = [...jsonFields({ strict: true }).fieldNames()]
  const names = [...fieldNames()].slice(0, -agentNames.length)
  return new Map(names.map((name) => [name, getter(field(name, undefined))]))
}

function getter(field: ReturnType<ReturnType<typeof detectionFields>['field']>): Get {
  if (field === undefined || 'refused' in field) return () => undefined
  return (detection) => {
    const value = field.get(detection)
    if (typeof value === 'string' || typeof value === 'number' || value === undefined) return value
    return Array.isArray(value) ? value.map(String) : String(value)
  }
}

function alias(word: string, name: string): [string, Get] {
  const get = OWN.get(name)
  if (!get) throw new Error(`no such field: ${name}`)
  return [word, get]
}
