import type { Call, FieldReference } from '../ast.ts'
import { ConditionError, type Position } from '../error.ts'
import { readCall } from '../operands.ts'
import { Scanner } from '../tokens.ts'
import { readLongestField, type TemplateFields } from './longest-field.ts'
import { refusePlaceholder } from './refuse.ts'

/** An output template: plain text, and what is put in its place for each event. */
export type Template = { readonly parts: readonly (string | Placeholder)[]; readonly warnings: readonly OutputWarning[] }

/** `width` is in bytes; 0 leaves the text as long as it is. */
export type Placeholder = { readonly width: number; readonly operand: FieldReference | Call }

/** Something that is valid and probably not what was meant. */
export type OutputWarning = { readonly problem: string; readonly at: Position }

const MAX_DEPTH = 1000
const MAX_WIDTH = 65_535
const WIDTH = /[0-9]+/y
const DEPRECATED = 'container.info'

/** Parses an output template of Falco: `%`, an optional width, and a field or a transformer call; of a field name the longest
 *  beginning that is a field, and the rest is text. ConditionError for an empty template and for any other `%`. */
export function parseTemplate(text: string, fields: TemplateFields): Template {
  const scanner = new Scanner(text, MAX_DEPTH)
  if (scanner.ended()) throw new ConditionError('the output is empty', scanner.at())
  const parts: (string | Placeholder)[] = []
  const warnings: OutputWarning[] = []
  while (!scanner.ended()) {
    const at = scanner.at()
    if (!scanner.take('%')) parts.push(takeText(scanner))
    else if (scanner.take(DEPRECATED)) warnings.push({ problem: `%${DEPRECATED} is deprecated and prints nothing`, at })
    else parts.push(readPlaceholder(scanner, fields, warnings))
  }
  return { parts, warnings }
}

function takeText(scanner: Scanner): string {
  const start = scanner.offset
  const percent = scanner.text.indexOf('%', start)
  scanner.offset = percent < 0 ? scanner.text.length : percent
  return scanner.text.slice(start, scanner.offset)
}

function readPlaceholder(scanner: Scanner, fields: TemplateFields, warnings: OutputWarning[]): Placeholder {
  const width = readWidth(scanner)
  const at = scanner.at()
  const call = readCall(scanner)
  if (call !== undefined) return { width, operand: call }
  const found = readLongestField(scanner, fields)
  if (found === undefined) return refusePlaceholder(scanner, fields)
  if (found.rest !== '') warnings.push({ problem: `'${found.name}' is the field, '${found.rest}' after it is text`, at })
  return { width, operand: found.reference }
}

function readWidth(scanner: Scanner): number {
  WIDTH.lastIndex = scanner.offset
  const digits = WIDTH.exec(scanner.text)?.[0] ?? ''
  const width = Number(digits)
  if (width > MAX_WIDTH) throw new ConditionError(`a width is at most ${MAX_WIDTH}`, scanner.at())
  scanner.offset += digits.length
  return width
}
