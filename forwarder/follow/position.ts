import { createHash } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import * as z from 'zod'
import { messageOf } from '../../lib/error.ts'
import type { Log } from '../../lib/port/log.ts'
import { hasErrno } from './siblings.ts'

const HEAD_BYTES = 256
const Digits = z.string().regex(/^-?\d+$/)

/** Up to where `file` was taken. Which file that was is told by device and inode, and by its first bytes, since inodes are used again and
 *  files truncated. `modifiedNs`: its time of change when it was last read, so no file older than that is still to be read. */
export const Position = z.object({
  file: z.string(),
  device: Digits,
  inode: Digits,
  modifiedNs: Digits,
  offset: z.int().nonnegative(),
  headBytes: z.int().min(0).max(HEAD_BYTES),
  headSha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Position = Readonly<z.infer<typeof Position>>

/** How many of the first bytes stand for a file that was read up to `offset`. */
export const headBytesAt = (offset: number): number => Math.min(offset, HEAD_BYTES)

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The position saved for `file`; undefined when there is none, or, with a warning, none that can be used. */
export async function readPosition(positionFile: string, file: string, log: Log): Promise<Position | undefined> {
  try {
    const position = Position.parse(JSON.parse(await readFile(positionFile, 'utf8')))
    if (position.file === file && position.headBytes === headBytesAt(position.offset)) return position
    log.warn('the saved position is of another file: reading from the beginning', { positionFile, file })
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined
    log.warn('the saved position cannot be read: reading from the beginning', { positionFile, why: messageOf(error) })
  }
  return undefined
}

/** Whole or not at all, also when the process or the machine ends in between. */
export async function savePosition(positionFile: string, position: Position): Promise<void> {
  const temporary = `${positionFile}.tmp`
  await writeFile(temporary, JSON.stringify(position), { flush: true })
  await rename(temporary, positionFile)
}
