import { CodedError } from '../error.ts'

/** A place in a condition's text: `offset` counts UTF-16 units from 0, `line` and `column` from 1 (a line ends at LF, CR or CRLF). */
export type Position = { readonly offset: number; readonly line: number; readonly column: number }

/** A condition that cannot be read or compiled, and where. `hint` is a correction, and also the end of the message.
 *  `macro` names the macro whose text the position is in, when it is not the condition's own. */
export class ConditionError extends CodedError {
  readonly problem: string
  readonly offset: number
  readonly line: number
  readonly column: number
  readonly hint: string | undefined
  readonly macro: string | undefined

  constructor(problem: string, at: Position, { hint, macro }: { hint?: string | undefined; macro?: string | undefined } = {}) {
    super('invalid_input', hint === undefined ? problem : `${problem}; ${hint}`)
    this.name = 'ConditionError'
    this.problem = problem
    this.offset = at.offset
    this.line = at.line
    this.column = at.column
    this.hint = hint
    this.macro = macro
  }

  inMacro(macro: string): ConditionError {
    return new ConditionError(this.problem, this, { hint: this.hint, macro })
  }
}

/** A function from an offset in `text` to its position. */
export function locate(text: string): (offset: number) => Position {
  const starts = [0]
  for (const { index, 0: end } of text.matchAll(/\r\n|\r|\n/g)) starts.push(index + end.length)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { offset, line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}
