import { TRANSFORMERS } from '../ast.ts'
import { closestName } from '../closest.ts'
import { ConditionError } from '../error.ts'
import { readBracketed } from '../operands.ts'
import type { Scanner } from '../tokens.ts'
import { seesArgument, type TemplateFields } from './longest-field.ts'

const NAME = /[a-zA-Z_][a-zA-Z0-9_]*/y
const PERCENT = 'a percent sign is written %concat("%", "")'

/** Throws the ConditionError for a `%` that neither a field nor a call follows. */
export function refusePlaceholder(scanner: Scanner, { field, fieldNames }: TemplateFields): never {
  const at = scanner.at()
  const name = scanner.takeFieldName()
  if (name !== undefined) {
    const found = field(name, seesArgument(scanner) ? readBracketed(scanner) : undefined)
    if (found !== undefined && 'refused' in found) throw new ConditionError(found.refused, at)
    throw new ConditionError(`no field is named '${name}'`, at, { hint: meant(closestName(name, fieldNames?.() ?? [])) })
  }
  NAME.lastIndex = scanner.offset
  const word = NAME.exec(scanner.text)?.[0]
  const rest = scanner.text.slice(scanner.offset + (word?.length ?? 0))
  if (word === undefined) throw new ConditionError("a field or a transformer call must follow '%'", at, { hint: hintForSign(rest) })
  if (!/^\s*\(/.test(rest)) throw new ConditionError(`'${word}' is no field`, at, { hint: 'a field name has a dot' })
  if (word === 'val') throw new ConditionError("'val' is no transformer of an output", at, { hint: 'write the field alone' })
  const known = TRANSFORMERS.find((transformer) => transformer === word.toLowerCase())
  if (known === word) throw new ConditionError(`no blank stands before the parenthesis of '${word}'`, at)
  throw new ConditionError(`no transformer is named '${word}'`, at, { hint: meant(known ?? closestName(word, TRANSFORMERS)) })
}

function hintForSign(rest: string): string {
  return /^[{(]/.test(rest) ? 'a field is written without brackets around it: %proc.name' : PERCENT
}

function meant(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean ${name}?`
}
