/** What is wrong in a rule file, and where. Lines and columns count from 1. `code` is for scripts; `message` says what was expected. */
export type Problem = {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly severity: 'error' | 'warning'
  readonly code: string
  readonly message: string
}

/** `file:line:column: severity code message`, as compilers print it. */
export function formatProblem({ file, line, column, severity, code, message }: Problem): string {
  return `${file}:${line}:${column}: ${severity} ${code}: ${message}`
}

/** Orders problems as they stand in the files. */
export function byPlace(a: Problem, b: Problem): number {
  return a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1
}
