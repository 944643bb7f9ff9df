import { type Random, random } from '../../test/support/alerts/random.ts'
import { type ClusterPod, podsOfWorkload, workloads } from './cluster-pods.ts'
import { CHAIN, CORRELATED, type DetectionKind, NOISE, STORM } from './detection-kinds.ts'

/** One alert as Falco's JSON text, and when it happened (Unix ms). */
export type TimedAlert = { readonly atMs: number; readonly text: string }

/** `rate`: detections a second. `correlated`: the share of them that correlations look at. `bursts`: how often, in detections, a pod is broken into and
 *  a rule storms over 1,000 pods of one workload; without it neither happens. */
export type Mix = {
  readonly rate: number
  readonly correlated: number
  readonly bursts?: { readonly chainEvery: number; readonly stormEvery: number }
  readonly workloads: number
  readonly podsAWorkload: number
}

export const START_MS = Date.UTC(2026, 10, 24)
/** 95 % of what a cluster of 3,000 pods says all day, 5 % spread over its pods, and at times an attack. */
export const REALISTIC: Mix = {
  rate: 1000,
  correlated: 0.05,
  bursts: { chainEvery: 5000, stormEvery: 50_000 },
  workloads: 300,
  podsAWorkload: 10,
}
/** Who makes noise: pairs of a rule and a workload. The n-th comes n^-1.5 times as often as the first: the ten loudest make 80 %. */
const PAIRS = 200
const STORM_PODS = 1000

/** Alerts without end, one after the other; `seed` (an integer) decides all. No two are the same. */
export function* clusterAlerts(mix: Mix, seed: number): Generator<TimedAlert> {
  const chance = random(seed)
  const cluster = workloads(mix.workloads, mix.podsAWorkload, chance)
  const pods = cluster.flat()
  const large = podsOfWorkload('large-web', STORM_PODS, chance)
  const noiseKind = drawer(NOISE, ({ weight }) => weight)
  const pairs = Array.from({ length: PAIRS }, () => ({ kind: noiseKind(chance), of: chance.pick(cluster) }))
  const pair = drawer(pairs, (_, at) => (at + 1) ** -1.5)
  const correlatedKind = drawer(CORRELATED, ({ weight }) => weight)
  for (let made = 0; ; made++) {
    const atMs = START_MS + Math.floor((made * 1000) / mix.rate)
    const { chainEvery, stormEvery } = mix.bursts ?? { chainEvery: 0, stormEvery: 0 }
    if (chainEvery > 0 && made % chainEvery === chainEvery - 1) yield* chainOn(chance.pick(pods), atMs, chance)
    if (stormEvery > 0 && made % stormEvery === stormEvery - 1) yield* stormOn(large, atMs, chance)
    if (chance.between(0, 1_000_000) < mix.correlated * 1_000_000) {
      yield alertOf(correlatedKind(chance), chance.pick(pods), atMs, chance)
    } else {
      const { kind, of } = pair(chance)
      yield alertOf(kind, chance.pick(of), atMs, chance)
    }
  }
}

/** A pod that is broken into, over a few seconds. */
export function* chainOn(pod: ClusterPod, atMs: number, chance: Random): Generator<TimedAlert> {
  for (const [at, kind] of CHAIN.entries()) yield alertOf(kind, pod, atMs + at * 50, chance)
}

/** The same rule on each of these pods. */
export function* stormOn(pods: readonly ClusterPod[], atMs: number, chance: Random): Generator<TimedAlert> {
  for (const pod of pods) yield alertOf(STORM, pod, atMs, chance)
}

function drawer<T>(from: readonly T[], weightOf: (one: T, at: number) => number): (chance: Random) => T {
  let sum = 0
  const upTo = from.map((one, at) => {
    sum += weightOf(one, at)
    return sum
  })
  return (chance) => {
    const drawn = (chance.between(0, 2 ** 32) / 2 ** 32) * sum
    return from[upTo.findIndex((limit) => drawn < limit)] as T
  }
}

/** With the fields, the order and about the size of the recorded alerts (test/fixtures/falco). */
export function alertOf({ rule, priority, exe, args, file }: DetectionKind, pod: ClusterPod, atMs: number, chance: Random): TimedAlert {
  const nanos = String(chance.between(0, 1_000_000)).padStart(6, '0')
  const time = `${new Date(atMs).toISOString().slice(0, 23)}${nanos}`
  const numbered = (text: string) => text.replaceAll('#', String(chance.between(1, 65_536)))
  const name = exe.slice(exe.lastIndexOf('/') + 1)
  const cmdline = `${name} ${numbered(args)}`
  const fields = {
    'container.id': pod.containerId,
    'container.image.repository': pod.image,
    'container.image.tag': 'v4.18.2-8f1c2de',
    'container.name': 'app',
    'evt.arg.flags': 'EXE_WRITABLE|EXE_LOWER_LAYER',
    'evt.time': 0,
    'evt.type': file === undefined ? 'execve' : 'openat',
    ...(file === undefined ? {} : { 'fd.name': numbered(file) }),
    'k8s.ns.name': pod.namespace,
    'k8s.pod.name': pod.name,
    'proc.cmdline': cmdline,
    'proc.exepath': exe,
    'proc.name': name,
    'proc.pid': chance.between(1_000, 4_000_000),
    'proc.pname': 'containerd-shim',
    'proc.tty': 0,
    'user.loginuid': -1,
    'user.name': 'root',
    'user.uid': 0,
  }
  const said = Object.entries(fields).map(([field, value]) => `${field.replaceAll('.', '_')}=${value}`)
  const text = JSON.stringify({
    hostname: pod.node,
    output: `${time.slice(11)}: ${priority} ${rule} | ${said.join(' ')}`,
    output_fields: fields,
    priority,
    rule,
    source: 'syscall',
    tags: ['T1059', 'container', 'maturity_stable', 'mitre_execution', 'process'],
    time: `${time}Z`,
  })
  return { atMs, text: text.replace('"evt.time":0', `"evt.time":${atMs}${nanos}`) } // no JS number holds it
}
