import type { Check, Expr, Literal } from '../condition/ast.ts'
import { compileCondition } from '../condition/compile.ts'
import { ConditionError, type Position } from '../condition/error.ts'
import type { Field, FieldLookup } from '../condition/field.ts'
import { parseCondition } from '../condition/parse.ts'
import type { Detection } from '../detection/detection.ts'
import type { Incident } from '../incident/incident.ts'
import { detectionFields } from '../rule/detection-fields.ts'

/** `correlation`: one of those that came true; a match is tried with each. */
type Subject = { readonly incident: Incident; readonly detection: Detection; readonly correlation: string | undefined }
/** `correlations`: those to try it with; all of the incident's where it is not said. */
export type Matcher = (incident: Incident, detection: Detection, correlations?: readonly string[]) => boolean

/** Names of the incident as a whole; all others are the detection's. */
const INCIDENT: Readonly<Record<string, Field<Subject>>> = {
  'incident.correlation': { type: 'string', get: ({ correlation }) => correlation },
  'incident.count': { type: 'int64', get: ({ incident }) => incident.count },
  'incident.severity': { type: 'int64', get: ({ incident }) => incident.severity },
}
const DETECTION = detectionFields({ strict: true })

/** Compiles a `match`: Falco's language over our names and the agent's. A ConditionError (returned, not thrown) where it is none. */
export function compileMatch(condition: string): Matcher | ConditionError {
  try {
    const fieldNames = () => [...Object.keys(INCIDENT), ...DETECTION.fieldNames()]
    const matches = compileCondition(parseCondition(condition), { field: findField, fieldNames })
    return (incident, detection, given = incident.correlations) => {
      const correlations = given.length > 0 ? given : [undefined]
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
  const own = Object.hasOwn(INCIDENT, name) ? INCIDENT[name] : undefined
  if (own) return argument === undefined ? own : { refused: `${name} takes no argument` }
  const field = DETECTION.field(name, argument)
  return !field || 'refused' in field ? field : { ...field, get: ({ detection }) => field.get(detection) }
}
