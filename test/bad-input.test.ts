import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { judge } from '../forwarder/intake/judge.ts'
import { packBatch } from '../lib/batch/batch.ts'
import type { ActionRequest } from '../lib/response/request.ts'
import { interact } from '../lib/stage/interact.ts'
import { respond } from '../lib/stage/respond.ts'
import { alertsOn } from '../local/demo/alerts.ts'
import { type DemoPod, deployWorkloads, NAMESPACE } from '../local/demo/workload.ts'
import { nonceOf, SIGNING_SECRET, type TestChain, testChain } from './support/chain.ts'
import { recorded } from './support/recorded.ts'
import { demoRules } from './support/rules.ts'
import { pressBody, sign } from './support/signed-press.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

// What comes in wrong, stage by stage: each has a named outcome and a clear message, nothing crashes, nothing is lost, and nothing is done
// to the cluster.
const POD = { apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE } as const
const RECORDING = (name: string) => new URL(`../local/demo/alerts/${name}.jsonl`, import.meta.url)
let chain: TestChain
let nginx: DemoPod
let payments: DemoPod
let folder: ReturnType<typeof temporaryFolder>
let writesBefore: number

beforeEach(async () => {
  folder = temporaryFolder()
  chain = await testChain([demoRules(folder.path)])
  ;({ nginx, payments } = await deployWorkloads(chain.cluster))
  writesBefore = chain.api.writes().length
})
afterEach(async () => {
  await chain.stop()
  folder.remove()
})

const writes = () => chain.api.writes().slice(writesBefore)
const envelope = (alert: string) => ({ agent: 'falco' as const, cluster: 'demo', receivedMs: Date.now(), alert })

