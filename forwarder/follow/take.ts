import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../lib/error.ts'
import type { Log } from '../../lib/port/log.ts'
import { backoffMs } from '../backoff.ts'
import type { Lines } from './lines.ts'

/** Takes lines, resolves when each is kept, dropped or refused for good; rejects when trying again may help (a full spool): then nothing
 *  after those lines is read until it succeeded. */
export type TakeLines = (lines: readonly string[]) => Promise<void>

const MAX_GROUP = 200

/** Hands lines on in groups, each tried until it is taken; `taken` is told the offset up to which they are. False when the signal broke
 *  the trying off: what `taken` was not told of is still to be taken. */
export function insistentTake(
  take: TakeLines,
  log: Log,
  signal: AbortSignal,
): (lines: Lines, taken: (end: number) => Promise<void>) => Promise<boolean> {
  const insist = async (group: readonly string[]): Promise<boolean> => {
    let failed = false
    for (let attempts = 1; ; attempts++) {
      try {
        await take(group)
        if (failed) log.info('lines are taken again')
        return true
      } catch (error) {
        if (!failed) log.warn('lines not taken: no more are read until they are', { why: messageOf(error), lines: group.length })
        failed = true
      }
      if (!(await pause(backoffMs(attempts, 1), signal))) return false
    }
  }

  return async ({ lines, end }, taken) => {
    for (let from = 0; from < lines.length; from += MAX_GROUP) {
      const group = lines.slice(from, from + MAX_GROUP)
      if (!(await insist(group.map(({ text }) => text)))) return false
      await taken(from + MAX_GROUP < lines.length ? (group.at(-1)?.end ?? end) : end)
    }
    if (lines.length === 0) await taken(end)
    return true
  }
}

/** Waits; false, at once, when the signal is given. */
export function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false)
}
