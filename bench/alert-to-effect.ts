import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { alertsOn } from '../local/demo/alerts.ts'
import { demoRules } from '../local/demo/demo.ts'
import { deployWorkloads, NAMESPACE, podsOf } from '../local/demo/workload.ts'
import { startLocal } from '../local/local.ts'
import { readLocalSettings } from '../local/settings.ts'

// From the POST of an alert to its effect on the pod (deleted by a response that does not ask), with `creance local` on the in-memory
// Kubernetes API: the chain's own share of the time. One at a time; the pod's Deployment makes a new pod after each.
const ROUNDS = Number(process.argv[2] ?? 30)
const root = join(import.meta.dirname, '..')
const data = mkdtempSync(join(tmpdir(), 'creance-bench-'))
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const settings = readLocalSettings({
  packageRoot: root,
  data,
  rules: demoRules(root).filter((path) => !path.endsWith('guards.yaml')), // more in an hour than its budget allows
  listen: '127.0.0.1:0',
  http: '127.0.0.1:0',
  cluster: 'bench',
})
const local = await startLocal(settings, quiet)
const recording = new URL('../local/demo/alerts/netcat-shell.jsonl', import.meta.url)
const milliseconds: number[] = []
try {
  await deployWorkloads(local.cluster)
  for (let round = 0; round < ROUNDS; round++) {
    const [pod] = await podsOf(local.cluster, 'payments')
    if (!pod) throw new Error('no pod runs')
    const [first = '', second = ''] = alertsOn(pod, recording)
    await fetch(local.forwarderUrl, { method: 'POST', body: first })
    await sleep(100)
    const start = performance.now()
    await fetch(local.forwarderUrl, { method: 'POST', body: second })
    while (await local.cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: pod.name })) await sleep(1)
    milliseconds.push(performance.now() - start)
  }
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0)
  console.log(`alert to effect (label, then delete), ${ROUNDS} rounds: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, worst ${at(1)} ms`)
} finally {
  await local.stop()
  rmSync(data, { recursive: true, force: true })
}
