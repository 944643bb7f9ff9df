import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { startControlPlane } from '../test/cluster/control-plane.ts'
import { openApi } from './support/respond-api.ts'
import { type Contender, creance, talon } from './support/respond-contenders.ts'
import { type BurstOptions, burst, type Cluster, oneAtATime } from './support/respond-measure.ts'
import { makePlace } from './support/respond-pods.ts'
import { type Many, type One, report } from './support/respond-report.ts'
import { type Effect, watchPods } from './support/respond-watch.ts'
import { decimal } from './support/table.ts'

// From the POST of an alert to its effect on the pod, as a watch sees it, on a real kube-apiserver: one alert at a time, and a burst of alerts about as
// many pods. `creance local` runs as a process of its own, from the sources. TALON=path of falco-talon's binary measures it too, in turn with ours.
const ROUNDS = Number(process.argv[2] ?? 30)
const PODS = Number(process.argv[3] ?? 200)
const EFFECTS: readonly Effect[] = ['label', 'delete', 'isolate']
const BURSTS: readonly Omit<BurstOptions, 'pods' | 'name'>[] = [
  { effect: 'label', workloads: 'each', batch: false },
  { effect: 'label', workloads: 'one', batch: false },
  { effect: 'label', workloads: 'each', batch: true },
  { effect: 'isolate', workloads: 'each', batch: false },
]
const NEEDED = ['etcd', 'kube-apiserver', 'kube-controller-manager']

async function measureOne(contenders: readonly Contender[], cluster: Cluster): Promise<readonly One[]> {
  const started = []
  try {
    for (const contender of contenders) started.push({ contender, running: await contender.start() })
    const all: One[] = []
    for (const effect of EFFECTS) {
      const times = await oneAtATime(started, effect, ROUNDS, cluster)
      all.push(...contenders.flatMap(({ name }, index) => (times[index]?.length ? [{ name, effect, times: times[index] }] : [])))
    }
    return all
  } finally {
    for (const { running } of started) await running.process.stop()
  }
}

async function measureMany(contenders: readonly Contender[], cluster: Cluster): Promise<readonly Many[]> {
  const all: Many[] = []
  for (const [at, kind] of BURSTS.entries()) {
    const { effect, batch, workloads } = kind
    const what = `${effect}, ${workloads === 'one' ? 'one workload' : 'a workload each'}${batch ? ', one request' : ''}`
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (at + turn) % contenders.length
      const contender = contenders[index]
      if (!contender?.effects.includes(effect) || (batch && !contender.batches)) continue
      const options = { ...kind, pods: PODS, name: `burst-${index}-${at}` }
      all.push({ name: contender.name, what, burst: await burst(contender, options, cluster) })
    }
  }
  return all
}

/** What others do on the machine at the same time is in every figure. */
function printLoad(): void {
  const [minute = 0] = loadavg()
  const cores = availableParallelism()
  if (minute > cores / 2) console.log(`others use this machine: load ${decimal(minute, 1)} on ${cores} cores`)
}

async function main(): Promise<void> {
  printLoad()
  const folder = mkdtempSync('/var/tmp/creance-bench-') // not /tmp, which may be memory: the queues are synced to a disk
  const closing: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })]
  try {
    const plane = await startControlPlane()
    closing.push(plane.stop)
    const api = await openApi(plane.kubeconfig)
    closing.push(api.close)
    await makePlace(api)
    const watch = watchPods(api)
    closing.push(watch.stop)
    const place = { kubeconfig: plane.kubeconfig, folder }
    const contenders = [creance(place), ...(process.env.TALON ? [talon(process.env.TALON, place)] : [])]
    for (const { name, version } of contenders) if (version) console.log(`${name}: ${version}`)
    const ones = await measureOne(contenders, { api, watch })
    report(ones, await measureMany(contenders, { api, watch }), contenders.length > 1)
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

const assets = process.env.KUBEBUILDER_ASSETS ?? ''
const missing = NEEDED.filter((name) => !existsSync(join(assets, name)))
if (missing.length > 0)
  console.log(`respond: not run, since KUBEBUILDER_ASSETS ${assets ? `(${assets}) lacks ${missing.join(', ')}` : 'is not set'}`)
else await main()
