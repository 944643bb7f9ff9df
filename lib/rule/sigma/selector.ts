import type { Predicate } from './item.ts'
import { parseText } from './text.ts'
import { compileWildcard } from './wildcard.ts'

/** The search identifiers that `them` or a pattern with `*` stands for. One that begins with `_` is meant only by a pattern that does too. */
export function readSelector(pattern: string, searches: ReadonlyMap<string, Predicate>): readonly Predicate[] {
  const matches = pattern === 'them' ? () => true : compileWildcard(parseText(pattern))
  return [...searches].filter(([name]) => matches(name) && (pattern.startsWith('_') || !name.startsWith('_'))).map(([, holds]) => holds)
}
