import { afterEach, beforeEach, expect, test } from 'vitest'
import { envelopeLine, packBatch, packLines, unpackBatch } from '../lib/batch/batch.ts'
import { CodedError } from '../lib/error.ts'
import type { ClusterWriter } from '../lib/port/cluster.ts'
import type { ActionRequest } from '../lib/response/request.ts'
import { setStop } from '../lib/response/stop.ts'
import { respond } from '../lib/stage/respond.ts'
import { alertsOn } from '../local/demo/alerts.ts'
import { type DemoPod, deployWorkloads, NAMESPACE } from '../local/demo/workload.ts'
import { nonceOf, type TestChain, testChain } from './support/chain.ts'
import { recorded } from './support/recorded.ts'
import { demoRules } from './support/rules.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

// What an attacker, a flood or a bad day does to what stands beside it: nothing.
const POLICIES = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: NAMESPACE } as const
const RECORDING = (name: string) => new URL(`../local/demo/alerts/${name}.jsonl`, import.meta.url)
const HOUR = 3_600_000
let chain: TestChain
let nginx: DemoPod
let folder: ReturnType<typeof temporaryFolder>
beforeEach(async () => {
  folder = temporaryFolder()
  chain = await testChain([demoRules(folder.path)])
  nginx = (await deployWorkloads(chain.cluster)).nginx
})
afterEach(async () => {
  await chain.stop()
  folder.remove()
})

const envelope = (alert: string) => ({ agent: 'falco' as const, cluster: 'demo', receivedMs: chain.time.nowMs, alert })
const sendRaw = (alerts: readonly string[]) => chain.queues.detections.send([packBatch(alerts.map(envelope))])
const pass = async (milliseconds: number): Promise<void> => {
  chain.time.nowMs += milliseconds
  await chain.sweep()
  await chain.settle()
}
const podLabels = async () =>
  (await chain.cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: nginx.name }))?.metadata.labels ?? {}
const isolationsOn = (labels: Readonly<Record<string, string>>) =>
  Object.keys(labels).filter((key) => key.startsWith('creance.dev/isolated-'))
const viewOf = async (title: string) =>
  (await chain.incidents()).find(({ incident }) => incident.title === title) ?? expect.fail(`no incident ${title}`)
const containerOf = (pod: { readonly status?: unknown } | undefined): string => {
  const { containerStatuses } = (pod?.status ?? { containerStatuses: [] }) as { containerStatuses: { containerID: string }[] }
  return containerStatuses[0]?.containerID.replace('containerd://', '') ?? ''
}
const [shell = '', shadow = ''] = recorded('k8s_shell_then_shadow')

test.each([
  ['a time five centuries ahead', shell.replace(/"time":"[^"]*"/, '"time":"2500-01-01T00:00:00Z"')],
  ['a rule name of 110 KB', shell.replace('Terminal shell in container"', `${'r'.repeat(110_000)}"`)],
  ['a host name of 500 KB', shell.replace('"hostname":"vm"', `"hostname":"${'h'.repeat(500_000)}"`)],
  ['an image of 500 KB', shell.replaceAll('docker.io/library/debian', 'i'.repeat(500_000))],
  ['a pod name of dots', shell.replaceAll(/"(payments|payments-api-[^"]*)"/g, '".."')],
  ['escapes for a command line', shell.replace('"proc.cmdline":"', `"proc.cmdline":"${'\\u001b'.repeat(3000)}`)],
])('an alert with %s takes no other alert of its batch with it, and its pod is heard of as before', async (_name, hostile) => {
  await sendRaw([...Array(20).fill(hostile), ...alertsOn(nginx, RECORDING('shell-then-shadow'))])
  await chain.settle()
  expect(chain.failures).toEqual([])
  expect(await viewOf('Shell then credential read')).toMatchObject({
    incident: { count: 2, pods: { names: [`${NAMESPACE}/${nginx.name}`] } },
  })
  await sendRaw([shadow])
  await chain.settle()
  expect(chain.failures).toEqual([])
})

test('alerts that are large but compress well are packed so that they can be unpacked', () => {
  const big = Array.from({ length: 200 }, () => envelope('x'.repeat(190_000)))
  const messages = packLines(
    big.map((one) => Buffer.from(envelopeLine(one))),
    { fillBytes: 200 * 1024, maxBytes: 1024 * 1024 },
  )
  expect(messages.length).toBeGreaterThan(1)
  const unpacked = messages.flatMap(({ body, attributes = {} }) => unpackBatch({ body, attributes }).envelopes)
  expect(unpacked).toHaveLength(200)
})

test('a flood of one rule does not hide a correlation', async () => {
  const [first = '', second = ''] = alertsOn(nginx, RECORDING('shell-then-shadow'))
  const flood = Array.from({ length: 1200 }, (_, index) => first.replace('bash -c id', `bash -c ${index}`))
  for (let at = 0; at < flood.length; at += 300) await sendRaw(flood.slice(at, at + 300))
  await sendRaw([second])
  await chain.settle()
  expect((await viewOf('Shell then credential read')).incident.count).toBe(1201)
}, 60_000)

test('two isolations of one pod: the end of one leaves the other in force', async () => {
  await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
  await chain.settle()
  const { incident, plans } = await viewOf('Shell then credential read')
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'isolate') }) // for an hour
  const request = plans[0]?.request ?? expect.fail()
  const other: ActionRequest = { ...request, id: 'b'.repeat(64), parameters: { expires: '3h' } }
  await chain.settle()
  await respond({ requests: [other] }, chain.ports, { lastTry: false })
  expect(isolationsOn(await podLabels())).toHaveLength(2)
  await pass(HOUR + 60_000)
  const [left, ...more] = await chain.cluster.list(POLICIES)
  expect(more).toEqual([])
  const [label = ''] = isolationsOn(await podLabels())
  expect(JSON.stringify(left?.spec)).toContain(label)
  expect(incident.id).toBe(request.incident)
})