describe('alerts, at the forwarder', () => {
  const [good = ''] = recorded('k8s_shell_then_shadow')
  test.each([
    ['not JSON', 'Notice: a shell', 'not_json', 'this is not JSON'],
    ['a JSON scalar', '7', 'unknown_shape', 'no alert of a known agent'],
    ['an object of no agent', '{"hello":"world"}', 'unknown_shape', 'no alert of a known agent'],
    ['an unknown priority', good.replace('"Notice"', '"Severe"'), 'malformed', 'priority: expected one of Emergency'],
    ['a rule that is a number', good.replace('"rule":"Terminal shell in container"', '"rule":5'), 'malformed', 'rule: '],
    ['no time', good.replace(/,"time":"[^"]*"/, ''), 'malformed', 'time: '],
  ])('%s is refused, with the reason', (_name, text, reason, words) => {
    expect(judge(text, { cluster: 'demo' }, 1)).toEqual({ kind: 'refused', reason, error: expect.stringContaining(words) })
  })
})

describe('alerts, at evaluate', () => {
  test('one that cannot be read is kept in the journal with its reason, and its neighbours are evaluated', async () => {
    const [alert = ''] = alertsOn(nginx, RECORDING('shell-then-shadow'))
    await chain.queues.detections.send([packBatch([envelope('{"rule":1,"priority":"Notice"}'), envelope('{'), envelope(alert)])])
    await chain.settle()
    expect(await chain.incidents()).toMatchObject([{ incident: { count: 1 } }])
    const refused = (await chain.journalOfToday()).filter(({ kind }) => kind === 'refused_input')
    expect(refused.map(({ what, why }) => [what, why])).toEqual(
      expect.arrayContaining([
        ['{"rule":1,"priority":"Notice"}', expect.stringContaining('rule: ')],
        ['{', 'falco alert: not JSON'],
      ]),
    )
  })

  test("the agent's word about itself makes no incident", async () => {
    const internal = {
      rule: 'Falco internal: syscall event drop',
      priority: 'Debug',
      source: 'internal',
      time: new Date().toISOString(),
      output: '',
      output_fields: { n_drops: '7' },
      hostname: 'node-1',
    }
    await chain.send([JSON.stringify(internal)])
    await chain.settle()
    expect(await chain.incidents()).toEqual([])
  })

  test('an event that is no finding makes no incident, and is not refused', async () => {
    await chain.send(['{"process_exit":{"process":{"binary":"/bin/sh"}},"time":"2026-09-20T10:15:30Z"}'])
    await chain.settle()
    expect(await chain.incidents()).toEqual([])
    expect((await chain.journalOfToday()).filter(({ what }) => what.includes('process_exit'))).toEqual([])
  })

  test('a detection without a pod makes an incident about the node, and touches no pod, whatever its rule calls for', async () => {
    const [host = ''] = recorded('host_read_shadow')
    const [netcat = '', redirect = ''] = recorded('k8s_shop_netcat').filter((line) => /Netcat Remote|Redirect/.test(line))
    const onHost = (line: string) =>
      line.replaceAll('"dcf074031c3a"', '"host"').replaceAll(/"k8s\.(ns|pod)\.name":"[^"]*"/g, '"k8s.$1.name":null')
    await chain.send([host, onHost(netcat), onHost(redirect)])
    await chain.settle()
    const views = await chain.incidents()
    expect(views.map(({ incident }) => incident.subject.kind)).toEqual(views.map(() => 'node'))
    expect(views.flatMap(({ plans, actions }) => [...plans, ...actions])).toEqual([])
    expect(chain.chat.messages.every(({ message }) => nonceOf(message, 'isolate') === '')).toBe(true)
    expect(writes()).toEqual([])
  })
})

describe('targets, at respond', () => {
  const forgeries: [string, (pod: DemoPod) => DemoPod, object][] = [
    [
      'a pod that is not there',
      (pod) => ({ ...pod, name: 'nobody' }),
      { state: 'skipped', why: `there is no pod ${NAMESPACE}/nobody now` },
    ],
    [
      'a container that is not the pod’s',
      (pod) => ({ ...pod, containerId: 'f'.repeat(64) }),
      { state: 'refused', guard: 'unproven', why: expect.stringContaining('has no container ffffffffffff') },
    ],
    [
      'a node that is not the pod’s',
      (pod) => ({ ...pod, node: 'elsewhere' }),
      { state: 'refused', guard: 'unproven', why: expect.stringContaining('the evidence is from elsewhere') },
    ],
  ]
  test.each(forgeries)('an alert that names %s moves nothing', async (_name, forge, outcome) => {
    await chain.send(alertsOn(forge(payments), RECORDING('netcat-shell')))
    await chain.settle()
    const [view] = await chain.incidents()
    expect(view?.actions.map((action) => action.outcome)).toEqual([expect.objectContaining(outcome), expect.objectContaining(outcome)])
    expect(writes()).toEqual([])
  })

  test('a pod that was re-made under the same name since is left alone', async () => {
    const bare = { ...POD, metadata: { name: 'stateful-0', namespace: NAMESPACE }, spec: { containers: [{ name: 'c', image: 'x' }] } }
    await chain.cluster.create(bare)
    const old = await chain.cluster.get({ ...POD, name: 'stateful-0' })
    const status = old?.status as { containerStatuses: { containerID: string }[] }
    const containerId = status.containerStatuses[0]?.containerID.replace('containerd://', '') ?? ''
    const pod = { ...payments, name: 'stateful-0', uid: old?.metadata.uid ?? '', containerId }
    await chain.cluster.remove({ ...POD, name: 'stateful-0', uid: pod.uid, graceSeconds: 0 })
    await chain.cluster.create(bare)
    writesBefore = chain.api.writes().length
    await chain.send(alertsOn(pod, RECORDING('netcat-shell')))
    await chain.settle()
    const [view] = await chain.incidents()
    expect(view?.actions.map(({ outcome }) => outcome?.state)).toEqual(['refused', 'refused'])
    expect(writes()).toEqual([])
  })

  test('an alert from another cluster is not acted on in this one', async () => {
    const envelopes = alertsOn(payments, RECORDING('netcat-shell')).map((alert) => ({ ...envelope(alert), cluster: 'other' }))
    await chain.queues.detections.send([packBatch(envelopes)])
    await chain.settle()
    const [view] = await chain.incidents()
    expect(view?.actions.map(({ outcome }) => outcome)).toEqual([
      expect.objectContaining({ guard: 'unknown_cluster' }),
      expect.objectContaining({ guard: 'unknown_cluster' }),
    ])
    expect(view?.context?.unread).toEqual([expect.stringContaining('no access to this cluster is set up')])
    expect(writes()).toEqual([])
  })

  test.each([
    ['an unknown action', { action: 'explode' }, { state: 'refused', guard: 'unknown_action', why: 'there is no action "explode"' }],
    [
      'parameters of another shape',
      { action: 'label', parameters: { labels: { 'not a key!': 'x' } } },
      { state: 'refused', guard: 'bad_parameters' },
    ],
    ['a request whose time is over', { expiresMs: 1 }, { state: 'expired' }],
    ['a protected namespace', { target: { namespace: 'kube-system' } }, { state: 'refused', guard: 'protected_namespace' }],
  ])('%s is refused, told and written down', async (_name, changes, outcome) => {
    await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
    await chain.settle()
    const [view] = await chain.incidents()
    const planned = view?.plans[0]?.request ?? expect.fail('nothing was planned')
    const request: ActionRequest = {
      ...planned,
      ...changes,
      id: 'forged',
      target: { ...planned.target, ...('target' in changes ? changes.target : {}) },
    } as ActionRequest
    await respond({ requests: [request] }, chain.ports, { lastTry: true })
    await chain.settle()
    const [after] = await chain.incidents()
    expect(after?.actions.find((action) => action.request.id === 'forged')?.outcome).toMatchObject(outcome)
    expect((await chain.journalOf(request.incident)).find(({ id }) => id.startsWith('outcome-forged'))?.outcome).toBe(outcome.state)
    expect(JSON.stringify(chain.chat.messages[0]?.message)).toContain(outcome.state)
    expect(writes()).toEqual([])
  })
})

describe('presses, at interact', () => {
  let nonce: string
  beforeEach(async () => {
    await chain.send(alertsOn(nginx, RECORDING('shell-then-shadow')))
    await chain.settle()
    nonce = nonceOf(chain.chat.messages[0]?.message, 'isolate')
    expect(nonce).not.toBe('')
  })
  const changesNothing = async (): Promise<void> => {
    await chain.settle()
    expect(writes()).toEqual([])
    const [view] = await chain.incidents()
    expect(view?.actions).toEqual([])
    expect(nonceOf(chain.chat.messages[0]?.message, 'isolate')).toBe(nonce)
  }

  test.each([
    ['a bad signature', { signature: `v0=${'0'.repeat(64)}` }, 401, 'forged'],
    ['no signature', { signature: undefined }, 401, 'forged'],
    ['an edited body', { rawBody: pressBody({ value: 'x', user: 'U0ALICE' }) }, 401, 'forged'],
  ])('%s is turned away, and journalled', async (_name, changes, status, outcome) => {
    const request = { ...sign(pressBody({ value: nonce }), { secret: SIGNING_SECRET, nowMs: Date.now() }), ...changes }
    expect(await interact(request, chain.ports)).toEqual({ status, outcome })
    expect((await chain.journalOfToday()).at(-1)).toMatchObject({ kind: 'press', outcome: 'refused', why: outcome })
    await changesNothing()
  })

  test('a request recorded six minutes ago is stale', async () => {
    const request = sign(pressBody({ value: nonce }), { secret: SIGNING_SECRET, nowMs: chain.time.nowMs - 360_000 })
    expect(await interact(request, chain.ports)).toEqual({ status: 401, outcome: 'stale' })
    await changesNothing()
  })

  test.each([
    ['a body that is no form', 'hello'],
    ['a payload that is not JSON', 'payload=%7B'],
    ['a payload of another shape', `payload=${encodeURIComponent('{"type":"block_actions"}')}`],
    ['ids that are no Slack ids', pressBody({ value: 'x', user: '<!channel>' })],
  ])('%s, though signed, is invalid input', async (_name, rawBody) => {
    expect(await interact(sign(rawBody, { secret: SIGNING_SECRET, nowMs: Date.now() }), chain.ports)).toEqual({
      status: 400,
      outcome: 'invalid_input',
    })
    await changesNothing()
  })

  test.each([
    ['a person who may not', { user: 'U0MALLORY' }, 'not_permitted', /You may not press `Approve: Isolate` here/],
    ['a person who may, in another channel', { channel: 'C0OTHER' }, 'not_permitted', /You may not press/],
    ['another workspace', { workspace: 'T0OTHER' }, 'wrong_workspace', /No permission covers/],
    ['another app', { app: 'A0OTHER' }, 'wrong_workspace', /No permission covers/],
  ])('%s is refused, told so, and journalled', async (_name, press, outcome, told) => {
    expect(await chain.press({ value: nonce, ...press })).toEqual({ status: 200, outcome })
    await changesNothing()
    expect(chain.chat.told.at(-1)).toMatchObject({ user: 'user' in press ? press.user : 'U0ALICE', text: expect.stringMatching(told) })
    const [view] = await chain.incidents()
    expect((await chain.journalOf(view?.incident.id ?? '')).at(-1)).toMatchObject({ kind: 'press', outcome: 'refused', why: outcome })
  })

  test.each([
    ['a nonce that was never given', 'nonce-9999999999999999'],
    ['a nonce that is none', '../../etc/passwd'],
    ['no nonce', ''],
  ])('%s is an unknown button', async (_name, value) => {
    expect(await chain.press({ value })).toEqual({ status: 200, outcome: 'unknown_button' })
    await changesNothing()
    expect(chain.chat.told.at(-1)?.text).toMatch(/not known/)
  })

  test('an expired button does nothing, and says so', async () => {
    chain.time.nowMs += 3_600_000
    expect(await chain.press({ value: nonce })).toEqual({ status: 200, outcome: 'expired' })
    await chain.settle()
    expect(chain.chat.told.at(-1)?.text).toMatch(/expired/)
    expect(writes()).toEqual([])
  })

  test('a second person is told who was first, and nothing is done twice', async () => {
    expect(await chain.press({ value: nonce, user: 'U0ALICE' })).toMatchObject({ outcome: 'accepted' })
    expect(await chain.press({ value: nonce, user: 'U0BOB' })).toMatchObject({ outcome: 'already_pressed' })
    expect(await chain.press({ value: nonce, user: 'U0ALICE', at: '2.0' })).toMatchObject({ outcome: 'accepted' })
    await chain.settle()
    expect(chain.chat.told.at(-1)).toMatchObject({ user: 'U0BOB', text: expect.stringMatching(/<@U0ALICE> pressed this first/) })
    expect(writes().filter(({ verb, kind }) => verb === 'create' && kind === 'NetworkPolicy')).toHaveLength(1)
    expect((await chain.incidents())[0]?.actions).toHaveLength(1)
  })

  test('an interaction of another kind is answered and ignored', async () => {
    const rawBody = `payload=${encodeURIComponent('{"type":"view_closed"}')}`
    expect(await interact(sign(rawBody, { secret: SIGNING_SECRET, nowMs: Date.now() }), chain.ports)).toEqual({
      status: 200,
      outcome: 'ignored',
    })
    await changesNothing()
  })
})
