import { Scan } from './scan.ts'
import { SECRET_SHAPES } from './secrets.ts'

/** How much was left out, by its kind. */
export type Counts = Map<string, number>

const OPENING = '«redacted: '

/** What stands in place of a secret, such as «redacted: jwt». Counts it. */
export function mark(kind: string, counts: Counts): string {
  counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return `${OPENING}${kind}»`
}

/** The text without what looks like a secret. A text that has been through here stays as it is. In time linear in its length, whoever wrote it;
 *  `steps`: how many characters were looked at, those of the search for literals not counted. Never throws. */
export function redactText(text: string, counts: Counts): { readonly text: string; readonly steps: number } {
  const scan = new Scan(text)
  const literals = new RegExp(LITERALS, 'gi')
  let result = ''
  let at = 0
  for (let match = literals.exec(text); match; match = literals.exec(text)) {
    const end = match.index + match[0].length
    const found = SHAPE_OF.get(match[0].toLowerCase())?.find(scan, match.index, end)
    if (!found || found.to <= at || text.startsWith(OPENING, found.from)) continue
    result += text.slice(at, Math.max(at, Math.min(end, found.from)))
    if (found.from > end) {
      // Between a name's beginning and its value there may be another secret; it is no longer than a name
      const between = redactText(text.slice(end, found.from), counts)
      result += between.text
      scan.steps += between.steps
    }
    result += mark(found.kind, counts)
    at = found.to
    scan.start = at
    literals.lastIndex = Math.max(end, at)
  }
  return { text: result + text.slice(at), steps: scan.steps }
}

const SHAPE_OF = new Map(SECRET_SHAPES.flatMap((shape) => shape.literals.map((literal) => [literal, shape] as const)))
/** A choice of literals, without any repetition: a place in the text costs no more than they are long. The longest first. */
export const LITERALS = [...SHAPE_OF.keys()]
  .sort((a, b) => b.length - a.length)
  .map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  .join('|')
