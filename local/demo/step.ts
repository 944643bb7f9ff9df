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

/** Plays one step. `attended`: what has an `ask` is left to a person, for as long as it takes. */
export async function playStep(
  { name, ask, act, verify }: Step,
  { attended, withinMs }: { readonly attended: boolean; readonly withinMs: number },
): Promise<StepResult> {
  const start = performance.now()
  const byHand = attended && ask !== undefined
  const result = (ok: boolean, found: string) => ({ step: name, ok, found, milliseconds: Math.round(performance.now() - start) })
  try {
    if (!byHand) await act?.()
  } catch (error) {
    return result(false, messageOf(error))
  }
  for (;;) {
    try {
      return result(true, await verify())
    } catch (error) {
      if (!byHand && performance.now() - start > withinMs) return result(false, messageOf(error))
      await sleep(50)
    }
  }
}

/** What a `verify` throws when the world is not (yet) so. */
export function expectThat(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise)
}
