import type { Literal } from '../ast.ts'
import { byteLength } from '../bytes.ts'
import { ConditionError } from '../error.ts'

const MAX_BYTES = 255

/** The text of a constant, or ConditionError for one that Falco would not load: over 255 bytes, or with a NUL byte. */
export function textConstant(constant: Literal): string {
  if (constant.text.includes('\0')) throw new ConditionError('a value cannot hold a NUL byte', constant.at)
  return bufferConstant(constant)
}

/** The same for byte buffers, which may hold a NUL byte. */
export function bufferConstant({ text, at }: Literal): string {
  if (byteLength(text) > MAX_BYTES) throw new ConditionError(`filter parameter too long: over ${MAX_BYTES} bytes`, at)
  return text
}
