import type { Detection } from '../../detection/detection.ts'
import { contentOf } from './content.ts'
import { SigmaError } from './error.ts'
import { sigmaField } from './field.ts'
import { wordsOf } from './keyword.ts'
import { compileValue } from './matcher.ts'
import { MODIFIERS } from './modifiers.ts'
import { opened } from './text.ts'
import { readValue, type SigmaValue } from './value.ts'

export type Predicate = (detection: Detection) => boolean

/** One item of a selection: `field|modifier|…` and its value or values, of which any is enough, or with `all` each must match. Without a
 *  field the values are keywords, looked for in all that the detection says. SigmaError for what cannot be evaluated. */
export function compileItem(key: string, value: unknown, path: readonly PropertyKey[]): Predicate {
  const [field = '', ...names] = key.split('|')
  const listed = Array.isArray(value)
  const scalars: readonly unknown[] = listed ? value : [value]
  if (scalars.length === 0)
    throw new SigmaError('expected a value: an empty list matches nothing (null matches a field that is absent)', path)
  const matchers = scalars.map((scalar, index) => {
    const place = listed ? [...path, index] : path
    const modified = modify(readScalar(scalar, names, place), names, { hasField: field !== '', path: place })
    return compileValue(field === '' ? keyword(modified, names, place) : modified, place)
  })
  const link = names.includes('all') ? 'every' : 'some'
  const expected = !names.includes('neq')
  return (detection) => {
    const content = field === '' ? wordsOf(detection) : contentOf(sigmaField(detection, field))
    return matchers[link]((matches) => matches(content, detection)) === expected
  }
}

function readScalar(scalar: unknown, names: readonly string[], path: readonly PropertyKey[]): SigmaValue {
  const value = readValue(scalar, { raw: names.includes('re') })
  if (!value) throw new SigmaError('expected a text, a number, true, false or null', path)
  if (value.kind === 'number' && Number.isInteger(value.value) && !Number.isSafeInteger(value.value)) {
    throw new SigmaError('an integer beyond 2^53 is not exact here: write it in quotes', path)
  }
  return value
}

type Place = { readonly hasField: boolean; readonly path: readonly PropertyKey[] }

function modify(value: SigmaValue, names: readonly string[], { hasField, path }: Place): SigmaValue {
  let modified = value
  for (const [index, name] of names.entries()) {
    if (name === 'all' || name === 'neq') continue
    const modifier = MODIFIERS.get(name)
    if (!modifier) throw new SigmaError(`unknown modifier: ${name}`, path)
    modified = modifier(modified, { name, before: names.slice(0, index), hasField, path })
  }
  return modified
}

/** A keyword is looked for anywhere, unless it says where. */
function keyword(value: SigmaValue, names: readonly string[], path: readonly PropertyKey[]): SigmaValue {
  switch (value.kind) {
    case 'text': {
      if (value.parts.every((part) => typeof part !== 'string'))
        throw new SigmaError('expected a keyword: this would match everything', path)
      if (names.includes('startswith') || names.includes('endswith')) return value
      return { ...value, parts: opened(value.parts, { before: true, after: true }) }
    }
    case 'number':
      return keyword({ kind: 'text', parts: [String(value.value)], cased: false }, names, path)
    case 'oneOf':
      return { kind: 'oneOf', values: value.values.map((one) => keyword(one, names, path)) }
    case 'regex':
    case 'cidr':
      return value
    default:
      throw new SigmaError('expected a text or a number: anything else needs a field', path)
  }
}
