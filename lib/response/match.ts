import type { Check, Expr, Literal } from '../condition/ast.ts'
import { compileCondition } from '../condition/compile.ts'
import { ConditionError, type Position } from '../condition/error.ts'
import type { Field, FieldLookup, FieldType, Value } from '../condition/field.ts'
import { jsonFields } from '../condition/fields/json.ts'
import { parseCondition } from '../condition/parse.ts'
import type { Detection } from '../detection/detection.ts'
import type { Incident } from '../incident/incident.ts'

/** `correlation`: one of those that came true; a match is tried with each. */
type Subject = { readonly incident: Incident; readonly detection: Detection; readonly correlation: string | undefined }
export type Matcher = (incident: Incident, detection: Detection) => boolean

const text = (get: (subject: Subject) => string | undefined): Field<Subject> => ({ type: 'string', get })
const number = (get: (subject: Subject) => number): Field<Subject> => ({ type: 'int64', get })
const list = (get: (subject: Subject) => readonly string[]): Field<Subject> => ({ type: 'string', list: true, get })

/** Our own names; all others are the agent's. */
const OWN: Readonly<Record<string, Field<Subject>>> = {
  'alert.rule': text(({ detection }) => detection.rule),
  'alert.priority': text(({ detection }) => detection.priority),
  'alert.severity': number(({ detection }) => detection.severity),
  'alert.agent': text(({ detection }) => detection.agent),
  'alert.source': text(({ detection }) => detection.source),
  'alert.tags': list(({ detection }) => detection.tags),
  'alert.mitre': list(({ detection }) => detection.mitre),
  'cluster.name': text(({ detection }) => detection.cluster),
  'node.name': text(({ detection }) => detection.node),
  'pod.namespace': text(({ detection }) => detection.pod?.namespace),
  'pod.name': text(({ detection }) => detection.pod?.name),
  'pod.uid': text(({ detection }) => detection.pod?.uid),
  'container.id': text(({ detection }) => (detection.fields['container.id'] === 'host' ? 'host' : detection.container?.id)),
  'container.name': text(({ detection }) => detection.container?.name),
  'container.image': text(({ detection }) => detection.container?.image),
  'incident.correlation': text(({ correlation }) => correlation),
  'incident.count': number(({ incident }) => incident.count),
  'incident.severity': number(({ incident }) => incident.severity),
}

const AGENT = jsonFields({ strict: true })

/** Compiles a `match`: Falco's language over our names and the agent's. A ConditionError (returned, not thrown) where it is none. */
export function compileMatch(condition: string): Matcher | ConditionError {
  try {
    const fieldNames = () => [...Object.keys(OWN), ...AGENT.fieldNames()]
    const matches = compileCondition(parseCondition(condition), { field: findField, fieldNames })
    return (incident, detection) => {
      const correlations = incident.correlations.length > 0 ? incident.correlations : [undefined]
      return correlations.some((correlation) => matches({ incident, detection, correlation }))
    }
  } catch (error) {
    if (error instanceof ConditionError) return error
    throw error
  }
}

/** The correlations that a condition compares `incident.correlation` with (=, ==, in), and where. None for what does not parse. */
export function correlationsIn(condition: string): readonly { readonly title: string; readonly at: Position }[] {
  const named = (expr: Expr): readonly Literal[] => {
    switch (expr.kind) {
      case 'and':
      case 'or':
        return expr.items.flatMap(named)
      case 'not':
        return named(expr.item)
      case 'macro':
        return []
      case 'check':
        return literalsOf(expr)
    }
  }
  try {
    return named(parseCondition(condition)).map(({ text, at }) => ({ title: text, at }))
  } catch {
    return [] // compileMatch says what is wrong with it
  }
}

function literalsOf({ left, operator, right }: Check): readonly Literal[] {
  if (left.kind !== 'field' || left.name !== 'incident.correlation' || !['=', '==', 'in'].includes(operator)) return []
  return right?.kind === 'literal' ? [right] : right?.kind === 'list' ? right.items : []
}

const findField: FieldLookup<Subject> = (name, argument) => {
  const own = Object.hasOwn(OWN, name) ? OWN[name] : undefined
  if (own) return argument === undefined ? own : { refused: `${name} takes no argument` }
  const field = AGENT.field(name, argument)
  if (!field || 'refused' in field) return field
  return {
    type: field.type satisfies FieldType,
    list: field.list ?? false,
    get: ({ detection }): Value | undefined => field.get(detection.fields),
  }
}
