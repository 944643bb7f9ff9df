import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { groupCommit } from './group-commit.ts'
import { type LaneName, type Segment, segmentName } from './segment.ts'

/** Records that share one write and one sync at most. */
const GROUP_RECORDS_MAX = 1000
const GROUP_BYTES_MAX = 4 * 1024 * 1024

export type LaneOptions = {
  readonly folder: string
  readonly lane: LaneName
  /** At this size a file is full, and the next begins. */
  readonly segmentBytes: () => number
  /** After this long a file's first record may leave, full or not. */
  readonly lingerMs: number
  readonly nextSequence: () => number
  readonly clock: () => number
  /** Something can be taken that could not be before. */
  readonly onReady: () => void
}

type Active = { readonly segment: Omit<Segment, 'bytes'>; readonly handle: FileHandle; bytes: number; due: boolean }

/** The writing end of one lane. Records are appended to one file; when it is full, or taken after the linger, it is sealed, and never written again. */
export type LaneWriter = {
  /** Resolves when the record is on disk. */
  readonly append: (record: Buffer) => Promise<void>
  /** Seals the file that is being written, if it holds anything; with `dueOnly` only where it is due. Returns it. */
  readonly seal: (options?: { readonly dueOnly: boolean }) => Promise<Segment | undefined>
  readonly isDue: () => boolean
  readonly firstMs: () => number | undefined
}

export function laneWriter(options: LaneOptions, onSealed: (segment: Segment) => void): LaneWriter {
  const { folder, lane, segmentBytes, lingerMs, clock, onReady } = options
  let active: Active | undefined
  let last: Promise<unknown> = Promise.resolve()
  /** One at a time: a file is not sealed under a write. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work)
    last = turn
    return turn
  }

  const begin = async (): Promise<Active> => {
    const firstMs = clock()
    const sequence = options.nextSequence()
    const segment = { lane, sequence, firstMs, name: segmentName(lane, sequence, firstMs) }
    const handle = await open(join(folder, segment.name), 'ax', 0o600)
    try {
      await syncFolder(folder)
    } catch (error) {
      await handle.close()
      throw error
    }
    return { segment, handle, bytes: 0, due: false }
  }

  const sealActive = async (): Promise<Segment | undefined> => {
    if (!active) return undefined
    const { segment, handle, bytes } = active
    active = undefined
    await handle.close().catch(() => undefined) // all of it is synced
    return { ...segment, bytes }
  }

  const write = async (records: readonly Buffer[]): Promise<void> => {
    const data = records.length === 1 ? (records[0] ?? Buffer.alloc(0)) : Buffer.concat(records)
    active ??= await begin()
    const file = active
    try {
      await file.handle.appendFile(data)
      await file.handle.datasync()
    } catch (error) {
      await giveUp(file)
      throw error
    }
    const first = file.bytes === 0
    file.bytes += data.length
    if (first) dueAfter(file)
    if (file.bytes < segmentBytes()) return
    const sealed = await sealActive()
    if (sealed) onSealed(sealed)
    onReady()
  }

  /** After a failed write nothing is known of the file's end, and after a failed sync nothing of its pages: it is not written again. What was
   *  acknowledged stands before that, and is all that is read of it. */
  const giveUp = async (file: Active): Promise<void> => {
    active = undefined
    await file.handle.truncate(file.bytes).catch(() => undefined) // a torn record is recognised all the same
    await file.handle.close().catch(() => undefined)
    onSealed({ ...file.segment, bytes: file.bytes })
    onReady()
  }

  const dueAfter = (file: Active): void => {
    const becomeDue = () => {
      file.due = true
      onReady()
    }
    if (lingerMs === 0) becomeDue()
    else setTimeout(becomeDue, lingerMs).unref()
  }

  return {
    append: groupCommit((records) => inTurn(() => write(records)), {
      items: GROUP_RECORDS_MAX,
      bytes: GROUP_BYTES_MAX,
      sizeOf: ({ length }) => length,
    }),
    seal: ({ dueOnly } = { dueOnly: false }) => inTurn(async () => (dueOnly && !active?.due ? undefined : sealActive())),
    isDue: () => active?.due ?? false,
    firstMs: () => active?.segment.firstMs,
  }
}

/** A new file's name is on disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
