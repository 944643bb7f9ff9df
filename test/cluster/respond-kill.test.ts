import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { contentId } from '../../lib/detection/id.ts'
import { incidentPartition } from '../../lib/incident/incident.ts'
import { readJournal } from '../../lib/incident/journal.ts'
import { inParallel } from '../../lib/parallel.ts'
import type { Cluster, KubernetesObject } from '../../lib/port/cluster.ts'
import { read } from '../../lib/port/store.ts'
import { ActionRecord, actionSortKey } from '../../lib/response/record.ts'
import type { ActionRequest } from '../../lib/response/request.ts'
import { targetOf, workloadsIn } from '../support/responder.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { CONTROLLERS, type ControlPlane, startControlPlane } from './control-plane.ts'
import { startKubelet } from './kubelet.ts'

// A responder that is killed right after each of its calls to the API server, the table and the store of evidence, one after the other, and the message
// delivered again to another: in the end the action is done once, and everything about it is in the journal.
const run = promisify(execFile)
const ONCE = join(import.meta.dirname, 'respond-once.ts')
const NAMESPACE = 'mortal'
const folder = temporaryFolder()
let plane: ControlPlane
let cluster: Cluster
let stop: () => Promise<void>

beforeAll(async () => {
  plane = await startControlPlane({ controllerManagerFlags: { controllers: [...CONTROLLERS, 'disruption-controller'].join(',') } })
  const kubelet = await startKubelet(plane.kubeconfig)
  stop = () => kubelet.stop()
  cluster = kubernetesCluster(kubeConfig({ file: plane.kubeconfig }))
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
})
afterAll(async () => {
  await stop?.()
  await plane?.stop()
  folder.remove()
})

const policies = () => cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: NAMESPACE })

/** What one responder after the other leaves, when the first dies after its `dieAfter`th call. */
async function story(action: string, dieAfter: number) {
  const name = `${action.replaceAll('_', '-')}-${dieAfter}`
  const [pod = expect.fail('no pod')] = await workloadsIn(cluster, NAMESPACE).deployment(name)
  const own = join(folder.path, name)
  mkdirSync(own)
  const request: ActionRequest = {
    id: contentId(name),
    incident: name,
    action,
    parameters: action === 'delete' || action === 'evict' ? { grace_period: '1s' } : {},
    target: targetOf(pod, Date.now()),
    by: { kind: 'response', name: 'R' },
    expiresMs: Date.now() + 600_000,
  }
  const carryOut = (at: number) => run(process.execPath, [ONCE, plane.kubeconfig, own, JSON.stringify(request), String(at)])
  const died = await carryOut(dieAfter).then(
    () => false,
    ({ signal }) => signal === 'SIGKILL' || expect.fail('it ended otherwise'),
  )
  const { stdout } = await carryOut(0)
  const store = sqliteStore(openDatabase(join(own, 'store.db')), { clock: Date.now })
  const record = await read(store, { pk: incidentPartition(name), sk: actionSortKey(request.id) }, ActionRecord)
  const journal = (await readJournal(store, { incident: name })).map(({ outcome }) => outcome)
  const files = readdirSync(own, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json.gz'))
  return { pod, died, calls: Number(stdout), outcome: record?.outcome?.state, journal, evidence: files.length }
}

const isGone = async ({ metadata }: KubernetesObject) => {
  const now = await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: metadata.name })
  return now?.metadata.uid !== metadata.uid || now?.metadata.deletionTimestamp !== undefined
}
const ownPolicies = async ({ metadata }: KubernetesObject) =>
  (await policies()).filter(({ spec }) => JSON.stringify(spec).includes(metadata.uid ?? '-')).length

test.each([
  ['delete', 1, async (pod: KubernetesObject) => expect(await isGone(pod)).toBe(true)],
  ['isolate', 0, async (pod: KubernetesObject) => expect([await ownPolicies(pod), await isGone(pod)]).toEqual([1, false])],
] as const)(
  'a responder of %s that is killed after each of its calls',
  async (action, evidence, check) => {
    const undisturbed = await story(action, 0)
    expect(undisturbed).toMatchObject({ died: false, outcome: 'done', evidence })
    expect(undisturbed.journal.toSorted()).toEqual(['begun', 'done'])
    const steps = Array.from({ length: 60 }, (_, index) => index + 1)
    let survived = 0
    await inParallel(steps, 2, async (step) => {
      if (survived > 0) return
      const { pod, died, outcome, journal, evidence: kept } = await story(action, step)
      if (!died) survived += 1
      expect([step, outcome, journal.toSorted(), kept]).toEqual([step, 'done', ['begun', 'done'], evidence])
      await check(pod)
    })
    expect(survived).toBeGreaterThan(0) // the last steps are past the end: all were tried
  },
  300_000,
)
