import { SigmaError } from './error.ts'
import type { Predicate } from './item.ts'
import { readSelector } from './selector.ts'

const MAX_DEPTH = 50

/** Reads a condition over search identifiers: `or`, `and`, `not` (the last binds most), brackets, `1 of …`, `any of …`, `all of …`. Words are in
 *  lower case, as in pySigma. SigmaError, with its column, for what is no condition or names what is not there.
 *  Source: Sigma rules specification, "Condition". */
export function compileCondition(text: string, searches: ReadonlyMap<string, Predicate>, path: readonly PropertyKey[]): Predicate {
  const words = tokensOf(text, path)
  let index = 0
  const word = () => words[index]?.text
  const take = (wanted: string) => {
    const found = word() === wanted
    if (found) index += 1
    return found
  }
  const error = (message: string, at = index) => new SigmaError(message, path, words[at]?.column ?? text.length + 1)

  const readOr = (depth: number): Predicate => {
    if (depth > MAX_DEPTH) throw error(`expected at most ${MAX_DEPTH} brackets and nots within each other`)
    const any = [readAnd(depth)]
    while (take('or')) any.push(readAnd(depth))
    return (detection) => any.some((holds) => holds(detection))
  }
  const readAnd = (depth: number): Predicate => {
    const all = [readNot(depth)]
    while (take('and')) all.push(readNot(depth))
    return (detection) => all.every((holds) => holds(detection))
  }
  const readNot = (depth: number): Predicate => {
    if (depth > MAX_DEPTH) throw error(`expected at most ${MAX_DEPTH} brackets and nots within each other`)
    if (!take('not')) return readOperand(depth)
    const holds = readNot(depth + 1)
    return (detection) => !holds(detection)
  }
  const readOperand = (depth: number): Predicate => {
    if (take('(')) {
      const inner = readOr(depth + 1)
      if (!take(')')) throw unexpected('and, or, or a closing bracket')
      return inner
    }
    const name = word()
    if (name === undefined || !IDENTIFIER.test(name) || OPERATORS.has(name)) throw unexpected('a search identifier')
    index += 1
    return take('of') ? readOf(name) : searchNamed(name)
  }
  const readOf = (quantifier: string): Predicate => {
    const pattern = word()
    if (pattern === undefined || !PATTERN.test(pattern)) throw unexpected('them, or a pattern of letters, digits, _ and *')
    if (!QUANTIFIERS.has(quantifier)) throw error(`expected 1, any or all before of, not ${quantifier}`, index - 2)
    index += 1
    const selected = readSelector(pattern, searches)
    if (selected.length === 0) throw error(`no search identifier is named like ${pattern}`, index - 1)
    return quantifier === 'all'
      ? (detection) => selected.every((holds) => holds(detection))
      : (detection) => selected.some((holds) => holds(detection))
  }
  const searchNamed = (name: string): Predicate => {
    const search = searches.get(name)
    if (search) return search
    if (OPERATORS.has(name.toLowerCase())) throw error(`expected a search identifier, found ${name}; write it in lower case`, index - 1)
    throw error(`no search identifier is named ${name}`, index - 1)
  }
  const unexpected = (expected: string): SigmaError => {
    const found = word()
    if (found === 'near') return error('near was removed from Sigma: write a correlation of type temporal')
    const hint =
      found !== undefined && found !== found.toLowerCase() && OPERATORS.has(found.toLowerCase()) ? '; write it in lower case' : ''
    return error(`expected ${expected}, found ${found ?? 'the end'}${hint}`)
  }

  const condition = readOr(0)
  if (index < words.length) throw unexpected('and, or, or the end')
  return condition
}

const IDENTIFIER = /^[A-Za-z0-9_-]+$/
const PATTERN = /^[A-Za-z0-9_*]+$/
const OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'of'])
const QUANTIFIERS: ReadonlySet<string> = new Set(['1', 'any', 'all'])

type Word = { readonly text: string; readonly column: number }

function tokensOf(text: string, path: readonly PropertyKey[]): readonly Word[] {
  const words: Word[] = []
  for (const { 0: word, index } of text.matchAll(/[A-Za-z0-9_*-]+|[^\s]/g)) {
    if (word === '|') throw new SigmaError('aggregations such as | count() were removed from Sigma: write a correlation', path, index + 1)
    words.push({ text: word, column: index + 1 })
  }
  return words
}
