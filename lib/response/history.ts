import * as z from 'zod'
import { contentId } from '../detection/id.ts'
import { parseData, type Store, update } from '../port/store.ts'

const DAY_MS = 86_400_000
const KEEP_DAYS = 35
const MAX_WORKLOADS = 200
const MAX_IDS = 2000

/** What a response that only observes said on one day (UTC): on how many pods it would have acted, on how many guards would have refused it, and of
 *  which workloads. `ids`: those that were counted. */
const Day = z.object({
  would: z.number().int(),
  refused: z.number().int(),
  workloads: z.array(z.string()),
  ids: z.array(z.string()),
})

export type History = { readonly would: number; readonly refused: number; readonly workloads: number; readonly days: number }

type Observed = {
  readonly response: string
  readonly id: string
  readonly would: boolean
  readonly workload: string
  readonly atMs: number
}

/** Counts a pod that a response would have acted on, once. `id`: the same for all actions of the response on that pod for one incident. */
export async function noteObserved(store: Store, { response, id, would, workload, atMs }: Observed): Promise<void> {
  const key = { ...partition(response), sk: dayOf(atMs), expires: Math.ceil(atMs / 1000) + KEEP_DAYS * 86_400 }
  await update(store, key, Day, (day = { would: 0, refused: 0, workloads: [], ids: [] }) => {
    const mark = id.slice(0, 12)
    if (day.ids.includes(mark)) return undefined
    const workloads = would ? [...new Set([...day.workloads, workload])].slice(0, MAX_WORKLOADS) : day.workloads
    return {
      would: day.would + (would ? 1 : 0),
      refused: day.refused + (would ? 0 : 1),
      workloads,
      ids: [...day.ids, mark].slice(-MAX_IDS),
    }
  })
}

/** What it would have done in the last `days` days, today included. */
export async function historyOf(
  store: Store,
  response: string,
  { nowMs, days = 7 }: { readonly nowMs: number; readonly days?: number },
): Promise<History> {
  const range = { from: dayOf(nowMs - (days - 1) * DAY_MS), to: dayOf(nowMs) }
  const all = (await store.query(partition(response).pk, range)).map((item) => parseData(Day, item))
  const sum = (of: 'would' | 'refused') => all.reduce((total, day) => total + day[of], 0)
  return { would: sum('would'), refused: sum('refused'), workloads: new Set(all.flatMap((day) => day.workloads)).size, days }
}

/** `would have acted on 12 pods of 3 workloads in 7 days; guards would have refused 2 more`. */
export function historyWords({ would, refused, workloads, days }: History): string {
  const on = `would have acted on ${would} pod${would === 1 ? '' : 's'} of ${workloads} workload${workloads === 1 ? '' : 's'} in ${days} days`
  return refused > 0 ? `${on}; guards would have refused ${refused} more` : on
}

function partition(response: string): { readonly pk: string } {
  return { pk: `history#${contentId(response).slice(0, 32)}` }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
