import { setTimeout as sleep } from 'node:timers/promises'
import { load } from './load.ts'
import { alertOn } from './respond-alerts.ts'
import type { Api } from './respond-api.ts'
import type { Contender, Running } from './respond-contenders.ts'
import { podNames, removePods, runPods } from './respond-pods.ts'
import { requestsSince, requestsSoFar } from './respond-requests.ts'
import type { Effect, PodWatch } from './respond-watch.ts'

const EFFECT_WITHIN_MS = 15_000
const LONGEST_MS = 60_000
const PAUSE_MS = 250
const SETTLE_MS = 3_000
const CONNECTIONS = 32
const ENOUGH_NEVER = 3 // a contender that did not act so often in a row is not asked again

/** Milliseconds from the POST to the effect, in the order in which the alerts were sent; Infinity where it was not seen. */
export type Times = readonly number[]
export type Cluster = { readonly api: Api; readonly watch: PodWatch }

/** One alert at a time, each about a pod of its own, and a pause after its effect. The contenders take turns, and each goes first as often. */
export async function oneAtATime(
  contenders: readonly { readonly contender: Contender; readonly running: Running }[],
  effect: Effect,
  rounds: number,
  { api, watch }: Cluster,
): Promise<readonly Times[]> {
  const times = contenders.map((): number[] => [])
  const pods = await Promise.all(contenders.map((_, index) => runPods(api, podNames(rounds, `one-${effect}-${index}`, 'each'))))
  await watch.until(
    pods.flat().map(({ name }) => name),
    'known',
    EFFECT_WITHIN_MS,
  )
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + turn) % contenders.length
      const { contender, running } = contenders[index] ?? {}
      const pod = pods[index]?.[round]
      if (!contender?.effects.includes(effect) || !running || !pod || isHopeless(times[index] ?? [])) continue
      const body = alertOn(pod, effect)
      const start = performance.now()
      await (await fetch(`http://127.0.0.1:${running.port}/`, { method: 'POST', body })).text()
      await watch.until([pod.name], effect, EFFECT_WITHIN_MS)
      times[index]?.push((watch.seenAt(pod.name, effect) ?? Infinity) - start)
      await sleep(PAUSE_MS)
    }
  }
  await removePods(api)
  return times
}

/** What became of a burst. `requests`: those that reached the API server, by verb and resource, until all was quiet again. */
export type Burst = {
  readonly times: Times
  readonly cpuMs: number
  readonly peakMb: number
  readonly requests: readonly (readonly [string, number])[]
  readonly remarks: readonly string[]
}
/** `workloads`: whether the pods are of one Deployment, so that Creance has one incident, or each of its own. */
export type BurstOptions = {
  readonly effect: Effect
  readonly pods: number
  readonly workloads: 'one' | 'each'
  readonly batch: boolean
  readonly name: string
}

/** An alert about each of so many pods, all at once: one POST each over several connections, or all in one. The contender is started for it.
 *  The time of each is counted from the first POST. */
export async function burst(contender: Contender, options: BurstOptions, { api, watch }: Cluster): Promise<Burst> {
  const { effect, batch } = options
  const pods = await runPods(api, podNames(options.pods, options.name, options.workloads))
  const names = pods.map((pod) => pod.name)
  await watch.until(names, 'known', EFFECT_WITHIN_MS)
  const running = await contender.start()
  try {
    await sleep(SETTLE_MS)
    const alerts = pods.map((pod) => alertOn(pod, effect))
    const bodies = batch ? [`[${alerts.join(',')}]`] : alerts
    const before = await requestsSoFar(api)
    const cpuBeforeMs = running.process.cpuMs()
    const start = performance.now()
    const [sent] = await Promise.all([
      load({ host: '127.0.0.1', port: running.port }, bodies, { connections: CONNECTIONS, limitMs: EFFECT_WITHIN_MS }),
      watch.until(names, effect, LONGEST_MS),
    ])
    const times = names.map((pod) => (watch.seenAt(pod, effect) ?? Infinity) - start)
    await sleep(SETTLE_MS)
    const requests = requestsSince(before, await requestsSoFar(api))
    const bad = Object.entries(sent.statuses).filter(([status]) => !status.startsWith('2'))
    return {
      times,
      cpuMs: running.process.cpuMs() - cpuBeforeMs,
      peakMb: running.process.peakRssBytes() / 1_000_000,
      requests,
      remarks: bad.map(([status, count]) => `${contender.name}: ${count} POSTs answered ${status}`),
    }
  } finally {
    await running.process.stop()
    await removePods(api)
  }
}

function isHopeless(times: Times): boolean {
  return times.length >= ENOUGH_NEVER && times.slice(-ENOUGH_NEVER).every((ms) => ms === Infinity)
}

/** The least time within which this share of them had their effect; Infinity: not that many had. */
export function within(times: Times, share: number): number {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Infinity
}

export function actedWithin(times: Times, limitMs = EFFECT_WITHIN_MS): number {
  return times.filter((ms) => ms <= limitMs).length
}
