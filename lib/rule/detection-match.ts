import { compileCondition } from '../condition/compile.ts'
import { ConditionError } from '../condition/error.ts'
import { parseCondition } from '../condition/parse.ts'
import type { Detection } from '../detection/detection.ts'
import { detectionFields } from './detection-fields.ts'

const FIELDS = detectionFields({ strict: true })

/** Compiles a condition over one detection: our names and the agent's. A ConditionError (returned, not thrown) where it is none. */
export function compileDetectionMatch(condition: string): ((detection: Detection) => boolean) | ConditionError {
  try {
    return compileCondition(parseCondition(condition), FIELDS)
  } catch (error) {
    if (error instanceof ConditionError) return error
    throw error
  }
}
