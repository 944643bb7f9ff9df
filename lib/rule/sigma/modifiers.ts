import { compileCidr } from './cidr.ts'
import { base64Offsets, dashVariants, toUtf16, type Utf16, utf16Of } from './encode.ts'
import { type Context, firstModifier, type Modifier, modifierOf, refusal } from './modifier.ts'
import { type Comparison, numericOf } from './number.ts'
import { opened, plainText } from './text.ts'
import { TIME_UNITS, type TimeUnit } from './time.ts'
import type { RegexFlag, SigmaValue, Text, Where } from './value.ts'

/** The modifiers of single values by name; `all` and `neq` are of the whole list. Source: Sigma modifiers appendix 2.1.0, and pySigma's
 *  long names of the flags. */
export const MODIFIERS: ReadonlyMap<string, Modifier> = new Map([
  ['contains', placed('anywhere')],
  ['startswith', placed('start')],
  ['endswith', placed('end')],
  ['cased', modifierOf({ text: (text) => ({ ...text, cased: true }) })],
  ['exists', firstModifier({ boolean: readExists })],
  ['re', firstModifier({ text: ({ parts }) => ({ kind: 'regex', pattern: parts.join(''), flags: new Set(), where: 'anywhere' }) })],
  ...['i', 'ignorecase'].map((name) => [name, flag('i')] as const),
  ...['m', 'multiline'].map((name) => [name, flag('m')] as const),
  ...['s', 'dotall'].map((name) => [name, flag('s')] as const),
  ['base64', modifierOf({ text: (text, context) => encoded(text, bytesOf(text, context).toString('base64')) })],
  ['base64offset', modifierOf({ text: readBase64Offset })],
  ...(['utf16le', 'utf16be', 'utf16'] as const).map((name) => [name, utf16(name)] as const),
  ['wide', utf16('utf16le')],
  ['windash', modifierOf({ text: readWindash })],
  ['cidr', firstModifier({ text: readCidr })],
  ...(['lt', 'lte', 'gt', 'gte'] as const).map((name) => [name, comparison(name)] as const),
  [
    'fieldref',
    modifierOf({ text: (text, context) => ({ kind: 'reference', field: plainOf(text, context), cased: text.cased, where: 'whole' }) }),
  ],
  ['expand', refuseExpand],
  ...TIME_UNITS.map((unit) => [unit, time(unit)] as const),
])

function placed(where: Exclude<Where, 'whole'>): Modifier {
  const sides = { before: where !== 'start', after: where !== 'end' }
  return modifierOf({
    text: ({ parts, cased }) => ({ kind: 'text', parts: opened(parts, sides), cased }),
    regex: (regex) => ({ ...regex, where }),
    reference: (reference) => ({ ...reference, where: reference.where === 'whole' || reference.where === where ? where : 'anywhere' }),
  })
}

function readExists({ value }: { readonly value: boolean }, context: Context): SigmaValue {
  if (!context.hasField) throw refusal(context, 'needs a field')
  return { kind: 'exists', value }
}

function flag(letter: RegexFlag): Modifier {
  return modifierOf({ regex: (regex) => ({ ...regex, flags: new Set([...regex.flags, letter]) }) })
}

function encoded(text: Text, encoding: string): SigmaValue {
  return { kind: 'text', parts: [encoding], cased: text.cased }
}

function readBase64Offset(text: Text, context: Context): SigmaValue {
  const variants = base64Offsets(bytesOf(text, context))
  if (!variants) throw refusal(context, 'needs a longer text: nothing of this one is the same at every offset')
  return { kind: 'oneOf', values: variants.map((variant) => encoded(text, variant)) }
}

function utf16(encoding: Utf16): Modifier {
  return modifierOf({
    text: (text, context) => {
      const parts = toUtf16(text.parts, encoding)
      if (!parts) throw refusal(context, 'goes with ASCII texts alone')
      const bytes = utf16Of(text.parts, encoding)
      return { kind: 'text', parts, cased: text.cased, ...(bytes && { bytes }) }
    },
  })
}

function readWindash(text: Text, context: Context): SigmaValue {
  const variants = dashVariants(text.parts)
  if (!variants) throw refusal(context, 'goes with at most three dashes a text: split it into several')
  return { kind: 'oneOf', values: variants.map((parts) => ({ kind: 'text', parts, cased: text.cased })) }
}

function readCidr(text: Text, context: Context): SigmaValue {
  const contains = compileCidr(plainText(text.parts) ?? '')
  if (!contains) throw refusal(context, 'goes with a network without host bits, such as 10.0.0.0/8 or fd00::/8')
  return { kind: 'cidr', contains }
}

function comparison(name: Comparison): Modifier {
  return modifierOf({
    number: ({ value }) => ({ kind: 'compare', comparison: name, bound: value, unit: undefined }),
    time: ({ value, unit }) => ({ kind: 'compare', comparison: name, bound: value, unit }),
    text: (text, context) => {
      const bound = numericOf(plainText(text.parts) ?? '')
      if (typeof bound !== 'bigint') throw refusal(context, 'goes with a number without quotes (only integers beyond 2^53 have some)')
      return { kind: 'compare', comparison: name, bound, unit: undefined }
    },
  })
}

function refuseExpand(_value: SigmaValue, context: Context): SigmaValue {
  throw refusal(context, 'is not supported: there are no placeholders here, write the values')
}

function time(unit: TimeUnit): Modifier {
  return modifierOf({
    number: ({ value }, context) => {
      if (!Number.isInteger(value)) throw refusal(context, 'goes with an integer')
      return { kind: 'time', unit, value }
    },
  })
}

function plainOf(text: Text, context: Context): string {
  const plain = plainText(text.parts)
  if (plain === undefined) throw refusal(context, 'goes with a text without wildcards')
  return plain
}

function bytesOf(text: Text, context: Context): Buffer {
  return Buffer.from(text.bytes ?? Buffer.from(plainOf(text, context)))
}
