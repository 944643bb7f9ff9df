import type { Comparison, Numeric } from './number.ts'
import { type Part, parseText } from './text.ts'
import type { TimeUnit } from './time.ts'

export type RegexFlag = 'i' | 'm' | 's'
/** Where in a value something is looked for. */
export type Where = 'whole' | 'start' | 'end' | 'anywhere'

/** A value of a rule, as modifiers make it. */
export type SigmaValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly value: number }
  | Text
  | Regex
  | Reference
  | Time
  | OneOf
  | { readonly kind: 'compare'; readonly comparison: Comparison; readonly bound: Numeric; readonly unit: TimeUnit | undefined }
  | { readonly kind: 'cidr'; readonly contains: (address: string) => boolean }
  | { readonly kind: 'exists'; readonly value: boolean }
/** `bytes` instead of the parts' UTF-8 for what base64 encodes. */
export type Text = { readonly kind: 'text'; readonly parts: readonly Part[]; readonly cased: boolean; readonly bytes?: Uint8Array }
export type Regex = {
  readonly kind: 'regex'
  readonly pattern: string
  readonly flags: ReadonlySet<RegexFlag>
  readonly where: Exclude<Where, 'whole'>
}
export type Reference = { readonly kind: 'reference'; readonly field: string; readonly cased: boolean; readonly where: Where }
export type Time = { readonly kind: 'time'; readonly unit: TimeUnit; readonly value: number }
/** What one value became: any of these, also under `all`. */
export type OneOf = { readonly kind: 'oneOf'; readonly values: readonly SigmaValue[] }

/** A YAML scalar as a value; undefined for what is none (a map, a list, a date, `.inf`). `raw`: a text without wildcards and escapes. */
export function readValue(scalar: unknown, { raw }: { readonly raw: boolean }): SigmaValue | undefined {
  if (scalar === null) return { kind: 'null' }
  if (typeof scalar === 'boolean') return { kind: 'boolean', value: scalar }
  if (typeof scalar === 'number' && Number.isFinite(scalar)) return { kind: 'number', value: scalar }
  if (typeof scalar === 'string') return { kind: 'text', parts: raw ? [scalar] : parseText(scalar), cased: false }
  return undefined
}
