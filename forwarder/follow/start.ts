import { open } from 'node:fs/promises'
import type { Log } from '../../lib/port/log.ts'
import { type Position, sha256 } from './position.ts'
import { filesBeside, hasErrno, isSameFile, oldestAfter, type SeenFile, seeFile } from './siblings.ts'
import type { Start } from './source.ts'

/** Where to read on after `saved`: in that file, wherever it was renamed to; or in the copy of it that was made before it was truncated;
 *  or, when neither is left, in the oldest file that may not have been read. Undefined when there is no file. */
export async function startFrom(file: string, saved: Position): Promise<Start | undefined> {
  const current = await seeFile(file) // first: what is rotated after this look is noticed when it is opened
  const { all, rotated } = await filesBeside(file, current)
  const same = [...(current ? [current] : []), ...all].find((one) => isSameFile(one, saved))
  if (same && (await holds(same, saved))) return { seen: same, from: saved }

  const unread = rotated.filter(({ modifiedNs }) => BigInt(modifiedNs) >= BigInt(saved.modifiedNs))
  for (const seen of saved.headBytes > 0 ? unread : []) {
    if (!(await holds(seen, saved))) continue
    const note = (log: Log) => log.info('the followed file was copied: reading the copy to its end', { file, copy: seen.path })
    return { seen, from: saved, note }
  }
  const seen = unread[0] ?? current
  const isTruncated = current !== undefined && isSameFile(current, saved)
  const note = (log: Log) => {
    if (isTruncated) return log.info('the followed file was truncated: reading from its beginning', { file })
    const missed = 'what was written to it after the saved offset'
    log.warn('the file that was followed is gone: reading from the beginning of the next', {
      file,
      next: seen?.path,
      offset: saved.offset,
      missed,
    })
  }
  return seen && { seen, note }
}

/** What to read after a file that was finished: the next rotated one, so that several rotations at once lose nothing, or `file`. */
export async function startAfter(file: string, finished: Position): Promise<Start | undefined> {
  const current = await seeFile(file)
  const { rotated } = await filesBeside(file, current)
  const seen = oldestAfter(rotated, finished) ?? current
  return seen && { seen }
}

/** Whether the file has what was read up to the position. */
async function holds(seen: SeenFile, { offset, headBytes, headSha256 }: Position): Promise<boolean> {
  if (seen.size < offset) return false
  try {
    await using handle = await open(seen.path, 'r')
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return sha256(buffer.subarray(0, bytesRead)) === headSha256
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return false
    throw error
  }
}
