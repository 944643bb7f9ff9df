import { BatchV1Api, KubeConfig, PatchStrategy, setHeaderOptions } from '@kubernetes/client-node'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { readJournal } from '../../lib/incident/journal.ts'
import type { Cluster, KubernetesObject, ObjectName } from '../../lib/port/cluster.ts'
import { respond } from '../../lib/stage/respond.ts'
import { eventually } from '../support/eventually.ts'
import { responder, targetOf, workloadsIn } from '../support/responder.ts'

type Started = { readonly kubeconfig: string; readonly stop: () => Promise<void> }
type Workloads = ReturnType<typeof workloadsIn>

const POD = { apiVersion: 'v1', kind: 'Pod' } as const
const USER = { kind: 'user', id: 'U1', name: 'alice' } as const

/** Everything that respond does to a cluster and undoes, every guard, and every refusal. Runs against the in-memory API and against a real kube-apiserver
 *  with controllers and a stand-in for the kubelet; each test has a namespace of its own. */
export function responderContract(name: string, start: () => Promise<Started>): void {
  describe(`Responder: ${name}`, () => {
    let started: Started
    let cluster: Cluster
    let namespace = ''
    let make: Workloads
    let count = 0
    beforeAll(async () => {
      started = await start()
      cluster = kubernetesCluster(kubeConfig({ file: started.kubeconfig }))
    })
    afterAll(() => started?.stop())
    beforeEach(async () => {
      namespace = `responder-${++count}`
      await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
      make = workloadsIn(cluster, namespace)
    })
    const one = (pods: readonly KubernetesObject[]): KubernetesObject => pods[0] ?? expect.fail('no pod')
    const again = (pod: KubernetesObject) => cluster.get({ ...POD, namespace, name: pod.metadata.name })
    const at = (apiVersion: string, kind: string, what: string): ObjectName => ({ apiVersion, kind, namespace, name: what })
    const specOf = async (object: ObjectName) => (await cluster.get(object))?.spec
    /** Gone, or going. */
    const isLost = async (pod: KubernetesObject) => {
      const now = await again(pod)
      return now?.metadata.uid !== pod.metadata.uid || now?.metadata.deletionTimestamp !== undefined
    }
    /** What of the pod an action could have changed. */
    const seen = async (pod: KubernetesObject) => {
      const now = await again(pod)
      return {
        labels: now?.metadata.labels,
        annotations: now?.metadata.annotations,
        uid: now?.metadata.uid,
        ends: now?.metadata.deletionTimestamp,
      }
    }

    describe('actions and their undo', () => {
      test.each([
        [
          'label',
          { labels: { 'creance.dev/quarantine': 'true', app: 'other' } },
          'labels',
          { 'creance.dev/quarantine': 'true', app: 'other' },
        ],
        [
          'annotate',
          { annotations: { 'creance.dev/why': 'a shell; and more' } },
          'annotations',
          { 'creance.dev/why': 'a shell; and more' },
        ],
      ] as const)('%s puts texts on the pod, and takes them away', async (action, parameters, of, put) => {
        const pod = await make.pod('web')
        const before = await seen(pod)
        const { requestOf, carryOut, release } = responder(cluster)
        const request = requestOf(action, parameters, pod)
        expect(await carryOut(request)).toEqual({ state: 'done' })
        expect((await seen(pod))[of]).toMatchObject(put)
        expect(await release([request.id], pod)).toMatchObject({ state: 'undone' })
        expect(await seen(pod)).toEqual(before)
      })

      test('what somebody else has put there since stays when it is undone', async () => {
        const pod = await make.pod('web')
        const { requestOf, carryOut, release } = responder(cluster)
        const request = requestOf('label', { labels: { a: 'ours', b: 'ours' } }, pod)
        await carryOut(request)
        const now = (await again(pod)) ?? pod
        const { uid = '', resourceVersion = '' } = now.metadata
        await cluster.patch({ ...at('v1', 'Pod', 'web'), uid, resourceVersion, labels: { a: 'theirs' } })
        await release([request.id], pod)
        expect((await seen(pod)).labels).toEqual({ app: 'web', a: 'theirs' })
      })

      test('delete takes evidence, then the pod; its ReplicaSet’s new one is left alone', async () => {
        const pod = one(await make.deployment('web'))
        const { requestOf, carryOut, evidence, journal } = responder(cluster)
        const request = requestOf('delete', { grace_period: '1s' }, pod)
        const outcome = await carryOut(request)
        expect(outcome).toMatchObject({ state: 'done', why: expect.stringMatching(/evidence memory:\/\/\S+ sha256 [0-9a-f]{64}/) })
        expect(await isLost(pod)).toBe(true)
        expect(evidence.kept.size).toBe(1)
        const begun = (await journal()).find((line) => line.outcome === 'begun')
        expect(begun?.why).toMatch(/sha256 [0-9a-f]{64}/)
        const young = one(await make.running('app=web', 1))
        expect(young.metadata.uid).not.toBe(pod.metadata.uid)
        // the same evidence again, under another action
        expect(await carryOut(requestOf('delete', {}, pod))).toMatchObject({ state: 'skipped' })
        expect(await carryOut(requestOf('label', { labels: { a: 'b' } }, pod))).toMatchObject({ state: 'skipped' })
        expect((await seen(young)).labels).not.toHaveProperty('a')
      })

      test('evict asks the disruption budgets', async () => {
        const pods = await make.deployment('web', 2)
        const budget = { minAvailable: 1, selector: { matchLabels: { app: 'web' } } }
        await make.make('policy/v1', 'PodDisruptionBudget', 'web', budget)
        await eventually(async () => {
          const { status } = (await cluster.get(at('policy/v1', 'PodDisruptionBudget', 'web'))) ?? {}
          expect(status).toMatchObject({ disruptionsAllowed: 1 })
        }, 60_000)
        const { requestOf, carryOut } = responder(cluster)
        expect(await carryOut(requestOf('evict', { grace_period: '1s' }, one(pods)))).toMatchObject({ state: 'done' })
        expect(await isLost(one(pods))).toBe(true)
      })

      test('cordon closes the node; the end of one does not end another', async () => {
        const pod = await make.pod('web')
        const node = { apiVersion: 'v1', kind: 'Node', name: targetOf(pod, 0).node ?? '' } as const
        const first = responder(cluster)
        const requests = [first.requestOf('cordon', {}, pod), first.requestOf('cordon', {}, pod)]
        for (const request of requests) expect(await first.carryOut(request)).toMatchObject({ state: 'done' })
        expect(await specOf(node)).toMatchObject({ unschedulable: true })
        expect(await first.release([requests[0]?.id ?? ''], pod)).toMatchObject({
          state: 'undone',
          why: expect.stringContaining('stays cordoned'),
        })
        expect(await specOf(node)).toMatchObject({ unschedulable: true })
        expect(await first.release([requests[1]?.id ?? ''], pod)).toMatchObject({ state: 'undone' })
        expect(await specOf(node)).not.toHaveProperty('unschedulable')
        expect((await cluster.get(node))?.metadata.annotations ?? {}).toEqual({})
      })

      test('scale_to_zero stops the Deployment, and brings back as many as there were', async () => {
        const [pod = expect.fail('no pod')] = await make.deployment('web', 3)
        const { requestOf, carryOut, release, evidence } = responder(cluster)
        const request = requestOf('scale_to_zero', {}, pod)
        expect(await carryOut(request)).toMatchObject({ state: 'done', why: expect.stringContaining('Deployment web, from 3 to 0') })
        await make.running('app=web', 0)
        expect(evidence.kept.size).toBe(1)
        expect(await release([request.id], pod)).toMatchObject({ state: 'undone', why: expect.stringContaining('back to 3') })
        await make.running('app=web', 3)
      })

      test('scale_to_zero does not take back what somebody has scaled since', async () => {
        const pod = one(await make.deployment('web', 2))
        const { requestOf, carryOut, release } = responder(cluster)
        const request = requestOf('scale_to_zero', {}, pod)
        await carryOut(request)
        await eventually(async () => {
          const { metadata } = (await cluster.get(at('apps/v1', 'Deployment', 'web'))) ?? expect.fail('no deployment')
          const { uid = '', resourceVersion = '' } = metadata
          const scaled = {
            ...at('apps/v1', 'Deployment', 'web'),
            uid,
            resourceVersion,
            subresource: 'scale',
            spec: { replicas: 5 },
          } as const
          expect(await cluster.patch(scaled)).toBe('patched')
        })
        expect(await release([request.id], pod)).toMatchObject({ state: 'undone', why: expect.stringContaining('scaled to 5 already') })
        expect(await specOf(at('apps/v1', 'Deployment', 'web'))).toMatchObject({ replicas: 5 })
      })

      test('suspend stops Job and CronJob, and lets both go on', async () => {
        const template = { spec: { containers: [{ name: 'c', image: 'x' }], restartPolicy: 'Never' } }
        const cron = await make.make('batch/v1', 'CronJob', 'nightly', { schedule: '0 0 1 1 *', jobTemplate: { spec: { template } } })
        const { apiVersion, kind, metadata } = cron
        const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true }]
        await cluster.create({
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name: 'nightly-1', namespace, ownerReferences },
          spec: { template },
        })
        const job = (await cluster.get(at('batch/v1', 'Job', 'nightly-1'))) ?? expect.fail('no job')
        const active = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'nightly-1', namespace, uid: job.metadata.uid ?? '' }]
        await makeActive(cluster, started.kubeconfig, { namespace, name: 'nightly' }, active)
        const labels = { 'batch.kubernetes.io/controller-uid': job.metadata.uid ?? '' }
        const pod = await make.pod('nightly-1-x', { metadata: { labels, ownerReferences: [referenceTo(job)] } })
        const { requestOf, carryOut, release } = responder(cluster)
        const request = requestOf('suspend', {}, pod)
        expect(await carryOut(request)).toMatchObject({ state: 'done', why: expect.stringContaining('CronJob nightly, Job nightly-1') })
        for (const [what, object] of [['CronJob', 'nightly'], ['Job', 'nightly-1']] as const) // biome-ignore format: a table
          expect(await specOf(at('batch/v1', what, object))).toMatchObject({ suspend: true })
        expect(await release([request.id], pod)).toMatchObject({ state: 'undone' })
        for (const [what, object] of [['CronJob', 'nightly'], ['Job', 'nightly-1']] as const) // biome-ignore format: a table
          expect(await specOf(at('batch/v1', what, object))).toMatchObject({ suspend: false })
      })

      test.each([
        ['scale_to_zero', true, 'unproven_owner'],
        ['scale_to_zero', false, 'not_scalable'],
      ] as const)('%s leaves a Deployment alone that a pod says is its owner (controller: %s)', async (action, controller, guard) => {
        await make.deployment('victim', 1)
        const victim = at('apps/v1', 'Deployment', 'victim')
        const found = (await cluster.get(victim)) ?? expect.fail('no deployment')
        const pod = await make.pod('stray', {
          metadata: { labels: { app: 'stray' }, ownerReferences: [{ ...referenceTo(found), controller }] },
        })
        const { requestOf, carryOut } = responder(cluster)
        expect(await carryOut(requestOf(action, {}, pod))).toMatchObject({ state: 'refused', guard })
        expect(await specOf(victim)).toMatchObject({ replicas: 1 })
      })

      test('capture keeps evidence, with its hash in the journal, and changes nothing', async () => {
        const pod = await make.pod('web')
        const before = await seen(pod)
        const { requestOf, carryOut, evidence, journal } = responder(cluster)
        expect(await carryOut(requestOf('capture', {}, pod))).toMatchObject({
          state: 'done',
          why: expect.stringMatching(/sha256 [0-9a-f]{64}/),
        })
        expect(evidence.kept.size).toBe(1)
        expect((await journal()).at(-1)?.why).toMatch(/sha256 [0-9a-f]{64}/)
        expect(await seen(pod)).toEqual(before)
      })

      test('isolate makes a policy for this pod alone, and takes it away', async () => {
        const pods = await make.deployment('web', 2)
        const { requestOf, carryOut, release } = responder(cluster)
        const request = requestOf('isolate', { allow_dns: true }, one(pods))
        expect(await carryOut(request)).toMatchObject({ state: 'done' })
        const policies = () => cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace })
        expect(await policies()).toHaveLength(1)
        expect(await release([request.id], one(pods))).toMatchObject({ state: 'undone' })
        expect(await policies()).toHaveLength(0)
      })

      test('an action is done once, however often it is asked for, and is told in the journal, metrics and the pod’s events', async () => {
        const pod = await make.pod('web')
        const { requestOf, carryOut, counted, journal } = responder(cluster)
        const request = requestOf('label', { labels: { a: 'b' } }, pod)
        for (let time = 0; time < 3; time++) expect(await carryOut(request)).toEqual({ state: 'done' })
        expect(counted).toEqual([{ action: 'label', outcome: 'done', guard: '', by: 'response' }])
        expect((await journal()).map(({ kind, outcome }) => [kind, outcome])).toEqual([
          ['action', 'begun'],
          ['outcome', 'done'],
        ])
        const events = await cluster.list({
          apiVersion: 'v1',
          kind: 'Event',
          namespace,
          fieldSelector: `involvedObject.uid=${pod.metadata.uid}`,
        })
        const ours = events.filter(({ metadata }) => metadata.name.startsWith('creance-'))
        expect(ours).toMatchObject([
          { reason: 'CreanceLabelDone', message: expect.stringContaining('response "R": done'), type: 'Warning' },
        ])
      })
    })

    describe('what is refused, and by which guard', () => {
      type Case = {
        readonly guards?: object
        readonly action?: string
        readonly parameters?: object
        readonly change?: object
        readonly target?: object
        readonly made?: { metadata?: object; spec?: object }
      }
      const CASES: readonly (readonly [guard: string, given: Case])[] = [
        ['unknown_action', { action: 'explode' }],
        ['bad_parameters', { parameters: { labels: { 'not a key': 'x' } } }],
        ['bad_parameters', { parameters: { lables: { a: 'x' } } }],
        ['unknown_cluster', { target: { cluster: 'another' } }],
        ['unproven', { target: { containerId: '000000000000' } }],
        ['unproven', { target: { containerId: undefined } }],
        ['unproven', { target: { node: 'another' } }],
        ['protected_label', { guards: { protected_labels: { app: 'web' } } }],
        ['protected_service_account', { guards: { protected_service_accounts: ['NAMESPACE/default'] } }],
        ['stale', { guards: { max_evidence_age: '1s' }, change: { seconds: 5 } }],
        ['maintenance', { guards: { maintenance: [{ name: 'all day', from: '00:00', to: '00:00' }] } }],
        ['budget', { guards: { budget: { per_cluster: '0/h' } } }],
        ['budget', { guards: { budget: { per_namespace: '0/h' } } }],
        ['bare_pod', { action: 'delete', parameters: {} }],
        ['bare_pod', { action: 'evict', parameters: {} }],
        ['not_scalable', { action: 'scale_to_zero', parameters: {} }],
        ['not_suspendable', { action: 'suspend', parameters: {} }],
        ['host_network', { action: 'isolate', parameters: {}, made: { spec: { hostNetwork: true } } }],
        ['unknown_kind', { action: 'isolate', parameters: { policy: 'cilium' } }],
      ]
      test.each(CASES)(
        '%s: %j',
        async (guard, { guards = {}, action = 'label', parameters = { labels: { a: 'b' } }, change = {}, target = {}, made = {} }) => {
          const pod = await make.pod('web', made)
          const before = await seen(pod)
          const set = JSON.parse(JSON.stringify(guards).replace('NAMESPACE', namespace))
          const { time, requestOf, carryOut, counted } = responder(cluster, { guards: set })
          const request = requestOf(action, parameters, pod)
          if ('seconds' in change) time.nowMs += Number(change.seconds) * 1000
          const asked = { ...request, target: { ...request.target, ...target } }
          expect(await carryOut(asked)).toMatchObject({ state: 'refused', guard })
          expect(await seen(pod)).toEqual(before)
          expect(counted).toMatchObject([{ outcome: 'refused', guard }])
        },
      )

      test('a pod of the control plane’s own namespaces, whoever asks', async () => {
        const { requestOf, carryOut } = responder(cluster)
        const request = requestOf('label', { labels: { a: 'b' } }, await make.pod('web'), { by: USER })
        for (const protectedOne of ['kube-system', 'kube-public', 'kube-node-lease', 'creance']) {
          const asked = { ...request, id: `in-${protectedOne}`, target: { ...request.target, namespace: protectedOne } }
          expect(await carryOut(asked)).toMatchObject({ state: 'refused', guard: 'protected_namespace' })
        }
      })

      test('a static pod', async () => {
        const pod = await make.pod('web', {
          metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } },
          spec: { nodeName: 'node-1' },
        })
        const { requestOf, carryOut } = responder(cluster)
        expect(await carryOut(requestOf('delete', {}, pod, { by: USER }))).toMatchObject({ state: 'refused', guard: 'mirror_pod' })
      })

      test('a pod that was re-made under its name, by its uid and by its age', async () => {
        const old = await make.pod('web')
        await cluster.remove({ ...at('v1', 'Pod', 'web'), uid: old.metadata.uid ?? '', graceSeconds: 0 })
        const young = await make.pod('web')
        const before = await seen(young)
        const { requestOf, carryOut } = responder(cluster)
        const request = requestOf('delete', { bare_pods: 'delete' }, old)
        expect(await carryOut(request)).toMatchObject({ state: 'skipped', why: expect.stringContaining('another uid') })
        const { uid: _uid, ...nameless } = request.target
        const earlier = { ...nameless, seenNs: String(BigInt(Date.parse(young.metadata.creationTimestamp ?? '') - 60_000) * 1_000_000n) }
        expect(await carryOut({ ...request, id: 'by-age', target: earlier })).toMatchObject({
          state: 'skipped',
          why: expect.stringContaining('younger'),
        })
        const container = { ...request.target, uid: young.metadata.uid ?? '' } // the right uid, but a container of the old one
        expect(await carryOut({ ...request, id: 'by-container', target: container })).toMatchObject({ state: 'refused', guard: 'unproven' })
        expect(await seen(young)).toEqual(before)
      })

      test('a bare pod is deleted where the response allows it, and it is said that nothing makes it again', async () => {
        const pod = await make.pod('web')
        const { requestOf, carryOut } = responder(cluster)
        const outcome = await carryOut(requestOf('delete', { bare_pods: 'delete', grace_period: '1s' }, pod))
        expect(outcome).toMatchObject({ state: 'done', why: expect.stringContaining('nothing makes it again') })
      })

      test('a DaemonSet’s pod is deleted, and it is said that another comes on the same node', async () => {
        const template = { metadata: { labels: { app: 'agent' } }, spec: { containers: [{ name: 'c', image: 'x' }] } }
        const set = await make.make('apps/v1', 'DaemonSet', 'agent', { selector: { matchLabels: { app: 'agent' } }, template })
        const pod = await make.ownedBy(set, 'agent')
        const { requestOf, carryOut } = responder(cluster)
        expect(await carryOut(requestOf('scale_to_zero', {}, pod))).toMatchObject({ state: 'refused', guard: 'not_scalable' })
        const outcome = await carryOut(requestOf('delete', { grace_period: '1s' }, pod))
        expect(outcome).toMatchObject({ state: 'done', why: expect.stringContaining('DaemonSet makes another') })
      })

      test('an eviction that a disruption budget does not allow', async () => {
        const pod = one(await make.deployment('web', 1))
        await make.make('policy/v1', 'PodDisruptionBudget', 'web', { minAvailable: 1, selector: { matchLabels: { app: 'web' } } })
        const { requestOf, carryOut } = responder(cluster)
        expect(await carryOut(requestOf('evict', {}, pod))).toMatchObject({ state: 'refused', guard: 'disruption_budget' })
        expect(await isLost(pod)).toBe(false)
      })

      test('the last node that takes pods, and one of the control plane', async () => {
        const pod = await make.pod('web')
        const name = targetOf(pod, 0).node ?? ''
        const nodes = await cluster.list({ apiVersion: 'v1', kind: 'Node' })
        const change = async (node: KubernetesObject, what: object) => {
          const now = (await cluster.get({ apiVersion: 'v1', kind: 'Node', name: node.metadata.name })) ?? node
          const { uid = '', resourceVersion = '' } = now.metadata
          await cluster.patch({ apiVersion: 'v1', kind: 'Node', name: node.metadata.name, uid, resourceVersion, ...what })
        }
        const others = nodes.filter(({ metadata }) => metadata.name !== name)
        for (const node of others) await change(node, { spec: { unschedulable: true } })
        const { requestOf, carryOut } = responder(cluster)
        expect(await carryOut(requestOf('cordon', {}, pod))).toMatchObject({ state: 'refused', guard: 'last_node' })
        for (const node of others) await change(node, { spec: { unschedulable: null, taints: [{ key: 'own', effect: 'NoSchedule' }] } })
        expect(await carryOut(requestOf('cordon', {}, pod))).toMatchObject({ state: 'refused', guard: 'last_node' })
        for (const node of others) await change(node, { spec: { taints: null } })
        const own = nodes.find(({ metadata }) => metadata.name === name) ?? expect.fail('no node')
        await change(own, { labels: { 'node-role.kubernetes.io/control-plane': '' } })
        expect(await carryOut(requestOf('cordon', {}, pod))).toMatchObject({ state: 'refused', guard: 'control_plane' })
        await change(own, { labels: { 'node-role.kubernetes.io/control-plane': null }, spec: { unschedulable: true } })
        expect(await carryOut(requestOf('cordon', {}, pod))).toMatchObject({
          state: 'skipped',
          why: expect.stringContaining('somebody else'),
        })
        await change(own, { spec: { unschedulable: null } })
      })

      test('a policy of ours by its name and labels that was made by somebody else beforehand, and selects nothing', async () => {
        const pod = one(await make.deployment('web'))
        const { requestOf, carryOut } = responder(cluster)
        const request = requestOf('isolate', {}, pod)
        const policy = {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: {
            name: `creance-${request.id.slice(0, 16)}`,
            namespace,
            labels: { 'app.kubernetes.io/managed-by': 'creance', 'creance.dev/action': request.id.slice(0, 32) },
          },
          spec: { podSelector: { matchLabels: { nobody: 'x' } }, policyTypes: ['Ingress'] },
        }
        await cluster.create(policy)
        expect(await carryOut(request)).toMatchObject({ state: 'refused', guard: 'foreign_policy' })
        expect((await seen(pod)).labels).not.toHaveProperty(`creance.dev/isolated-${request.id.slice(0, 16)}`)
      })

      test('what would leave fewer pods ready than the floor; an isolated one counts as taken', async () => {
        const pods = await make.deployment('web', 3)
        const { requestOf, carryOut, time } = responder(cluster, { guards: { replica_floor: '60%' } }) // two of three
        expect(await carryOut(requestOf('label', { labels: { a: 'b' } }, one(pods)))).toEqual({ state: 'done' })
        expect(await carryOut(requestOf('isolate', {}, one(pods)))).toMatchObject({ state: 'done' })
        expect(await carryOut(requestOf('delete', {}, pods[1] ?? one(pods)))).toMatchObject({ state: 'refused', guard: 'replica_floor' })
        expect(await carryOut(requestOf('scale_to_zero', {}, one(pods)))).toMatchObject({ state: 'refused', guard: 'replica_floor' })
        time.nowMs += 3600_000
        const late = requestOf('isolate', {}, pods[1] ?? one(pods)) // by its label, long after
        expect(await carryOut(late)).toMatchObject({ state: 'refused', guard: 'replica_floor' })
        expect(await carryOut(requestOf('delete', {}, pods[2] ?? one(pods), { by: USER }))).toMatchObject({ state: 'done' }) // a person may
      })

      test('a second incident’s response on the same pod within the cool-down', async () => {
        const pod = one(await make.deployment('web'))
        const { requestOf, carryOut, ports } = responder(cluster, { guards: { cooldown: '10m' } })
        expect(await carryOut(requestOf('isolate', {}, pod))).toMatchObject({ state: 'done' })
        const second = responder(cluster)
        const [label, deletion] = [second.requestOf('label', { labels: { a: 'b' } }, pod), second.requestOf('delete', {}, pod)]
        await respond({ requests: [label, deletion] }, ports, { lastTry: false })
        expect((await seen(pod)).labels).toMatchObject({ a: 'b' }) // it takes nothing away
        expect(await isLost(pod)).toBe(false)
        const { incident } = deletion
        const journal = await readJournal(ports.store, { incident })
        expect(journal.find(({ outcome }) => outcome === 'refused')?.why).toContain('less than 600 s ago')
      })

      test('everything, while action is stopped; release still works', async () => {
        const { setStop } = await import('../../lib/response/stop.ts')
        const pod = await make.pod('web')
        const { requestOf, carryOut, release, store, time } = responder(cluster)
        const done = requestOf('label', { labels: { a: 'b' } }, pod)
        await carryOut(done)
        await setStop(store, { by: 'alice', atMs: time.nowMs, why: 'drill' })
        expect(await carryOut(requestOf('label', { labels: { c: 'd' } }, pod, { by: USER }))).toMatchObject({
          state: 'refused',
          guard: 'stopped',
        })
        expect(await release([done.id], pod)).toMatchObject({ state: 'undone' })
        await setStop(store, undefined)
        expect(await carryOut(requestOf('label', { labels: { c: 'd' } }, pod))).toEqual({ state: 'done' })
      })

      test('in a dry run nothing is changed or spent, and the guards’ verdict is said', async () => {
        const pods = await make.deployment('web', 1)
        const pod = one(pods)
        const before = await seen(pod)
        const { requestOf, carryOut, evidence } = responder(cluster, { guards: { dry_run: true, budget: { per_cluster: '1/h' } } })
        for (const action of ['delete', 'isolate', 'evict', 'scale_to_zero', 'capture'] as const)
          expect(await carryOut(requestOf(action, {}, pod))).toMatchObject({ state: 'dry_run', why: expect.stringContaining('would') })
        expect(await carryOut(requestOf('suspend', {}, pod))).toMatchObject({ state: 'refused', guard: 'not_suspendable' })
        expect(await seen(pod)).toEqual(before)
        expect(evidence.kept.size).toBe(0)
        const observing = responder(cluster)
        const observed = observing.requestOf('delete', {}, pod, { dryRun: true })
        expect(await observing.carryOut(observed)).toMatchObject({ state: 'dry_run' })
        expect(
          await observing.carryOut(observing.requestOf('delete', {}, pod, { target: { ...observed.target, node: 'x' }, dryRun: true })),
        ).toMatchObject({
          guard: 'unproven',
        })
        expect(await seen(pod)).toEqual(before)
      })

      test('what expired before it was begun', async () => {
        const pod = await make.pod('web')
        const { requestOf, carryOut, time } = responder(cluster)
        const request = requestOf('label', { labels: { a: 'b' } }, pod)
        time.nowMs += 61_000
        expect(await carryOut(request)).toMatchObject({ state: 'expired' })
      })
    })

    test('fifty responders that race for fifty pods do as many as the budget allows', async () => {
      const pods = await make.deployment('web', 50)
      const { requestOf, carryOut } = responder(cluster, {
        guards: { budget: { per_cluster: '20/h', per_namespace: '7/h', per_workload: '999/h' } },
      })
      const outcomes = await Promise.all(pods.map((pod) => carryOut(requestOf('label', { labels: { hit: 'yes' } }, pod))))
      expect(outcomes.filter((outcome) => outcome?.state === 'done')).toHaveLength(7)
      expect(outcomes.filter((outcome) => outcome?.state === 'refused' && outcome.guard === 'budget')).toHaveLength(43)
      expect(await cluster.list({ ...POD, namespace, labelSelector: 'hit=yes' })).toHaveLength(7)
    }, 180_000)
  })
}

function referenceTo({ apiVersion, kind, metadata: { name, uid = '' } }: KubernetesObject) {
  return { apiVersion, kind, name, uid, controller: true }
}

/** Writes the status that the CronJob's controller would write; the in-memory API has no status apart. */
async function makeActive(cluster: Cluster, file: string, name: { namespace: string; name: string }, active: object[]): Promise<void> {
  const config = new KubeConfig()
  config.loadFromFile(file)
  const asMerge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
  const body = { status: { active } }
  const api = config.makeApiClient(BatchV1Api)
  await api.patchNamespacedCronJob({ ...name, body }, asMerge)
  await api.patchNamespacedCronJobStatus({ ...name, body }, asMerge).catch(() => undefined)
  expect(await cluster.get({ apiVersion: 'batch/v1', kind: 'CronJob', ...name })).toMatchObject(body)
}
