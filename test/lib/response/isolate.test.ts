import { beforeEach, expect, test } from 'vitest'
import { CodedError } from '../../../lib/error.ts'
import type { Cluster } from '../../../lib/port/cluster.ts'
import { isolate } from '../../../lib/response/actions/isolate.ts'
import type { Isolation } from '../../../lib/response/actions/isolate-data.ts'
import {
  aPod,
  barePod,
  cluster,
  context,
  LABEL,
  LABELS,
  NAME,
  NAMESPACE,
  named,
  POD,
  POLICY,
  pods,
  policies,
  prepare,
  proven,
  ready,
  setTheStage,
  undo,
  withServices,
} from './isolate-stage.ts'

beforeEach(setTheStage)

test('the pod gets its label and the policy that selects it; no other pod is touched', async () => {
  const pod = await aPod()
  const others = (await pods()).filter(({ metadata }) => metadata.uid !== pod.uid)
  const outcome = await isolate.run(await ready(pod), context())
  expect(outcome).toEqual({
    state: 'done',
    why: `NetworkPolicy ${NAME}; its node still reaches it, and connections that were open may last`,
  })
  expect((await named(pod.name)).metadata.labels).toEqual({ ...pod.labels, [LABEL]: pod.uid })
  expect((await policies()).map(({ spec }) => spec)).toEqual([
    { podSelector: { matchLabels: { [LABEL]: pod.uid } }, policyTypes: ['Ingress', 'Egress'] },
  ])
  expect((await pods()).filter(({ metadata }) => metadata.uid !== pod.uid)).toEqual(others)
})

test('undo leaves everything as it was; run and undo may be done twice', async () => {
  const pod = await aPod()
  const data = await ready(pod, { allow_dns: true })
  await isolate.run(data, context())
  const once = [await pods(), await policies()]
  expect((await isolate.run(data, context())).state).toBe('done')
  expect([await pods(), await policies()]).toEqual(once)
  expect(await undo(data)).toEqual({ state: 'undone' })
  expect((await named(pod.name)).metadata.labels).toEqual(pod.labels)
  expect(await policies()).toEqual([])
  expect(await undo(data)).toEqual({ state: 'undone', why: 'the NetworkPolicy was gone already' })
  expect((await named(pod.name)).metadata.labels).toEqual(pod.labels)
})

test('what run and undo work from survives being written down', async () => {
  const data = await ready(await aPod(), { allow_cidrs: ['fd00::/8'], detach: 'controller' })
  expect(isolate.data.parse(JSON.parse(JSON.stringify(data)))).toEqual(data)
})

test('preparing writes nothing', async () => {
  const before = [await pods(), await policies()]
  await ready(await aPod(), { detach: 'controller' })
  expect([await pods(), await policies()]).toEqual(before)
})

test('two isolations of one pod end each for itself', async () => {
  const pod = await aPod()
  const other = 'b2'.repeat(32)
  const first = await ready(pod)
  const second = await ready(pod, {}, context(cluster, other))
  await isolate.run(first, context())
  await isolate.run(second, context(cluster, other))
  await undo(first)
  expect((await named(pod.name)).metadata.labels).toEqual({ ...pod.labels, [`creance.dev/isolated-${other.slice(0, 16)}`]: pod.uid })
  expect((await policies()).map(({ metadata }) => metadata.name)).toEqual([`creance-${other.slice(0, 16)}`])
})

test('a pod on the network of its node is refused', async () => {
  const spec = { hostNetwork: true, containers: [{ name: 'c', image: 'nginx:1.29' }] }
  await cluster.create({ ...POD, metadata: { name: 'host', namespace: NAMESPACE }, spec })
  expect(await prepare(proven(await named('host')))).toMatchObject({
    kind: 'refusal',
    outcome: { state: 'refused', guard: 'host_network' },
  })
})

test.each(['cilium', 'calico'])('%s policies are refused where the API server serves none', async (policy) => {
  const refusal = { kind: 'refusal', outcome: { state: 'refused', guard: 'unknown_kind', why: expect.stringContaining(policy) } }
  expect(await prepare(await aPod(), { policy })).toMatchObject(refusal)
})

test("somebody else's policy of our name is neither changed nor deleted, and the pod is not labelled", async () => {
  const spec = { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] }
  await cluster.create({
    ...POLICY,
    metadata: { name: NAME, namespace: NAMESPACE, labels: { 'app.kubernetes.io/managed-by': 'creance' } },
    spec,
  })
  const [theirs] = await policies()
  const pod = await aPod()
  const data = await ready(pod)
  expect(await isolate.run(data, context())).toMatchObject({ state: 'refused', guard: 'foreign_policy' })
  expect((await named(pod.name)).metadata.labels).toEqual(pod.labels)
  expect(await undo(data)).toMatchObject({ state: 'refused', guard: 'foreign_policy' })
  expect(await policies()).toEqual([theirs])
})

test('when the pod is gone, the policy is taken away again', async () => {
  const pod = await aPod()
  const data = await ready(pod)
  await cluster.remove({ ...POD, name: pod.name, uid: pod.uid, graceSeconds: 0 })
  expect(await isolate.run(data, context())).toEqual({ state: 'skipped', why: 'the pod is gone' })
  expect(await policies()).toEqual([])
})

