import { addAbortSignal, type Readable } from 'node:stream'
import { CodedError, messageOf } from '../../lib/error.ts'
import type { Log } from '../../lib/port/log.ts'
import { lineSplitter, type OnOversize } from './lines.ts'
import { insistentTake, type TakeLines } from './take.ts'

export type FollowStreamOptions = { readonly take: TakeLines; readonly log: Log; readonly onOversize?: OnOversize | undefined }

/** Takes the lines of a stream (stdin), and reads no more while they are being taken. `done` resolves when the stream ended or was
 *  stopped and its lines are taken; it rejects with `unavailable` when the stream fails. `stop` destroys the stream. */
export function followStream(
  stream: Readable,
  { take, log, onOversize }: FollowStreamOptions,
): { readonly done: Promise<void>; readonly stop: () => Promise<void> } {
  const stopping = new AbortController()
  const takeLines = insistentTake(take, log, stopping.signal)
  const splitter = lineSplitter((head, bytes) => {
    log.warn('a line over 1 MiB is passed over', { bytes })
    onOversize?.(head, bytes)
  })

  const run = async (): Promise<void> => {
    let taken = true
    try {
      for await (const chunk of addAbortSignal(stopping.signal, stream)) {
        taken = await takeLines(splitter.add(Buffer.from(chunk)), async () => undefined)
        if (!taken) break
      }
    } catch (cause) {
      if (!stopping.signal.aborted) throw new CodedError('unavailable', `the stream cannot be read on: ${messageOf(cause)}`, { cause })
    }
    if (!stopping.signal.aborted) taken = await takeLines(splitter.finish(), async () => undefined)
    if (!taken) log.warn('stopped before the last lines were taken: they are lost')
  }
  const done = run()
  return {
    done,
    stop: async () => {
      stopping.abort()
      await Promise.allSettled([done])
    },
  }
}
