import type { Expr } from '../../condition/ast.ts'

/** A rule as it stands when all files are read: lists, macros and exceptions are in its condition. */
export type FalcoRule = {
  readonly name: string
  /** The kind of event it reads: `syscall`, `k8s_audit`, … */
  readonly source: string
  readonly description: string
  readonly priority: Priority
  /** Sorted, each once. */
  readonly tags: readonly string[]
  readonly enabled: boolean
  /** Places in it are in the text it was read from, which for a part from a macro is the macro's. */
  readonly condition: Expr
  /** The template, without blanks around it. */
  readonly output: string
  readonly exceptions: readonly RuleException[]
  /** Where the rule was last defined as a whole. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** What an exception compares and how; its values are in the rule's condition. */
export type RuleException = {
  readonly name: string
  readonly fields: readonly string[]
  readonly comps: readonly string[]
  readonly valueCount: number
}

/** From the most severe to the least. */
export const PRIORITIES = ['Emergency', 'Alert', 'Critical', 'Error', 'Warning', 'Notice', 'Informational', 'Debug'] as const
export type Priority = (typeof PRIORITIES)[number]

/** A priority in any case; `info` is short for Informational. Undefined for any other word. */
export function parsePriority(text: string): Priority | undefined {
  const word = text.toLowerCase()
  return word === 'info' ? 'Informational' : PRIORITIES.find((priority) => priority.toLowerCase() === word)
}

export function isAtLeast(priority: Priority, minimum: Priority): boolean {
  return PRIORITIES.indexOf(priority) <= PRIORITIES.indexOf(minimum)
}
