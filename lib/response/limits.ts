import * as z from 'zod'
import { read, type Store, update } from '../port/store.ts'
import type { Guards } from './guards.ts'
import type { Outcome } from './outcome.ts'
import type { ActionRequest } from './request.ts'

type Refusal = Extract<Outcome, { state: 'refused' }>
type Scope = { readonly name: string; readonly pk: string; readonly limit: number; readonly windowSeconds: number }

/** The actions of one scope that were let through, the latest last. */
const Spent = z.object({ actions: z.array(z.object({ id: z.string(), atMs: z.number() })) })
const Held = z.object({ incident: z.string() })
const Stop = z.object({ by: z.string(), atMs: z.number(), why: z.string() })
const STOP = { pk: 'control', sk: 'stop' } as const

/** The kill switch: while it is set, nothing is done to any cluster, whoever asks; what was done can still be released. */
export async function setStop(
  store: Store,
  stop: { readonly by: string; readonly atMs: number; readonly why: string } | undefined,
): Promise<void> {
  if (stop) await update(store, STOP, Stop, () => stop)
  else await store.remove(STOP.pk, STOP.sk)
}

export async function guardStop(store: Store): Promise<Refusal | undefined> {
  const stop = await read(store, STOP, Stop)
  return (
    stop && {
      state: 'refused',
      guard: 'stopped',
      why: `all action was stopped by ${stop.by} at ${new Date(stop.atMs).toISOString()}${stop.why ? `: ${stop.why}` : ''}`,
    }
  )
}

/** What responses may do in a while, per cluster and per namespace, and how soon again to the same pod. Each scope is one item, changed by
 *  compare-and-set, so that any number of functions together stay within it; an action that was let through once is let through again.
 *  People who press are not held by these: a flood of alerts must not take the means from their hands. */
export async function guardLimits(
  request: ActionRequest,
  podUid: string,
  { budget, cooldown }: Guards,
  { store, nowMs }: { readonly store: Store; readonly nowMs: number },
): Promise<Refusal | undefined> {
  if (request.by.kind !== 'response') return undefined
  const { cluster, namespace } = request.target
  if (cooldown > 0 && !(await holdPod(store, podUid, request.incident, { nowMs, cooldown }))) {
    return { state: 'refused', guard: 'cooldown', why: `a response acted on this pod less than ${cooldown} s ago` }
  }
  const scopes: readonly Scope[] = [
    { name: `namespace ${namespace}`, pk: `budget#${cluster}#${namespace}`, ...budget.per_namespace },
    { name: `cluster ${cluster}`, pk: `budget#${cluster}`, ...budget.per_cluster },
  ]
  const spent: Scope[] = []
  for (const scope of scopes) {
    if (await spend(store, scope, request.id, nowMs)) {
      spent.push(scope)
      continue
    }
    for (const before of spent) await giveBack(store, before, request.id)
    return {
      state: 'refused',
      guard: 'budget',
      why: `the responses' budget for ${scope.name} is spent: ${scope.limit} in ${scope.windowSeconds} s`,
    }
  }
  return undefined
}

async function spend(store: Store, { pk, limit, windowSeconds }: Scope, id: string, nowMs: number): Promise<boolean> {
  const expires = Math.ceil(nowMs / 1000) + windowSeconds
  const now = await update(store, { pk, sk: 'spent', expires }, Spent, (present) => {
    const actions = (present?.actions ?? []).filter(({ atMs }) => atMs > nowMs - windowSeconds * 1000)
    if (actions.some((one) => one.id === id) || actions.length >= limit) return undefined
    return { actions: [...actions, { id, atMs: nowMs }] }
  })
  return now?.actions.some((one) => one.id === id) ?? false
}

async function giveBack(store: Store, { pk }: Scope, id: string): Promise<void> {
  await update(store, { pk, sk: 'spent' }, Spent, (present) => present && { actions: present.actions.filter((one) => one.id !== id) })
}

/** Whether this incident's responses may act on the pod now: none of another incident's did within the cool-down. */
async function holdPod(
  store: Store,
  podUid: string,
  incident: string,
  { nowMs, cooldown }: { nowMs: number; cooldown: number },
): Promise<boolean> {
  const key = { pk: `cooldown#${podUid}`, sk: 'held' }
  await store.put({ ...key, data: { incident }, expires: Math.ceil(nowMs / 1000) + cooldown }, 'absent')
  return (await read(store, key, Held))?.incident === incident
}
