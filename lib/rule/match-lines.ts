import { compileCondition } from '../condition/compile.ts'
import { parseCondition } from '../condition/parse.ts'
import type { Detection, FieldValue } from '../detection/detection.ts'
import { parseJson } from '../detection/json.ts'
import { agentOf, readParsed } from '../detection/read.ts'
import { detectionFields } from './detection-fields.ts'

/** Whether a line of JSON matches the condition; undefined for what is no JSON object. An alert of a known agent has our names and the agent's;
 *  any other object has its own keys, joined by dots. Throws a ConditionError where the condition is none. */
export function lineMatcher(condition: string): (line: string) => boolean | undefined {
  const matches = compileCondition(parseCondition(condition), detectionFields({ strict: false }))
  return (line) => {
    const value = parsed(line)
    return value === undefined ? undefined : matches(subjectOf(value))
  }
}

function parsed(line: string): object | undefined {
  try {
    const value = parseJson(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function subjectOf(value: object): Detection {
  const agent = agentOf(value)
  const reading = agent && readParsed(agent, value, { cluster: '', receivedMs: Date.now() })
  if (reading?.kind === 'detection') return reading.detection
  const fields: Record<string, FieldValue> = {}
  flatten(value, '', fields)
  return { ...NOTHING, fields }
}

const NOTHING: Detection = {
  id: '',
  agent: 'falco',
  rule: '',
  severity: 0,
  priority: '',
  source: '',
  timeNs: '0',
  receivedMs: 0,
  cluster: '',
  message: '',
  tags: [],
  mitre: [],
  fields: {},
}

/** `{"a": {"b": 1}}` → `a.b`: 1; a list of scalars is a list, another its JSON text. */
function flatten(value: object, prefix: string, into: Record<string, FieldValue>): void {
  for (const [key, inner] of Object.entries(value)) {
    const name = prefix === '' ? key : `${prefix}.${key}`
    if (Array.isArray(inner)) into[name] = inner.every(isScalar) ? inner : JSON.stringify(inner)
    else if (typeof inner === 'object' && inner !== null) flatten(inner, name, into)
    else if (isScalar(inner)) into[name] = inner
  }
}

function isScalar(value: unknown): value is string | number | boolean | null {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
