import { open } from 'node:fs/promises'
import type { Log } from '../../lib/port/log.ts'
import { type Lines, lineSplitter, type OnOversize } from './lines.ts'
import { headBytesAt, type Position, sha256 } from './position.ts'
import { hasErrno, isSameFile, type SeenFile } from './siblings.ts'

const CHUNK_BYTES = 64 * 1024

/** Where to read on: from the saved position, or the file's beginning; `note`: what is to be said when it is opened. */
export type Start = { readonly seen: SeenFile; readonly from?: Position | undefined; readonly note?: (log: Log) => void }

/** One open file, read forward once. */
export type Source = Pick<SeenFile, 'device' | 'inode'> & {
  /** The lines of the next 64 KiB at most; `end` when there is no more for now; `truncated` when what was read is no longer there. */
  readonly read: () => Promise<Lines | 'end' | 'truncated'>
  /** What is left without a newline, for when nothing more will come. */
  readonly finish: () => Lines
  /** The position at an offset that was read past, and the time of change when last read. */
  readonly positionAt: (offset: number) => Omit<Position, 'file'>
  readonly close: () => Promise<void>
}

/** Undefined when something else stands there by now: look again. */
export async function openSource({ seen, from }: Start, onOversize: OnOversize): Promise<Source | undefined> {
  const handle = await open(seen.path, 'r').catch(ifThere)
  if (!handle) return undefined
  const { device, inode } = seen
  let offset = from?.offset ?? 0
  let modifiedNs = seen.modifiedNs

  const readAt = async (buffer: Buffer, at: number): Promise<Buffer> => {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    return buffer.subarray(0, bytesRead)
  }
  let head: Buffer = Buffer.alloc(0)
  try {
    const { dev, ino } = await handle.stat({ bigint: true })
    head = await readAt(Buffer.alloc(headBytesAt(offset)), 0)
    const isMeant = isSameFile({ device: `${dev}`, inode: `${ino}` }, seen) && (from === undefined || sha256(head) === from.headSha256)
    if (!isMeant) {
      await handle.close()
      return undefined
    }
  } catch (error) {
    await handle.close()
    throw error
  }

  const buffer = Buffer.alloc(CHUNK_BYTES)
  const splitter = lineSplitter(onOversize, offset)
  return {
    device,
    inode,
    read: async () => {
      const chunk = await readAt(buffer, offset)
      // Looked at after the chunk was read: were it truncated before, the chunk would be of other content.
      const { size, mtimeNs } = await handle.stat({ bigint: true })
      const headNow = await readAt(Buffer.alloc(head.length), 0)
      if (Number(size) < offset + chunk.length || !headNow.equals(head)) return 'truncated'
      modifiedNs = `${mtimeNs}`
      if (chunk.length === 0) return 'end'
      if (head.length === offset) head = Buffer.concat([head, chunk]).subarray(0, headBytesAt(offset + chunk.length))
      offset += chunk.length
      return splitter.add(chunk)
    },
    finish: splitter.finish,
    positionAt: (at) => {
      const headBytes = headBytesAt(at)
      return { device, inode, modifiedNs, offset: at, headBytes, headSha256: sha256(head.subarray(0, headBytes)) }
    },
    close: () => handle.close(),
  }
}

function ifThere(error: unknown): undefined {
  if (!hasErrno(error, 'ENOENT')) throw error
}
