import { appendFileSync, renameSync, statSync } from 'node:fs'
import type { Refusal } from './judge.ts'

const HEAD_BYTES = 4096
const FILE_BYTES = 1024 * 1024

/** Keeps the first bytes of what was refused, and why, for a look: JSON lines in `file`, which never grows much over 1 MiB (one older file,
 *  `file.1`, is kept). A full disk is no reason to fail: then nothing is kept. */
export function rejectsFile(file: string): (text: string | Buffer, refusal: Refusal, nowMs: number) => void {
  return (text, { reason, error }, nowMs) => {
    try {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > FILE_BYTES) renameSync(file, `${file}.1`)
      const bytes = Buffer.isBuffer(text) ? text : Buffer.from(text)
      const head = bytes.subarray(0, HEAD_BYTES).toString('utf8')
      const line = { time: new Date(nowMs).toISOString(), reason, error, bytes: bytes.length, head }
      appendFileSync(file, `${JSON.stringify(line)}\n`, { mode: 0o600 })
    } catch {
      // what is refused is counted and logged all the same
    }
  }
}
