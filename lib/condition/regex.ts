import { RE2JS, RE2JSException } from 're2js'
import type { Literal } from './ast.ts'
import { textConstant } from './compare/constant.ts'
import { ConditionError } from './error.ts'
import { PosixSyntaxError, translatePosix } from './posix.ts'

/** A matcher of whole values by a regular expression in RE2's POSIX syntax, in time linear in the value's length.
 *  ConditionError for what that syntax does not have: `\d \w \s \b`, `(?…)`, back references. */
export function compileRegex(pattern: Literal): (value: string) => boolean {
  const text = textConstant(pattern)
  try {
    const regex = RE2JS.compile(translatePosix(text))
    return (value) => regex.testExact(value)
  } catch (error) {
    if (error instanceof PosixSyntaxError) {
      throw new ConditionError(`invalid regex pattern: ${error.message}`, pattern.at, { hint: error.hint })
    }
    if (error instanceof RE2JSException) throw new ConditionError(`invalid regex pattern: ${error.message}`, pattern.at)
    throw error
  }
}