/** The cluster, with some of its calls failing as if it were away. */
function breakCluster(fails: (call: keyof ClusterWriter) => boolean, after = false): void {
  const real = { ...chain.ports.cluster }
  for (const call of ['create', 'patch', 'remove'] as const) {
    Object.assign(chain.ports.cluster, {
      [call]: async (argument: never) => {
        if (fails(call) && !after) throw new CodedError('unavailable', 'away')
        const result = await real[call](argument)
        if (fails(call)) throw new CodedError('unavailable', 'answer lost')
        return result
      },
    })
  }
}

test('an isolation that took effect and was told as failed can be released, and ends by itself', async () => {
  await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
  await chain.settle()
  const request = (await viewOf('Shell then credential read')).plans[0]?.request ?? expect.fail()
  let broken = true
  breakCluster((call) => broken && call === 'patch', true)
  await expect(respond({ requests: [request] }, chain.ports, { lastTry: true })).rejects.toMatchObject({ code: 'unavailable' })
  broken = false
  await chain.settle()
  expect((await viewOf('Shell then credential read')).actions[0]?.outcome).toMatchObject({ state: 'failed' })
  expect(nonceOf(chain.chat.messages[0]?.message, 'release')).not.toBe('')
  expect(isolationsOn(await podLabels())).toHaveLength(1)
  await pass(HOUR + 60_000)
  expect(await chain.cluster.list(POLICIES)).toEqual([])
  expect(isolationsOn(await podLabels())).toEqual([])
})

test('an end that comes while the API server is away comes when it is back', async () => {
  await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
  await chain.settle()
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'isolate') })
  await chain.settle()
  let away = true
  breakCluster(() => away)
  chain.time.nowMs += HOUR + 60_000
  await chain.sweep()
  const [message] = await chain.queues.actions.receive({ max: 1, waitSeconds: 0 })
  await expect(respond(JSON.parse(message?.body ?? ''), chain.ports, { lastTry: true })).rejects.toMatchObject({ code: 'unavailable' })
  await chain.queues.actions.acknowledge(message?.receipt ?? '') // given up: it is in the dead letters now
  away = false
  await pass(6 * 60_000)
  expect(await chain.cluster.list(POLICIES)).toEqual([])
})

test('a label that cannot be put does not keep the pod from being deleted, and both are told', async () => {
  const payments = { ...nginx, name: 'nobody-yet' }
  await chain.send(alertsOn(payments, RECORDING('netcat-shell')))
  await chain.settle() // plans label and delete on a pod that is not there
  const planned = (await viewOf('Remote shell through netcat')).plans.map(({ request }) => ({
    ...request,
    id: `again-${request.id}`.slice(0, 64),
    target: { ...request.target, pod: nginx.name },
  }))
  breakCluster((call) => call === 'patch')
  const requests = planned.toSorted((a, b) => (a.action < b.action ? 1 : -1)) // label first
  await expect(respond({ requests }, chain.ports, { lastTry: true })).rejects.toMatchObject({ code: 'unavailable' })
  const view = await viewOf('Remote shell through netcat')
  const again = view.actions.filter(({ request }) => request.id.startsWith('again-'))
  expect(again.map(({ request, outcome }) => `${request.action} ${outcome?.state}`).sort()).toEqual(['delete done', 'label failed'])
})

test('a pod that is made again under its name and attacked again can be acted on again', async () => {
  await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
  await chain.settle()
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'delete') })
  await chain.settle()
  expect((await viewOf('Shell then credential read')).incident.status).toBe('contained')
  expect(nonceOf(chain.chat.messages[0]?.message, 'isolate')).toBe('')
  const again = {
    ...POLICIES,
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: nginx.name, namespace: NAMESPACE },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  }
  await chain.cluster.create(again)
  const pod = await chain.cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: nginx.name })
  const reborn = { ...nginx, uid: pod?.metadata.uid ?? '', containerId: containerOf(pod) }
  chain.time.nowMs += 60_000
  await chain.send(alertsOn(reborn, RECORDING('shell-then-shadow')))
  await chain.settle()
  expect((await viewOf('Shell then credential read')).incident.status).toBe('open')
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'isolate') })
  await chain.settle()
  expect(JSON.stringify(await chain.cluster.list(POLICIES))).toContain(reborn.uid)
})

