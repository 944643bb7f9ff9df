import * as z from 'zod'
import type { Rate } from '../duration.ts'
import { CodedError } from '../error.ts'
import type { KubernetesObject } from '../port/cluster.ts'
import { read, type Store, update } from '../port/store.ts'
import type { Guards } from './guards.ts'
import type { Outcome } from './outcome.ts'
import { floorOf, type Replicas } from './replica-floor.ts'
import type { ActionRequest } from './request.ts'

type Refusal = Extract<Outcome, { state: 'refused' }>

/** The actions of one scope that were let through, the latest last; `pod`: the uid of the pod that each takes away, for the floor. */
const Spent = z.object({ actions: z.array(z.object({ id: z.string(), atMs: z.number(), pod: z.string().optional() })) })
type Spent = z.infer<typeof Spent>
const Held = z.object({ incident: z.string() })

/** How long a pod that was let go may still look ready to the API server. */
const FLOOR_WINDOW_SECONDS = 600

/** What an action is let through with: on which pod, of which workload, and, where it takes pods away, how the workload stands. */
export type Limited = {
  readonly podUid: string
  readonly workload: KubernetesObject | undefined
  readonly takesAway: 'nothing' | 'pod' | 'workload'
  readonly replicas: Replicas | undefined
  /** What is worth telling with the outcome. */
  readonly note?: string
}

/** Takes from the scope, or says why not. */
type Scope = {
  readonly guard: string
  readonly pk: string
  readonly windowSeconds: number
  readonly why: string
  readonly allows: (others: Spent['actions']) => boolean
}

/** What responses may do in a while, per cluster, namespace and workload, how many pods must be left, and how soon again to the same pod. Each
 *  scope is one item, changed by compare-and-set, so that any number of functions together stay within it; an action that was let through once is
 *  let through again. The cool-down comes last, so that what a budget refuses holds no pod. `spend`: false only asks. People who press are not held by these: a flood of alerts must not take the means from their hands. */
export async function guardLimits(
  request: ActionRequest,
  limited: Limited,
  guards: Guards,
  { store, nowMs, spend }: Spending,
): Promise<Refusal | undefined> {
  if (request.by.kind !== 'response') return undefined
  const taken: Scope[] = []
  const refuse = async (outcome: Refusal): Promise<Refusal> => {
    if (spend) for (const before of taken) await giveBack(store, before, request.id)
    return outcome
  }
  for (const scope of scopesOf(request, limited, guards)) {
    const outcome = await readable(scope.guard, () => take(store, scope, { id: request.id, pod: limited.podUid, nowMs, spend }))
    if (outcome !== 'taken') return refuse(outcome === 'none_left' ? { state: 'refused', guard: scope.guard, why: scope.why } : outcome)
    taken.push(scope)
  }
  const held = await guardCooldown(request, limited, guards.cooldown, { store, nowMs, spend })
  return held && refuse(held)
}

type Spending = { readonly store: Store; readonly nowMs: number; readonly spend: boolean }

function scopesOf(
  { target }: ActionRequest,
  { workload, takesAway, replicas, podUid }: Limited,
  { budget, replica_floors }: Guards,
): readonly Scope[] {
  const { cluster, namespace } = target
  const budgetsOf = (name: string, pk: string, rates: readonly Rate[]): readonly Scope[] =>
    rates.map(({ limit, windowSeconds }) => ({
      guard: 'budget',
      pk: `${pk}#${windowSeconds}`,
      windowSeconds,
      why: `the responses' budget for ${name} is spent: ${limit} in ${windowSeconds} s`,
      allows: (others) => others.length < limit,
    }))
  const of = workload && `${workload.kind} ${namespace}/${workload.metadata.name}`
  const scopes: Scope[] = []
  const floor = replicas && takesAway !== 'nothing' ? floorOf(replica_floors, replicas.desired) : 0
  if (replicas && floor > 0) {
    scopes.push({
      guard: 'replica_floor',
      pk: `floor#${cluster}#${replicas.of}`,
      windowSeconds: FLOOR_WINDOW_SECONDS,
      why: `${floor} of the ${replicas.desired} pods of ${of} must be left ready`,
      allows: (others) => {
        if (takesAway === 'workload') return false
        const gone = new Set([podUid, ...others.map(({ pod }) => pod)])
        return replicas.ready.filter((uid) => !gone.has(uid)).length >= floor
      },
    })
  }
  if (workload) scopes.push(...budgetsOf(of ?? '', `budget#${cluster}#${namespace}#${workload.metadata.uid}`, budget.per_workload))
  scopes.push(...budgetsOf(`namespace ${namespace}`, `budget#${cluster}#${namespace}`, budget.per_namespace))
  scopes.push(...budgetsOf(`cluster ${cluster}`, `budget#${cluster}`, budget.per_cluster))
  return scopes
}

type Taking = { readonly id: string; readonly pod: string; readonly nowMs: number; readonly spend: boolean }

