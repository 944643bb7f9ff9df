import * as z from 'zod'

/** What became of an action. `why` is for people: which guard, which missing right, what was found. `retryable`: the same request may succeed
 *  later. */
export const Outcome = z.discriminatedUnion('state', [
  z.object({ state: z.literal('done'), why: z.string().optional() }),
  z.object({ state: z.literal('skipped'), why: z.string() }),
  z.object({ state: z.literal('refused'), guard: z.string(), why: z.string() }),
  z.object({ state: z.literal('failed'), why: z.string(), retryable: z.boolean() }),
  z.object({ state: z.literal('dry_run'), why: z.string() }),
  z.object({ state: z.literal('expired'), why: z.string() }),
  z.object({ state: z.literal('undone'), why: z.string().optional() }),
])
export type Outcome = z.infer<typeof Outcome>
/** Why an action is not begun. */
export type Refusal = Extract<Outcome, { state: 'refused' | 'skipped' | 'expired' }>

/** Whether nothing more will come of it: there is an outcome, and not a failure that may yet turn out well. */
export function isFinal(outcome: Outcome | undefined): outcome is Outcome {
  return outcome !== undefined && !(outcome.state === 'failed' && outcome.retryable)
}

/** `refused (protected_namespace): …`, for a log, the journal and a terminal. */
export function outcomeWords(outcome: Outcome): string {
  const guard = outcome.state === 'refused' ? ` (${outcome.guard})` : ''
  return outcome.why ? `${outcome.state}${guard}: ${outcome.why}` : `${outcome.state}${guard}`
}
