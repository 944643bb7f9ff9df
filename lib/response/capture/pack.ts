import { gzipSync } from 'node:zlib'
import { canonicalJson } from '../../detection/id.ts'
import type { Evidence } from './document.ts'

/** Where a gzip header names the system it was made on. Source: RFC 1952. */
const SYSTEM_AT = 9
const UNKNOWN_SYSTEM = 255

/** The document as JSON, its keys sorted, in one gzip member. Equal documents give equal bytes: there is no time in them, and no system. gzip and not zstd:
 *  whoever has to read it in a hurry has `gunzip` on the machine at hand. */
export function packEvidence(document: Evidence): Uint8Array {
  const bytes = gzipSync(canonicalJson(document))
  bytes[SYSTEM_AT] = UNKNOWN_SYSTEM
  return bytes
}
