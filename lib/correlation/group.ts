import type { Detection, FieldValue } from '../detection/detection.ts'
import { cutToBytes, evidenceOf } from '../detection/evidence.ts'
import { contentHash } from '../detection/id.ts'
import { sigmaField } from '../rule/sigma/field.ts'
import type { RuleKey } from './linked.ts'
import type { KeptHit } from './state.ts'
import type { Stream } from './stream.ts'

/** A value of an attacker's is kept up to so many bytes of JSON; of a longer one its beginning and what tells it from others. */
const MOST_BYTES = 160
/** What a hit showed is kept in a group's state, beside many others. */
const EVIDENCE_BYTES = 240

/** `nowS`: Unix seconds when it is evaluated, however long it was under way. */
type Place = { readonly stream: Stream; readonly nowS: number; readonly evidenceFields: readonly string[] }

export type HitInGroup = { readonly group: readonly string[]; readonly hit: KeptHit }

/** The detection as a hit of this rule in the stream; undefined: it lacks a key to group by, and belongs to no group. */
export function hitOf(detection: Detection, rule: RuleKey, { stream, nowS, evidenceFields }: Place): HitInGroup | undefined {
  const group = groupIn((name) => comparable(sigmaField(detection, name)), rule, stream)
  if (!group) return undefined
  const fields = stream.keeps.get(rule)?.fields ?? []
  const values = fields.flatMap((name) => {
    const value = comparable(sigmaField(detection, name))
    return value === undefined ? [] : [[name, value] as const]
  })
  const { id, timeNs } = detection
  const hit = {
    id: id.slice(0, 16),
    rule,
    timeNs: BigInt(timeNs),
    values: Object.fromEntries(values),
    arrivedS: nowS,
  }
  return { group, hit: { ...hit, evidence: evidenceOf(detection, { textBytes: EVIDENCE_BYTES, fields: evidenceFields }) } }
}

/** The values that this rule's hits are grouped by, in order; undefined when one is missing. */
export function groupIn(
  read: (field: string) => string | number | undefined,
  rule: RuleKey,
  { groupFields }: Pick<Stream, 'groupFields'>,
): readonly string[] | undefined {
  const values = (groupFields.get(rule) ?? []).map(read)
  return values.every((value) => value !== undefined) ? values.map(String) : undefined
}

/** A field's value as it is compared: absent where the agent had none. */
function comparable(value: FieldValue | undefined): string | number | undefined {
  if (value === undefined || value === null || value === '' || value === '<NA>') return undefined
  if (typeof value === 'number') return value
  const text = Array.isArray(value) ? JSON.stringify(value) : String(value)
  if (text.length <= MOST_BYTES && Buffer.byteLength(JSON.stringify(text)) <= MOST_BYTES + 2) return text
  return `${cutToBytes(text, MOST_BYTES - 25)}…${contentHash(text, 22)}`
}
