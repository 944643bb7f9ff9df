import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../lib/error.ts'

/** One step of the story. `act` does it (unattended) or is left to a person, who is told `ask`; `verify` looks at the cluster, the chat or the
 *  table, and says what it found, or throws. It is tried again until it holds or the time is over. */
export type Step = {
  readonly name: string
  readonly ask?: string
  readonly act?: () => Promise<unknown>
  readonly verify: () => Promise<string>
}

export type StepResult = { readonly step: string; readonly ok: boolean; readonly found: string; readonly milliseconds: number }

export type Playing = {
  readonly attended: boolean
  readonly withinMs: number
  readonly signal: AbortSignal
  /** Called from time to time while a person is waited for, with what is still missing. */
  readonly onWait: (missing: string) => void
}

const REMIND_MS = 20_000

/** Plays one step. `attended`: what has an `ask` is left to a person, for as long as it takes. */
export async function playStep({ name, ask, act, verify }: Step, { attended, withinMs, signal, onWait }: Playing): Promise<StepResult> {
  const start = performance.now()
  const byHand = attended && ask !== undefined
  const result = (ok: boolean, found: string) => ({ step: name, ok, found, milliseconds: Math.round(performance.now() - start) })
  try {
    if (!byHand) await act?.()
  } catch (error) {
    return result(false, messageOf(error))
  }
  for (let remindAt = start + REMIND_MS; !signal.aborted; await sleep(50)) {
    try {
      return result(true, await verify())
    } catch (error) {
      const now = performance.now()
      if (!byHand && now - start > withinMs) return result(false, messageOf(error))
      if (byHand && now > remindAt) {
        remindAt = now + REMIND_MS
        onWait(messageOf(error))
      }
    }
  }
  return result(false, 'interrupted')
}

/** What a `verify` throws when the world is not (yet) so. */
export function expectThat(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}
