import { CodedError } from '../../error.ts'

/** A Sigma rule that cannot be evaluated. `path` leads into the document; `column` (from 1, in UTF-16 units) into the condition that stands there. */
export class SigmaError extends CodedError {
  readonly path: readonly PropertyKey[]
  readonly column: number | undefined

  constructor(message: string, path: readonly PropertyKey[], column?: number) {
    super('invalid_input', message)
    this.name = 'SigmaError'
    this.path = path
    this.column = column
  }
}
