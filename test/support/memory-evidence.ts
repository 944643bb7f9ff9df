import { createHash } from 'node:crypto'
import type { EvidenceStore } from '../../lib/port/evidence.ts'

/** An EvidenceStore in memory. */
export function memoryEvidence(): EvidenceStore & { readonly kept: ReadonlyMap<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>()
  return {
    kept,
    keep: async (key, bytes) => {
      const first = kept.get(key) ?? bytes
      kept.set(key, first)
      return { uri: `memory://${key}`, sha256: createHash('sha256').update(first).digest('hex') }
    },
  }
}