async function take(store: Store, { pk, windowSeconds, allows }: Scope, { id, pod, nowMs, spend }: Taking): Promise<'taken' | 'none_left'> {
  const within = (spent: Spent | undefined) => (spent?.actions ?? []).filter(({ atMs }) => atMs > nowMs - windowSeconds * 1000)
  const isOurs = (actions: Spent['actions']) => actions.some((one) => one.id === id)
  if (!spend) {
    const actions = within(await read(store, { pk, sk: 'spent' }, Spent))
    return isOurs(actions) || allows(actions) ? 'taken' : 'none_left'
  }
  const expires = Math.ceil(nowMs / 1000) + windowSeconds
  const now = await update(store, { pk, sk: 'spent', expires }, Spent, (present) => {
    const actions = within(present)
    return isOurs(actions) || !allows(actions) ? undefined : { actions: [...actions, { id, atMs: nowMs, pod }] }
  })
  return isOurs(now?.actions ?? []) ? 'taken' : 'none_left'
}

async function giveBack(store: Store, { pk }: Scope, id: string): Promise<void> {
  await update(store, { pk, sk: 'spent' }, Spent, (present) => present && { actions: present.actions.filter((one) => one.id !== id) })
}

/** Whether this incident's responses may take the pod away now: none of another incident's did within the cool-down. What takes nothing away neither
 *  asks nor holds: the label of a petty incident must not keep a grave one from its pod. */
async function guardCooldown(
  { incident, target }: ActionRequest,
  { podUid, takesAway }: Limited,
  cooldown: number,
  { store, nowMs, spend }: Spending,
): Promise<Refusal | undefined> {
  if (cooldown === 0 || takesAway === 'nothing') return undefined
  const key = { pk: `cooldown#${target.cluster}#${podUid}`, sk: 'held' }
  if (spend) await store.put({ ...key, data: { incident }, expires: Math.ceil(nowMs / 1000) + cooldown }, 'absent')
  const held = await readable('cooldown', () => read(store, key, Held))
  if (held === undefined || ('incident' in held && held.incident === incident)) return undefined
  if ('state' in held) return held
  return { state: 'refused', guard: 'cooldown', why: `a response acted on this pod less than ${cooldown} s ago` }
}

/** A guard whose state is not of its shape refuses: what it would have said is not known. */
export async function readable<T>(guard: string, work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof CodedError) || error.transient) throw error
    return { state: 'refused', guard, why: `the guard cannot be read: ${error.message}` }
  }
}

/** What an order takes stands under this until its agent answers, so that it is told apart from what was done. */
const orderedId = (id: string): string => `order#${id}`
const UNPROVEN: Limited = { podUid: '', workload: undefined, takesAway: 'nothing', replicas: undefined }

/** The budgets of namespace and cluster for what an agent is told to do, on the word of an alert alone: done and ordered together stay within them. `wait`: there would be room
 *  but for orders that are not answered yet. No cool-down: that is the agent's, who knows the pod. */
export async function guardOrder(
  request: ActionRequest,
  guards: Guards,
  { store, nowMs, spend }: { readonly store: Store; readonly nowMs: number; readonly spend: boolean },
): Promise<Refusal | 'wait' | undefined> {
  const over = await guardLimits({ ...request, id: orderedId(request.id) }, UNPROVEN, { ...guards, cooldown: 0 }, { store, nowMs, spend })
  if (over?.guard !== 'budget') return over
  for (const { guard, pk, windowSeconds, allows, why } of scopesOf(request, UNPROVEN, guards)) {
    const spent = await readable(guard, () => read(store, { pk, sk: 'spent' }, Spent))
    if (spent && 'state' in spent) return spent
    const done = (spent?.actions ?? []).filter(({ id, atMs }) => !id.startsWith('order#') && atMs > nowMs - windowSeconds * 1000)
    if (!allows(done)) return { ...over, why }
  }
  return 'wait'
}

/** What came of an order: what it took of the budgets is given back, or, where something was done, counts from now on whether or not there was room. Can be done again. */
export async function settleLimits(
  request: ActionRequest,
  guards: Guards,
  { store, nowMs, isSpent }: { readonly store: Store; readonly nowMs: number; readonly isSpent: boolean },
): Promise<void> {
  if (request.by.kind !== 'response') return
  const { id } = request
  for (const { guard, pk, windowSeconds } of scopesOf(request, UNPROVEN, guards)) {
    const key = isSpent ? { pk, sk: 'spent', expires: Math.ceil(nowMs / 1000) + windowSeconds } : { pk, sk: 'spent' }
    const settled = (present: Spent | undefined): Spent | undefined => {
      const actions = present?.actions ?? []
      const others = actions.filter((one) => one.id !== id && one.id !== orderedId(id))
      if (!isSpent) return others.length === actions.length ? undefined : { actions: others }
      const atMs = actions.find((one) => one.id === id)?.atMs ?? nowMs
      return { actions: [...others.filter((one) => one.atMs > nowMs - windowSeconds * 1000), { id, atMs }] }
    }
    await readable(guard, () => update(store, key, Spent, settled)) // one that cannot be read refuses the next, and does not lose this answer
  }
}
