import type { z } from 'zod'
import { closestName } from '../condition/closest.ts'

/** A problem of a value that a schema does not take: where it is, and what to do about it. */
export type IssueWords = { readonly path: readonly PropertyKey[]; readonly message: string }

/** zod's issues for whoever writes rule files: an unknown key stands at its own place, with the known one that is nearest; what is missing is said to be; of a union,
 *  what is wrong with the shape that comes nearest. */
export function issueWords(schema: z.ZodType, issues: readonly z.core.$ZodIssue[]): readonly IssueWords[] {
  return issues.flatMap((issue) => wordsOf(schema, issue))
}

function wordsOf(schema: z.ZodType, issue: z.core.$ZodIssue): readonly IssueWords[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(schema, path)
    return issue.keys.map((key) => {
      const meant = closestName(key, known)
      const hint = meant !== undefined ? `; did you mean ${meant}?` : known.length > 0 ? `; expected one of ${known.join(', ')}` : ''
      return said([...path, key], `Unrecognized key: "${key}"${hint}`, path)
    })
  }
  if (issue.code === 'invalid_union') {
    const nearest = issue.errors.toSorted((a, b) => deepest(b) - deepest(a) || a.length - b.length)[0] ?? []
    const inner = nearest.map((one) => ({ ...one, path: [...path, ...one.path] }))
    if (inner.length > 0 && issue.message === 'Invalid input') return inner.flatMap((one) => wordsOf(schema, one as z.core.$ZodIssue))
  }
  if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input: ')) {
    const isMissing = issue.message.endsWith('received undefined')
    const hint = issue.expected === 'array' ? ' (a list: each element begins with “- ”)' : ''
    const words = issue.message.replace('Invalid input: ', '').replace(', received undefined', '')
    return [said(path, `${isMissing ? 'missing; ' : ''}${words}${hint}`)]
  }
  if (issue.code === 'invalid_value' && issue.message.startsWith('Invalid ')) return [said(path, `expected ${valuesOf(issue.values)}`)]
  return [said(path, issue.message)]
}

function said(path: readonly PropertyKey[], message: string, named = path): IssueWords {
  return { path, message: named.length > 0 ? `${named.join('.')}: ${message}` : message }
}

function valuesOf(values: readonly unknown[]): string {
  return `${values.length > 1 ? 'one of ' : ''}${values.map(String).join(', ')}`
}

function deepest(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length))
}

/** The keys that the schema knows where the path leads; none where that cannot be told. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  let all = objectsIn(schema)
  for (const step of path) all = all.flatMap((one) => inside(one, step))
  return [...new Set(all.flatMap((one) => Object.keys(one.shape ?? {})))]
}

/** As much of a zod schema as is looked at. Source: zod 4, `def`. */
type Definition = {
  readonly shape?: Readonly<Record<string, unknown>>
  readonly element?: unknown
  readonly innerType?: unknown
  readonly in?: unknown
  readonly options?: readonly unknown[]
  readonly valueType?: unknown
}

function definitionOf(schema: unknown): Definition {
  return typeof schema === 'object' && schema !== null && 'def' in schema ? (schema.def as Definition) : {}
}

/** The objects, lists and records that a schema may be, without what is wrapped around them. */
function objectsIn(schema: unknown): readonly Definition[] {
  const definition = definitionOf(schema)
  const { innerType, in: input, options } = definition
  if (options) return options.flatMap(objectsIn)
  if (innerType !== undefined) return objectsIn(innerType)
  return input === undefined ? [definition] : objectsIn(input)
}

function inside({ shape, element, valueType }: Definition, step: PropertyKey): readonly Definition[] {
  const next = shape && Object.hasOwn(shape, step) ? shape[String(step)] : (element ?? valueType)
  return next === undefined ? [] : objectsIn(next)
}
