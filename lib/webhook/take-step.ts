import { CodedError } from '../error.ts'
import type { Clock } from '../port/log.ts'
import type { Store } from '../port/store.ts'
import { type DeliveryState, type Held, writeDelivery } from './delivery-state.ts'
import type { Find, Kept, Step } from './template.ts'

/** One step, whatever it goes to. `perform` gives what to keep besides `keeps`; undefined: it was answered, but not as is to be expected there. `look`: whether what was begun had arrived, and what to keep then; undefined: it
 *  had not. Both throw CodedError: `throttled` where nothing was done, `unavailable` where that is not known, others where trying again is no use. */
export type Work = Pick<Step, 'name' | 'id' | 'said' | 'keeps' | 'tries'> & {
  readonly perform: () => Promise<Kept | undefined>
  readonly look?: Pick<Find, 'when' | 'afterSeconds'> & { readonly found: (begunId: string) => Promise<Kept | undefined> }
}

export type StepPorts = { readonly store: Store; readonly clock: Clock }
type Of = { readonly incident: string; readonly route: string }
type Begun = NonNullable<DeliveryState['begun']>

/** So long nobody else goes on with what was begun: longer than its requests may take. */
const HELD_MS = 60_000
const STRANGE = 'delivery: taken, but not answered as this API does'

/** Takes the step: writes down that it is begun, looks whether it had arrived before where that is not known, performs it, and writes down what to keep. Of two that
 *  are at it one goes on; the other gets `conflict`. Whatever else is thrown, the step is no longer held. */
export async function takeStep({ state, version }: Held, work: Work, of: Of, { store, clock }: StepPorts): Promise<Held> {
  const nowMs = clock()
  if (state.begun && nowMs < state.begun.untilMs) {
    const retryAfterSeconds = Math.ceil((state.begun.untilMs - nowMs) / 1000)
    throw new CodedError('conflict', 'delivery: another is at it', { retryAfterSeconds })
  }
  const unsure = state.begun?.name === work.name ? state.begun : undefined
  const kept = { ...state.kept, ...work.tries }
  const look = work.look && (unsure || work.look.when === 'always') ? work.look : undefined
  const write = (at: Held, next: DeliveryState): Promise<Held> => writeDelivery(store, { ...of, version: at.version }, next)
  const hold = (begun: Omit<Begun, 'untilMs'>): DeliveryState => ({ kept, begun: { ...begun, untilMs: clock() + HELD_MS } })
  const fresh = () => ({ name: work.name, id: work.id, sinceMs: clock(), keeps: { ...work.keeps } })
  let at = await write({ state, version }, hold(look && unsure ? unsure : fresh()))
  let isSent = false
  try {
    const found = look && (await lookFor(look, unsure, work.id, nowMs))
    if (found) return await write(at, { kept: { ...kept, ...(unsure?.keeps ?? work.keeps), ...found } })
    if (look && unsure) at = await write(at, hold(fresh()))
    isSent = true
    const more = await work.perform()
    if (more === undefined) throw new CodedError('invalid_config', STRANGE)
    return await write(at, { kept: { ...kept, ...work.keeps, ...more } })
  } catch (error) {
    if (!(error instanceof CodedError) || error.code === 'conflict') throw error
    // What was looked for stays in doubt; what was sent is, where there is no word that nothing was done
    const inDoubt = isSent ? error.code === 'unavailable' || error.message === STRANGE : unsure !== undefined
    // Of what was certainly not taken there is nothing to take back later
    await write(at, {
      kept: inDoubt ? kept : state.kept,
      ...(inDoubt && at.state.begun ? { begun: { ...at.state.begun, untilMs: 0 } } : {}),
    })
    throw error
  }
}

async function lookFor(
  { afterSeconds = 0, found }: NonNullable<Work['look']>,
  unsure: Begun | undefined,
  id: string,
  nowMs: number,
): Promise<Kept | undefined> {
  const waitMs = unsure ? unsure.sinceMs + afterSeconds * 1000 - nowMs : 0
  if (waitMs > 0)
    throw new CodedError('unavailable', 'delivery: whether it had arrived cannot be seen yet', {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    })
  return found(unsure?.id ?? id)
}