test('a pod whose description is larger than an item can be isolated all the same', async () => {
  const spec = { containers: [{ name: 'c', image: 'x', args: Array.from({ length: 400 }, () => 'a'.repeat(1024)) }] }
  await chain.cluster.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'large', namespace: NAMESPACE }, spec } as never)
  const pod = await chain.cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: 'large' })
  const large = { ...nginx, name: 'large', containerId: containerOf(pod) }
  await chain.send(alertsOn(large, RECORDING('shell-then-shadow')))
  await chain.settle()
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'isolate') })
  await chain.settle()
  expect((await viewOf('Shell then credential read')).actions[0]?.outcome?.state).toBe('done')
})

test('another NetworkPolicy that still allows traffic is named in the outcome', async () => {
  const spec = { podSelector: { matchLabels: { app: 'nginx' } }, ingress: [{}], policyTypes: ['Ingress'] }
  await chain.cluster.create({ ...POLICIES, metadata: { name: 'allow-all', namespace: NAMESPACE }, spec } as never)
  await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
  await chain.settle()
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'isolate') })
  await chain.settle()
  expect((await viewOf('Shell then credential read')).actions[0]?.outcome).toMatchObject({
    state: 'done',
    why: expect.stringContaining('allow-all still allows'),
  })
})

test('two incidents that label one pod: releasing both leaves the pod as it was', async () => {
  await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
  await chain.settle()
  const { plans } = await viewOf('Shell then credential read')
  const base = { ...(plans[0]?.request ?? expect.fail()), action: 'label', parameters: { labels: { 'creance.dev/quarantine': 'true' } } }
  const ids = ['c', 'd'].map((letter) => letter.repeat(64))
  for (const id of ids) await respond({ requests: [{ ...base, id }] }, chain.ports, { lastTry: false })
  for (const id of ids) {
    const release = { ...base, id: `${id}-undo`, action: 'release', parameters: { of: [id] } }
    await respond({ requests: [release] }, chain.ports, { lastTry: false })
  }
  expect(await podLabels()).not.toHaveProperty('creance.dev/quarantine')
})

test('an undo that cannot be read is passed over, and what stands behind it is done', async () => {
  await chain.ports.store.put(
    { pk: 'due#cluster', sk: `${String(chain.time.nowMs).padStart(15, '0')}#bad`, data: { do: 'dance' } },
    'absent',
  )
  await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
  await chain.settle()
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'isolate') })
  await chain.settle()
  await pass(HOUR + 60_000)
  expect(await chain.cluster.list(POLICIES)).toEqual([])
})

test('while all action is stopped nothing is done, whoever asks, and what was done can be released', async () => {
  await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
  await chain.settle()
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'isolate') })
  await chain.settle()
  await setStop(chain.ports.store, { by: 'alice', atMs: chain.time.nowMs, why: 'drill' })
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'delete') })
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'release') })
  await chain.settle()
  const outcomes = (await viewOf('Shell then credential read')).actions.map(({ request, outcome }) => `${request.action} ${outcome?.state}`)
  expect(outcomes.sort()).toEqual(['delete refused', 'isolate undone', 'release undone'])
  expect(JSON.stringify(chain.chat.messages[0]?.message)).toContain('all action was stopped by alice')
  await setStop(chain.ports.store, undefined)
  await chain.press({ value: nonceOf(chain.chat.messages[0]?.message, 'delete') })
  await chain.settle()
  expect(
    (await viewOf('Shell then credential read')).actions.some(
      ({ request, outcome }) => request.action === 'delete' && outcome?.state === 'done',
    ),
  ).toBe(true)
})

test('a flood that would have many pods deleted stays within the budget, and people can still act', async () => {
  for (let index = 0; index < 8; index++) {
    const labels = { app: `victim-${index}`, victim: 'yes' }
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'x' }] } }
    const metadata = { name: `victim-${index}`, namespace: NAMESPACE }
    await chain.cluster.create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: { selector: { matchLabels: labels }, template },
    })
  }
  const victims = await chain.cluster.list({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, labelSelector: 'victim=yes' })
  expect(victims).toHaveLength(8)
  const pods = victims.map((pod) => ({ ...nginx, name: pod.metadata.name, uid: pod.metadata.uid ?? '', containerId: containerOf(pod) }))
  for (const pod of pods) await chain.send(alertsOn(pod, RECORDING('netcat-shell')))
  await chain.settle()
  const outcomes = (await chain.incidents()).flatMap(({ actions }) =>
    actions.map(({ outcome }) => (outcome?.state === 'refused' ? outcome.guard : outcome?.state)),
  )
  expect(outcomes.filter((state) => state === 'done')).toHaveLength(10) // per_namespace: 10/h, label and delete of five pods
  expect(outcomes.filter((state) => state === 'budget')).toHaveLength(6)
  const spared = chain.chat.messages.find(({ message }) => nonceOf(message, 'isolate') !== '')
  await chain.press({ value: nonceOf(spared?.message, 'isolate') })
  await chain.settle()
  expect(await chain.cluster.list(POLICIES)).toHaveLength(1)
})
