import * as z from 'zod'
import { own } from '../json.ts'
import { TextMap } from '../object.ts'

/** A label selector in an object, as against the text of a query. */
export const Selector = z.looseObject({
  matchLabels: TextMap.optional(),
  matchExpressions: z
    .array(
      z.looseObject({
        key: z.string(),
        operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']),
        values: z.array(z.string()).optional(),
      }),
    )
    .optional(),
})
export type Selector = z.infer<typeof Selector>

type Labels = Readonly<Record<string, string>>
type Requirement = (labels: Labels | undefined) => boolean

/** Whether an object's own selector selects these labels; an empty selector selects everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels | undefined): boolean {
  const equal = Object.entries(matchLabels).every(([key, value]) => own(labels, key) === value)
  return equal && matchExpressions.every(({ key, operator, values = [] }) => requirement(key, operator, values)(labels))
}

/** The `labelSelector` of a query as a predicate, or what is wrong with it, in the API server's words.
 *  Grammar: `key`, `!key`, `=`, `==`, `!=`, `in (…)`, `notin (…)`, `<`, `>`, joined by commas. Source: apimachinery/pkg/labels. */
export function parseLabelSelector(text: string): { readonly matches: Requirement } | { readonly problem: string } {
  const tokens = text.match(/[=!<>]=?|[(),]|[^\s=!<>(),]+/g) ?? []
  const requirements: Requirement[] = []
  let at = 0
  while (at < tokens.length) {
    const parsed = parseRequirement(tokens, at)
    if (typeof parsed === 'string') return { problem: parsed }
    requirements.push(parsed.requirement)
    at = parsed.next
    if (at < tokens.length && tokens[at] !== ',') return { problem: `found '${tokens[at]}', expected: ',' or 'end of string'` }
    at++
    if (at === tokens.length) return { problem: "found '', expected: identifier after ','" }
  }
  return { matches: (labels) => requirements.every((holds) => holds(labels)) }
}

type Parsed = { readonly requirement: Requirement; readonly next: number }

function parseRequirement(tokens: readonly string[], start: number): Parsed | string {
  const negated = tokens[start] === '!'
  const at = negated ? start + 1 : start
  const key = tokens[at] ?? ''
  if (!isWord(key)) return `found '${key}', expected: !, identifier, or 'end of string'`
  const operator = tokens[at + 1] ?? ','
  if (negated) return { requirement: requirement(key, 'DoesNotExist', []), next: at + 1 }
  if (operator === ',') return { requirement: requirement(key, 'Exists', []), next: at + 1 }
  if (operator === 'in' || operator === 'notin') {
    const values = parseValues(tokens, at + 2)
    if (typeof values === 'string') return values
    return { requirement: requirement(key, operator === 'in' ? 'In' : 'NotIn', values.words), next: values.next }
  }
  const value = tokens[at + 2] ?? ''
  const said = isWord(value) ? value : ''
  const next = at + (isWord(value) ? 3 : 2)
  if (operator === '=' || operator === '==') return { requirement: requirement(key, 'In', [said]), next }
  if (operator === '!=') return { requirement: requirement(key, 'NotIn', [said]), next }
  if (operator !== '<' && operator !== '>')
    return `unable to parse requirement: found '${operator}', expected: in, notin, =, ==, !=, gt, lt`
  if (!/^-?\d+$/.test(said)) {
    return `unable to parse requirement: values[0]: Invalid value: "${said}": for 'Gt', 'Lt' operators, the value must be an integer`
  }
  return { requirement: comparison(key, operator, Number(said)), next }
}

function parseValues(tokens: readonly string[], open: number): { readonly words: readonly string[]; readonly next: number } | string {
  if (tokens[open] !== '(') return `unable to parse requirement: found '${tokens[open] ?? ''}' expected: '('`
  const close = tokens.indexOf(')', open)
  if (close < 0) return "unable to parse requirement: found '', expected: ',' or ')'"
  const inside = tokens.slice(open + 1, close)
  const stray = inside.find((token) => token !== ',' && !isWord(token))
  if (stray !== undefined) return `unable to parse requirement: found '${stray}', expected: ',', or identifier`
  return { words: inside.length > 0 ? inside.filter(isWord) : [''], next: close + 1 }
}

const isWord = (token: string) => /^[^\s=!<>(),]+$/.test(token)

function requirement(key: string, operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', values: readonly string[]): Requirement {
  return (labels) => {
    const value = own(labels, key)
    if (operator === 'Exists') return value !== undefined
    if (operator === 'DoesNotExist') return value === undefined
    const listed = value !== undefined && values.includes(value)
    return operator === 'In' ? listed : !listed
  }
}

function comparison(key: string, operator: '<' | '>', bound: number): Requirement {
  return (labels) => {
    const value = own(labels, key)
    if (value === undefined || !/^-?\d+$/.test(value)) return false
    return operator === '<' ? Number(value) < bound : Number(value) > bound
  }
}
