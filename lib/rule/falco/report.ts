import { CodedError } from '../../error.ts'
import type { Problem } from '../problem.ts'
import type { Place } from '../yaml-file.ts'

/** Falco's own names for what is wrong with a file of rules. */
export type ErrorName =
  | 'LOAD_ERR_YAML_PARSE'
  | 'LOAD_ERR_YAML_VALIDATE'
  | 'LOAD_ERR_COMPILE_CONDITION'
  | 'LOAD_ERR_COMPILE_OUTPUT'
  | 'LOAD_ERR_VALIDATE'
export type WarningName =
  | 'LOAD_UNKNOWN_SOURCE'
  | 'LOAD_UNSAFE_NA_CHECK'
  | 'LOAD_UNKNOWN_FILTER'
  | 'LOAD_UNUSED_MACRO'
  | 'LOAD_UNUSED_LIST'
  | 'LOAD_UNKNOWN_ITEM'
  | 'LOAD_DEPRECATED_ITEM'
  | 'LOAD_APPEND_NO_VALUES'
  | 'LOAD_EXCEPTION_NAME_NOT_UNIQUE'
  | 'LOAD_INVALID_MACRO_NAME'
  | 'LOAD_INVALID_LIST_NAME'
  | 'LOAD_COMPILE_CONDITION'
  | 'LOAD_UNKNOWN_KEY'

export type FilePlace = Place & { readonly file: string }

/** What ends the reading of one item; where `fatal`, of everything. */
export class LoadError extends CodedError {
  readonly problem: ErrorName
  readonly at: FilePlace
  readonly fatal: boolean

  constructor(problem: ErrorName, message: string, at: FilePlace, { fatal = false }: { fatal?: boolean } = {}) {
    super('invalid_input', message)
    this.name = 'LoadError'
    this.problem = problem
    this.at = at
    this.fatal = fatal
  }
}

/** What is given up because of a fault that has been reported where it is. */
export class AlreadyReported extends Error {}

const MOST_PROBLEMS = 1000

/** The problems found so far, in order, each once: files are compiled again with every file that follows. */
export class Report {
  readonly problems: Problem[] = []
  readonly #seen = new Set<string>()

  /** Whether there is an error. */
  get failed(): boolean {
    return this.problems.some(({ severity }) => severity === 'error')
  }

  error(code: ErrorName, message: string, at: FilePlace): void {
    this.#add('error', code, message, at)
  }

  /** Reports what ended everything. */
  stop({ problem, message, at }: LoadError): void {
    this.problems.push({ file: at.file, line: at.line, column: at.column, severity: 'error', code: problem, message })
  }

  warning(code: WarningName, message: string, at: FilePlace): void {
    this.#add('warning', code, message, at)
  }

  /** Runs `act`; what it throws is reported, unless that has been done, and gives undefined. What is fatal goes on. */
  attempt<T>(act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      if (error instanceof AlreadyReported) return undefined
      if (!(error instanceof LoadError) || error.fatal) throw error
      this.error(error.problem, error.message, error.at)
      return undefined
    }
  }

  #add(severity: Problem['severity'], code: string, message: string, { file, line, column }: FilePlace): void {
    const key = `${file}:${line}:${column}:${code}:${message}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    if (severity === 'warning' && this.problems.length >= MOST_PROBLEMS) return
    if (this.problems.length >= MOST_PROBLEMS) {
      throw new LoadError('LOAD_ERR_VALIDATE', 'too many problems: the rest was not read', { file, line, column }, { fatal: true })
    }
    this.problems.push({ file, line, column, severity, code, message })
  }
}
