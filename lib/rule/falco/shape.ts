import { LoadError } from './report.ts'
import type { YamlMapping, YamlNode, YamlScalar } from './yaml.ts'

// How the value of a key is read. All throw LoadError LOAD_ERR_YAML_VALIDATE, in the words of Falco's own loader.

export function valueAt(item: YamlMapping, key: string): YamlNode | undefined {
  return item.entries.get(key)?.value
}

/** A scalar that must be there and hold something. */
export function requiredText(item: YamlMapping, key: string): YamlScalar {
  const value = requiredValue(item, key)
  if (value.kind === 'null') throw invalid(`Mapping for key '${key}' is empty`, value)
  if (value.kind !== 'scalar') throw invalid(`Value is not a scalar value: '${key}'`, value)
  if (value.text === '') throw invalid(`Value must be non-empty: '${key}'`, value)
  return value
}

/** The same where the key may be missing, or null. */
export function optionalText(item: YamlMapping, key: string): YamlScalar | undefined {
  const value = valueAt(item, key)
  return value === undefined || value.kind === 'null' ? undefined : requiredText(item, key)
}

export function optionalBool(item: YamlMapping, key: string): boolean | undefined {
  const scalar = optionalText(item, key)
  return scalar && toBool(scalar, key)
}

export function requiredBool(item: YamlMapping, key: string): boolean {
  return toBool(requiredText(item, key), key)
}

/** A whole number of 32 bits: decimal, `0x…` or octal `0…`. */
export function optionalCount(item: YamlMapping, key: string): number | undefined {
  const scalar = optionalText(item, key)
  if (scalar === undefined) return undefined
  return parseCount(scalar.text) ?? fail(`Can't decode YAML scalar value: '${key}' takes a whole number`, scalar)
}

export function parseCount(text: string): number | undefined {
  if (!/^\+?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/.test(text)) return undefined
  const digits = text.replace(/^\+/, '')
  const count = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
  return count < 2 ** 32 ? count : undefined
}

/** A sequence of scalars, which may be empty texts; undefined where the key is missing. */
export function optionalTexts(item: YamlMapping, key: string): readonly YamlScalar[] | undefined {
  const value = valueAt(item, key)
  if (value === undefined) return undefined
  if (value.kind !== 'sequence') throw invalid(`Value is not a sequence: '${key}'`, value)
  return value.items.map((element) => (element.kind === 'scalar' ? element : fail(`sequence value is not scalar: '${key}'`, element)))
}

export function requiredTexts(item: YamlMapping, key: string): readonly YamlScalar[] {
  requiredValue(item, key)
  return optionalTexts(item, key) ?? []
}

export function invalid(message: string, { at }: Pick<YamlNode, 'at'>): LoadError {
  return new LoadError('LOAD_ERR_YAML_VALIDATE', message, at)
}

function requiredValue(item: YamlMapping, key: string): YamlNode {
  return valueAt(item, key) ?? fail(`Item has no mapping for key '${key}'`, item)
}

function toBool(scalar: YamlScalar, key: string): boolean {
  if (/^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(scalar.text)) return true
  if (/^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(scalar.text)) return false
  return fail(`Can't decode YAML scalar value: '${key}' takes true or false`, scalar)
}

function fail(message: string, node: Pick<YamlNode, 'at'>): never {
  throw invalid(message, node)
}
