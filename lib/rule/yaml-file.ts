import { isMap, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml'
import type { z } from 'zod'
import { messageOf } from '../error.ts'
import { issueWords } from './issue-words.ts'
import type { Problem } from './problem.ts'

/** One item of a rule file (an element of the list, or a whole document), with a way back to its place in the text. */
export type RuleItem = {
  readonly file: string
  readonly value: unknown
  /** An element of a list, not a document of its own. */
  readonly inList: boolean
  /** Where the path leads: a key's own place where it ends at a key. */
  readonly at: (path: readonly PropertyKey[]) => Place
  /** A place within the text that stands there (from 1:1), such as an error in a condition. */
  readonly within: (path: readonly PropertyKey[], inner: Place) => Place
}
export type Place = { readonly line: number; readonly column: number }

/** Splits a YAML rule file into its items: documents that are lists give their elements, others are one item each; null ones are skipped.
 *  Never throws: what is not YAML is a problem. */
export function readRuleFile(file: string, text: string): { readonly items: readonly RuleItem[]; readonly problems: readonly Problem[] } {
  const lines = new LineCounter()
  const items: RuleItem[] = []
  const problems: Problem[] = []
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  for (const document of parseAllDocuments(text, { lineCounter: lines, prettyErrors: false })) {
    for (const error of document.errors) {
      problems.push({ file, ...place(error.pos[0]), severity: 'error', code: 'LOAD_ERR_YAML_PARSE', message: error.message })
    }
    if (document.errors.length > 0 || !document.contents) continue
    const inList = isSeq(document.contents)
    const nodes = isSeq(document.contents) ? (document.contents.items as Node[]) : [document.contents]
    for (const node of nodes) {
      const at: RuleItem['at'] = (path) => place(offsetOf(node, path))
      try {
        const value = node.toJS(document, { maxAliasCount: 100 })
        if (value !== null)
          items.push({ file, value, inList, at, within: (path, inner) => placeWithin(node, path, { inner, place, text }) })
      } catch (error) {
        problems.push({ file, ...at([]), severity: 'error', code: 'LOAD_ERR_YAML_PARSE', message: messageOf(error) })
      }
    }
  }
  return { items, problems }
}

/** The item read by its schema, or the problems in it, each at its place. */
export function parseItem<T>(item: RuleItem, schema: z.ZodType<T>): { readonly value: T } | { readonly problems: readonly Problem[] } {
  const parsed = schema.safeParse(item.value)
  if (parsed.success) return { value: parsed.data }
  const words = issueWords(schema, parsed.error.issues)
  return { problems: words.map(({ path, message }) => problemAt(item, path, 'invalid_rule', message)) }
}

export function problemAt(item: RuleItem, path: readonly PropertyKey[], code: string, message: string): Problem {
  return { file: item.file, ...item.at(path), severity: 'error', code, message }
}

/** Where the deepest node on the path begins; a key's own place where the path ends at a key. */
function offsetOf(root: Node, path: readonly PropertyKey[]): number {
  let node: Node = root
  let offset = root.range?.[0] ?? 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => (key as { value?: unknown } | null)?.value === step)
      if (!pair) break
      offset = (pair.key as Node).range?.[0] ?? offset
      if (!pair.value) break
      node = pair.value as Node
    } else if (isSeq(node)) {
      const element = node.items[Number(step)] as Node | undefined
      if (!element) break
      offset = element.range?.[0] ?? offset
      node = element
    } else break
  }
  return offset
}

type Within = { readonly inner: Place; readonly place: (offset: number) => Place; readonly text: string }

/** In a text on one line the place is exact. In one that YAML folds or indents it is the line; the column counts from the text's own margin. */
function placeWithin(root: Node, path: readonly PropertyKey[], { inner, place, text }: Within): Place {
  const node = isMap(root) || isSeq(root) ? (root.getIn(path, true) as Node | undefined) : undefined
  const [start, end] = node?.range ?? [offsetOf(root, path), 0]
  const at = place(start)
  const isBlock = text[start] === '|' || text[start] === '>'
  if (!isBlock && !text.slice(start, end).includes('\n')) {
    const quote = text[start] === '"' || text[start] === "'" ? 1 : 0
    return { line: at.line, column: at.column + quote + inner.column - 1 }
  }
  return { line: at.line + inner.line - (isBlock ? 0 : 1), column: inner.column }
}
