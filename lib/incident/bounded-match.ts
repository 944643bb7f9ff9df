import type { Expr, FieldReference } from '../condition/ast.ts'
import { compileCondition } from '../condition/compile.ts'
import { ConditionError, type Position } from '../condition/error.ts'
import { isList, type Scalar, type Value } from '../condition/field.ts'
import { parseCondition } from '../condition/parse.ts'
import type { Detection } from '../detection/detection.ts'
import { detectionFields } from '../rule/detection-fields.ts'

/** Checks, fields, transformers, and values that a text is searched for. */
const MOST_PARTS = 40
/** Characters of one field. */
const MOST_TEXT = 4000
/** What takes time by the pattern as well as by the text. */
const PATTERNS: ReadonlySet<string> = new Set(['regex', 'glob', 'iglob', 'pmatch'])
const LOOKED_UP: ReadonlySet<string> = new Set(['in', 'intersects'])
const FIELDS = detectionFields({ strict: true })

/** Compiles the match of a silence that somebody asked for while all runs: nobody has reviewed it, and it is tried on every detection. So it takes no
 *  patterns and is of bounded size (a ConditionError, returned, says so), and a detection with a longer text in any of its fields is not matched:
 *  what is not looked at is told. */
export function compileBoundedMatch(condition: string): ((detection: Detection) => boolean) | ConditionError {
  try {
    const expr = parseCondition(condition)
    const { parts, fields } = partsOf(expr)
    if (parts > MOST_PARTS) throw new ConditionError('too long for a silence that is asked for; put it into a rule file', expr.at)
    const matches = compileCondition(expr, FIELDS)
    const getters = fields.flatMap(({ name, argument }) => {
      const field = FIELDS.field(name, argument)
      return field && !('refused' in field) ? [field.get] : []
    })
    return (detection) => getters.every((get) => isShort(get(detection))) && matches(detection)
  } catch (error) {
    if (error instanceof ConditionError) return error
    throw error
  }
}

type Parts = { readonly parts: number; readonly fields: readonly FieldReference[] }

/** Throws a ConditionError at a pattern. */
function partsOf(expr: Expr): Parts {
  const fields = new Map<string, FieldReference>()
  let parts = 0
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) walk(one)
    if (!isNode(node)) return
    if (node.kind === 'field') fields.set(JSON.stringify([node.name, node.argument]), node)
    if (node.kind === 'check') {
      if (PATTERNS.has(node.operator)) throw patternError(node.operator, node.at)
      parts += node.right?.kind === 'list' && !LOOKED_UP.has(node.operator) ? node.right.items.length : 1
    }
    if (node.kind === 'field' || node.kind === 'call') parts += 1
    for (const one of Object.values(node)) walk(one)
  }
  walk(expr)
  return { parts, fields: [...fields.values()] }
}

function patternError(operator: string, at: Position): ConditionError {
  const hint = 'say it with contains, startswith or endswith, or put the silence into a rule file'
  return new ConditionError(`${operator} is not for a silence that is asked for`, at, { hint })
}

type Node = Expr | FieldReference | { readonly kind: 'call' }

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && 'kind' in node
}

function isShort(value: Value | undefined): boolean {
  if (value === undefined) return true
  const all = isList(value) ? value : [value]
  return all.reduce((sum: number, one) => sum + lengthOf(one), 0) <= MOST_TEXT
}

function lengthOf(value: Scalar): number {
  return typeof value === 'string' || value instanceof Uint8Array ? value.length : 1
}