test('another pod that took the name is left alone', async () => {
  await cluster.create({ ...POD, metadata: { name: 'bare', namespace: NAMESPACE }, spec: { containers: [{ name: 'c', image: 'x' }] } })
  const data = await ready(proven(await named('bare')))
  await cluster.remove({ ...POD, name: 'bare', uid: data.pod.uid, graceSeconds: 0 })
  await cluster.create({ ...POD, metadata: { name: 'bare', namespace: NAMESPACE }, spec: { containers: [{ name: 'c', image: 'x' }] } })
  const young = await named('bare')
  expect((await isolate.run(data, context())).state).toBe('skipped')
  expect((await undo(data)).state).toBe('undone')
  expect(await named('bare')).toEqual(young)
})

test('when the pod may not be labelled, the policy is taken away again', async () => {
  const patch = async () => {
    throw new CodedError('not_permitted', 'no')
  }
  const data = await ready(await aPod())
  await expect(isolate.run(data, context({ ...cluster, patch }))).rejects.toMatchObject({ code: 'not_permitted' })
  expect(await policies()).toEqual([])
})

test('what other policies allow the pod as it is then is named, and nothing else', async () => {
  const pod = await barePod(LABELS)
  const allow = (name: string, spec: object) => cluster.create({ ...POLICY, metadata: { name, namespace: NAMESPACE }, spec })
  await allow('by-app', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress'], ingress: [{}] })
  await allow('everyone', { podSelector: {}, policyTypes: ['Ingress', 'Egress'], egress: [{}] })
  await allow('denies', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
  await allow('others', { podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Ingress'], ingress: [{}] })
  await allow('expression', {
    podSelector: { matchExpressions: [{ key: 'tier', operator: 'In', values: ['front'] }] },
    policyTypes: ['Ingress'],
    ingress: [{}],
  })
  const whyOf = async (data: Isolation) => (await isolate.run(data, context())).why
  const plain = await ready(pod)
  expect(await whyOf(plain)).toContain('but policies add up, and by-app, everyone, expression still allows some of its traffic')
  await undo(plain)
  const detached = await ready(pod, { detach: 'services' }, context(withServices([LABELS])))
  expect(await whyOf(detached)).toContain('but policies add up, and everyone still allows some of its traffic')
})

test('where other policies may not be listed, the isolation is done and that is said', async () => {
  const list: Cluster['list'] = async () => {
    throw new CodedError('not_permitted', 'no')
  }
  const data = await ready(await aPod())
  expect(await isolate.run(data, context({ ...cluster, list }))).toMatchObject({
    state: 'done',
    why: expect.stringContaining('the role may not list them'),
  })
})

test.each(['before', 'after'] as const)(
  'broken off %s the effect of any call, run and undo come to the same when they are done again',
  async (when) => {
    const asked = context(withServices([{ app: 'web' }]))
    for (let at = 1; ; at++) {
      const pod = await barePod(LABELS, `p${at}`)
      const data = await ready(pod, { detach: 'services' }, asked)
      const broken = breakingAt(at, when)
      const inRun = await isolate.run(data, context(broken)).catch(() => 'broken')
      await isolate.run(data, context())
      expect((await named(pod.name)).metadata.labels).toEqual({ tier: 'front', [LABEL]: pod.uid })
      expect(await policies()).toHaveLength(1)
      const inUndo = await isolate.undo?.(data, context(breakingAt(at, when))).catch(() => 'broken')
      await undo(data)
      expect((await named(pod.name)).metadata.labels).toEqual(LABELS)
      expect(await policies()).toEqual([])
      if (inRun !== 'broken' && inUndo !== 'broken') return expect(at).toBeGreaterThan(4)
    }
  },
)

test('undone before anything was done, the pod is as it was', async () => {
  const pod = await barePod(LABELS)
  const data = await ready(pod, { detach: 'services' }, context(withServices([LABELS])))
  expect(await undo(data)).toEqual({ state: 'undone', why: 'the NetworkPolicy was gone already' })
  expect((await named(pod.name)).metadata).toEqual(pod.object.metadata)
})

test('undone after the pod has gone, the policy goes', async () => {
  const pod = await barePod(LABELS)
  const data = await ready(pod)
  await isolate.run(data, context())
  await cluster.remove({ ...POD, name: pod.name, uid: pod.uid, graceSeconds: 0 })
  expect(await undo(data)).toEqual({ state: 'undone', why: 'the pod is gone' })
  expect(await policies()).toEqual([])
})

/** The same cluster, whose call number `at` fails, before or after its effect, and all after it. */
function breakingAt(at: number, when: 'before' | 'after'): Cluster {
  let calls = 0
  const breaking =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      calls++
      if (calls > at || (calls === at && when === 'before')) throw new CodedError('unavailable', 'broken off')
      const result = await call(...args)
      if (calls === at) throw new CodedError('unavailable', 'broken off')
      return result
    }
  const { get, list, create, patch, remove, serves } = cluster
  return {
    ...cluster,
    get: breaking(get),
    list: breaking(list),
    create: breaking(create),
    patch: breaking(patch),
    remove: breaking(remove),
    serves: breaking(serves),
  }
}
