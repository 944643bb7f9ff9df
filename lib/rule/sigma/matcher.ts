import type { Detection } from '../../detection/detection.ts'
import type { Atom, Content } from './content.ts'
import { SigmaError } from './error.ts'
import { fold } from './fold.ts'
import { COMPARISONS, numericOf, sameNumber } from './number.ts'
import { compileReference } from './reference.ts'
import { compileSearch } from './regex.ts'
import { timePart } from './time.ts'
import type { Regex, SigmaValue, Text } from './value.ts'
import { compileWildcard } from './wildcard.ts'

/** Whether what a field holds is what a rule's value says. Of a list, one element is enough. Never throws. */
export type Matcher = (content: Content, detection: Detection) => boolean

/** SigmaError for a regular expression that is none. */
export function compileValue(value: SigmaValue, path: readonly PropertyKey[]): Matcher {
  switch (value.kind) {
    case 'null':
      return ({ empty }) => empty
    case 'exists':
      return ({ present }) => present === value.value
    case 'boolean':
      return any(({ folded }) => folded === String(value.value))
    case 'number':
      return any((atom) => sameNumber(numericOf(atom.value), value.value))
    case 'text':
      return compileText(value)
    case 'regex':
      return compileRegex(value, path)
    case 'cidr':
      return any(({ text }) => value.contains(text))
    case 'time':
      return any(({ text }) => timePart(text, value.unit) === value.value)
    case 'compare': {
      const holds = COMPARISONS[value.comparison]
      return any((atom) => {
        const number = value.unit === undefined ? numericOf(atom.value) : timePart(atom.text, value.unit)
        return number !== undefined && holds(number, value.bound)
      })
    }
    case 'reference':
      return compileReference(value)
    case 'oneOf': {
      const matchers = value.values.map((one) => compileValue(one, path))
      return (content, detection) => matchers.some((matches) => matches(content, detection))
    }
  }
}

function any(test: (atom: Atom) => boolean): Matcher {
  return ({ atoms }) => atoms.some(test)
}

function compileText({ parts, cased }: Text): Matcher {
  const matches = compileWildcard(cased ? parts : parts.map((part) => (typeof part === 'string' ? fold(part) : part)))
  return any(cased ? ({ text }) => matches(text) : ({ folded }) => matches(folded))
}

function compileRegex({ pattern, ...options }: Regex, path: readonly PropertyKey[]): Matcher {
  const search = compileSearch(pattern, options)
  if ('invalid' in search) throw new SigmaError(`invalid regular expression: ${search.invalid}`, path)
  return any(({ text }) => search.found(text))
}
