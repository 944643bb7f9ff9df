import { CodedError } from '../error.ts'
import type { Term } from './criterion.ts'

/** A condition's text that cannot be read. `column` counts from 1. */
export class TextError extends CodedError {
  readonly column: number
  constructor(message: string, column: number) {
    super('invalid_input', message)
    this.name = 'TextError'
    this.column = column
  }
}

export type Expression =
  | { readonly kind: 'rule'; readonly name: string; readonly column: number }
  | { readonly kind: 'not'; readonly item: Expression }
  | { readonly kind: 'and' | 'or'; readonly items: readonly Expression[] }

type Token = { readonly text: string; readonly word: 'and' | 'or' | 'not' | '(' | ')' | 'rule' | 'end'; readonly column: number }

const TOKEN = /\s*(?:([()])|"([^"]*)"|'([^']*)'|([\p{L}\p{N}_][\p{L}\p{N}_.-]*)|(\S))/uy
const MAX_DEPTH = 50
const MAX_TERMS = 64

/** Reads a text such as `a and (b or c) and not d`: `not` before `and` before `or`, in any case. A rule's name with spaces stands in quotes.
 *  Throws TextError. Source: Sigma's draft of extended correlation conditions (2.2), and what pySigma 2.0 reads. */
export function parseText(text: string): Expression {
  const tokens = tokensOf(text)
  let at = 0
  const peek = (): Token => tokens[at] ?? { text: '', word: 'end', column: text.length + 1 }
  const take = (): Token => {
    const token = peek()
    at += 1
    return token
  }
  const joined = (word: 'and' | 'or', inner: (depth: number) => Expression, depth: number): Expression => {
    const items = [inner(depth)]
    while (peek().word === word) {
      take()
      items.push(inner(depth))
    }
    const [only] = items
    return only && items.length === 1 ? only : { kind: word, items }
  }
  const or = (depth: number): Expression => joined('or', and, depth)
  const and = (depth: number): Expression => joined('and', not, depth)
  const not = (depth: number): Expression => {
    const token = take()
    if (depth > MAX_DEPTH) throw new TextError(`nested deeper than ${MAX_DEPTH}`, token.column)
    if (token.word === 'not') return { kind: 'not', item: not(depth + 1) }
    if (token.word === 'rule') return { kind: 'rule', name: token.text, column: token.column }
    if (token.word !== '(') throw new TextError(`expected a rule's name, not or (, found ${found(token)}`, token.column)
    const inner = or(depth + 1)
    const closing = take()
    if (closing.word !== ')') throw new TextError(`expected ), found ${found(closing)}`, closing.column)
    return inner
  }
  const expression = or(0)
  const rest = peek()
  if (rest.word !== 'end') throw new TextError(`expected and, or, or the end, found ${found(rest)}`, rest.column)
  return expression
}

/** The rules that are named, each once, in the order of their first mention. */
export function rulesNamed(expression: Expression): readonly string[] {
  const names = (one: Expression): readonly string[] => {
    if (one.kind === 'rule') return [one.name]
    return one.kind === 'not' ? names(one.item) : one.items.flatMap(names)
  }
  return [...new Set(names(expression))]
}

type Literals = ReadonlyMap<string, boolean>

/** The ways in which the text comes true: for each, what must happen and what must not, in the order of `rules`. Throws TextError where one
 *  way asks for nothing to happen, or there are more than 64. */
export function termsOf(expression: Expression, rules: readonly string[]): readonly Term[] {
  const ways = waysOf(expression, true)
  if (ways.length === 0) throw new TextError('it can never come true', 1)
  return ways.map((literals) => {
    const all = rules.filter((rule) => literals.get(rule) === true)
    if (all.length === 0) {
      const unwanted = [...literals.keys()].map((rule) => `not ${rule}`).join(' and ')
      throw new TextError(`"${unwanted}" alone would make it true: name a rule that has to happen`, 1)
    }
    const none = rules.flatMap((rule, at) => {
      if (literals.get(rule) !== false) return []
      return [{ rule, after: rules.slice(0, at).filter((earlier) => all.includes(earlier)).length }]
    })
    return { all, none }
  })
}

/** Disjunctive normal form, without the ways that contradict themselves. */
function waysOf(expression: Expression, wanted: boolean): readonly Literals[] {
  if (expression.kind === 'rule') return [new Map([[expression.name, wanted]])]
  if (expression.kind === 'not') return waysOf(expression.item, !wanted)
  const parts = expression.items.map((item) => waysOf(item, wanted))
  if ((expression.kind === 'or') === wanted) return limited(parts.flat())
  return parts.reduce((ways, part) => limited(ways.flatMap((way) => part.flatMap((other) => together(way, other) ?? []))))
}

function together(a: Literals, b: Literals): Literals | undefined {
  const contradicts = [...b].some(([rule, wanted]) => a.has(rule) && a.get(rule) !== wanted)
  return contradicts ? undefined : new Map([...a, ...b])
}

function limited(ways: readonly Literals[]): readonly Literals[] {
  const different = new Map(ways.map((way) => [JSON.stringify([...way].sort()), way]))
  if (different.size > MAX_TERMS) throw new TextError(`it can come true in more than ${MAX_TERMS} ways: make two correlations of it`, 1)
  return [...different.values()]
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const [, bracket, double, single, word, other] = match
    const raw = bracket ?? double ?? single ?? word ?? other ?? ''
    const quoted = double !== undefined || single !== undefined
    const column = TOKEN.lastIndex - raw.length - (quoted ? 1 : 0) + (quoted ? 0 : 1)
    if (other !== undefined) throw new TextError(`"${other}" does not belong here; a name with other signs stands in quotes`, column)
    const keyword = (['and', 'or', 'not'] as const).find((one) => one === word?.toLowerCase())
    tokens.push({ text: raw, word: bracket === '(' || bracket === ')' ? bracket : (keyword ?? 'rule'), column })
  }
  return tokens
}

function found({ word, text }: Token): string {
  return word === 'end' ? 'the end' : `"${text}"`
}
