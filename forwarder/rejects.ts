import { appendFileSync, renameSync, statSync } from 'node:fs'

const HEAD_BYTES = 4096
const FILE_BYTES = 1024 * 1024

/** Keeps the first bytes of what was refused, and why, for a look: JSON lines in `file`, which never grows over 1 MiB (one older file,
 *  `file.1`, is kept). A full disk is no reason to fail: then nothing is kept. */
export function rejectsFile(file: string): (body: Buffer, reason: string, nowMs: number) => void {
  return (body, reason, nowMs) => {
    try {
      if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > FILE_BYTES) renameSync(file, `${file}.1`)
      const line = { time: new Date(nowMs).toISOString(), reason, bytes: body.length, head: body.subarray(0, HEAD_BYTES).toString('utf8') }
      appendFileSync(file, `${JSON.stringify(line)}\n`)
    } catch {
      // what is refused is counted and logged all the same
    }
  }
}
