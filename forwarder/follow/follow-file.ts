import { messageOf } from '../../lib/error.ts'
import type { Log } from '../../lib/port/log.ts'
import type { OnOversize } from './lines.ts'
import { type Position, readPosition, savePosition } from './position.ts'
import { isSameFile, seeFile } from './siblings.ts'
import { openSource, type Source, type Start } from './source.ts'
import { startAfter, startFrom } from './start.ts'
import { insistentTake, pause, type TakeLines } from './take.ts'

export type { TakeLines } from './take.ts'

/** `stop` resolves when what was read has been taken and the position is written; lines that are not taken then are left for the next start. */
export type Follow = { readonly stop: () => Promise<void> }
export type FollowOptions = {
  readonly positionFile: string
  readonly take: TakeLines
  readonly log: Log
  readonly pollMs?: number | undefined
  readonly onOversize?: OnOversize | undefined
}

/** Reads the lines of a file as they are written, through rotation (rename or copytruncate) and restarts: each is taken at least once,
 *  and its position saved only then. It looks again every `pollMs`, since symlinks and network volumes give no sign of a change. */
export function followFile(file: string, { positionFile, take, log, pollMs = 250, onOversize }: FollowOptions): Follow {
  const stopping = new AbortController()
  const { signal } = stopping
  const takeLines = insistentTake(take, log, signal)
  const warnOfPosition = warnOnce(log, 'the position cannot be saved: lines will be taken again after a restart')
  const warnOfFile = warnOnce(log, 'the followed file cannot be read: trying on')
  const passOver: OnOversize = (head, bytes) => {
    log.warn('a line over 1 MiB is passed over', { file, bytes })
    onOversize?.(head, bytes)
  }
  let position: Position | undefined
  let source: Source | undefined
  let wasReplaced = false
  let waits = false

  const keep = async (reader: Source, offset: number): Promise<void> => {
    const { device, inode, offset: kept } = position ?? {}
    position = { file, ...reader.positionAt(offset) }
    if (device === position.device && inode === position.inode && kept === offset) return
    await savePosition(positionFile, position).then(() => warnOfPosition(undefined), warnOfPosition)
  }

  const close = async (): Promise<void> => {
    const closing = source
    source = undefined
    await closing?.close()
  }

  const begin = async (start: Start | undefined): Promise<void> => {
    const opened = start && (await openSource(start, passOver))
    await close()
    source = opened
    wasReplaced = false
    // At once, before a line of it is taken: should it be rotated while nobody runs, it is known where to look.
    if (start && opened) {
      start.note?.(log)
      await keep(opened, start.from?.offset ?? 0)
    }
    if (!start && !waits) log.info('waiting for the file to appear', { file })
    waits = !start
  }

  const readOn = async (reader: Source): Promise<'read' | 'end' | 'truncated'> => {
    for (let got: 'read' | 'end' = 'end'; ; got = 'read') {
      const lines = signal.aborted ? 'end' : await reader.read()
      if (lines === 'truncated') return lines
      if (lines === 'end' || !(await takeLines(lines, (end) => keep(reader, end)))) return got
    }
  }

  const turn = async (): Promise<void> => {
    if (!source) await begin(await (position ? startFrom(file, position) : seeFile(file).then((seen) => seen && { seen })))
    if (!source) return
    const reader = source
    const got = await readOn(reader).catch(async (error) => {
      await close()
      throw error
    })
    if (signal.aborted) return
    if (got === 'truncated') return close()
    const current = await seeFile(file)
    const isReplaced = current !== undefined && !isSameFile(current, reader)
    // Its writer may go on for a moment after the rename: it is done when nothing came for a whole poll after the new file was there.
    if (isReplaced && wasReplaced && got === 'end') {
      if ((await takeLines(reader.finish(), (end) => keep(reader, end))) && position) await begin(await startAfter(file, position))
    } else wasReplaced = isReplaced
  }

  const run = async (): Promise<void> => {
    position = await readPosition(positionFile, file, log)
    do await turn().then(() => warnOfFile(undefined), warnOfFile)
    while (await pause(pollMs, signal))
    await close()
  }
  const ended = run()
  return {
    stop: () => {
      stopping.abort()
      return ended
    },
  }
}

/** Warns of an error when it is not the one before; undefined says that all is well. */
function warnOnce(log: Log, message: string): (error: unknown) => void {
  let last: string | undefined
  return (error) => {
    const why = error === undefined ? undefined : messageOf(error)
    if (why !== undefined && why !== last) log.warn(message, { why })
    last = why
  }
}
