import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type Answer, answerMessage } from '../../../lib/agent/answer.ts'
import { ORDER } from '../../../lib/agent/order.ts'
import { open } from '../../../lib/agent/signed.ts'
import { CodedError } from '../../../lib/error.ts'
import type { ActionRequest } from '../../../lib/response/request.ts'
import { setStop } from '../../../lib/response/stop.ts'
import type { IncidentView } from '../../../lib/response/view.ts'
import { respond } from '../../../lib/stage/respond.ts'
import { alertsOn } from '../../../local/demo/alerts.ts'
import { type DemoPod, deployWorkloads, podsOf } from '../../../local/demo/workload.ts'
import { type AgentChain, agentChain, agentKeys } from '../../support/agent-chain.ts'
import { nonceOf } from '../../support/chain.ts'
import { demoRules } from '../../support/rules.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// From alert to outcome, where an agent acts: label and delete without asking (payments), isolate when somebody approves (nginx).
const folder = temporaryFolder()
const rules = demoRules(folder.path)
afterAll(() => folder.remove())
let chain: AgentChain
let pods: { readonly nginx: DemoPod; readonly payments: DemoPod }
beforeEach(async () => {
  chain = await agentChain([rules])
  pods = await deployWorkloads(chain.cluster)
})
afterEach(() => chain.stop())

const recording = (name: string) => new URL(`../../../local/demo/alerts/${name}.jsonl`, import.meta.url)
const netcat = () => chain.send(alertsOn(pods.payments, recording('netcat-shell')))
const shadow = () => chain.send(alertsOn(pods.nginx, recording('shell-then-shadow')))
const press = (action: string) => chain.press({ value: nonceOf(chain.chat.messages.at(-1)?.message, action), at: action })
const theIncident = async (): Promise<IncidentView> => (await chain.incidents())[0] ?? expect.fail('no incident')
const outcomes = async () => (await theIncident()).actions.map(({ request, outcome }) => `${request.action} ${outcome?.state}`).sort()
const lines = async () =>
  (await chain.journalOf((await theIncident()).incident.id))
    .filter(({ kind }) => kind === 'action' || kind === 'outcome')
    .map(({ kind, action, outcome }) => `${kind} ${action} ${outcome}`)
const policies = () => chain.cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' })
const deletions = () => chain.api.writes().filter(({ verb, kind, changed }) => verb === 'delete' && kind === 'Pod' && changed)
/** The orders that wait, in their order; they are left there. */
const orders = async () => {
  const messages = []
  for (;;) {
    const more = await chain.agentQueues.orders.receive({ max: 10, waitSeconds: 0 })
    if (more.length === 0) break
    messages.push(...more)
    for (const { receipt } of more) await chain.agentQueues.orders.acknowledge(receipt)
  }
  return messages.map(({ body }) => open(body, ORDER, chain.keys.order.publicKey))
}
/** An answer of the agent in `demo`, as it stands in the outcomes queue; `change` and `key` make it another. */
const answer = (request: ActionRequest, change: Partial<Answer> = {}, key = chain.keys.answer.privateKey) =>
  chain.agentQueues.outcomes.send([
    answerMessage(
      {
        kind: 'outcome/1',
        cluster: 'demo',
        incident: request.incident,
        action: request.id,
        issuedMs: chain.time.nowMs,
        atMs: chain.time.nowMs,
        verdict: { outcome: { state: 'done' } },
        undone: [],
        ...change,
      },
      key,
    ),
  ])

test('alert, orders, answers: the pod is labelled and then deleted, and the incident is contained', async () => {
  await netcat()
  await chain.settle()
  expect(await outcomes()).toEqual(['delete done', 'label done'])
  const { incident, actions } = await theIncident()
  expect(incident.status).toBe('contained')
  expect(actions).toMatchObject([{ podUid: pods.payments.uid }, { podUid: pods.payments.uid }])
  expect(deletions()).toHaveLength(1)
  expect((await lines()).filter((line) => line.includes(' delete')).sort()).toEqual([
    'action delete begun',
    'action delete ordered',
    'outcome delete done',
  ])
  expect(chain.chat.messages).toHaveLength(1)
  expect(JSON.stringify(chain.chat.messages[0])).toMatch(/\*Delete\* done/i)
  expect([chain.failures, chain.agentFailures]).toEqual([[], []])
})

test('an approval, its isolation and its release go by the agent, though the agent forgets everything in between', async () => {
  await shadow()
  await chain.settle()
  expect((await press('isolate')).outcome).toBe('accepted')
  await chain.settle()
  expect((await theIncident()).incident.status).toBe('contained')
  expect(await policies()).toHaveLength(1)
  await press('release')
  await chain.settle({ ports: { ...chain.agent, store: chain.newStore() } })
  expect(await policies()).toEqual([])
  expect(await outcomes()).toEqual(['isolate undone', 'release undone'])
  expect((await theIncident()).incident.status).toBe('open')
})

test('an isolation that has run out is ended by an order of the sweep', async () => {
  await shadow()
  await chain.settle()
  await press('isolate')
  await chain.settle()
  chain.time.nowMs += 3600_000
  await chain.sweep()
  await chain.settle()
  expect(await policies()).toEqual([])
  expect(await outcomes()).toEqual(['isolate undone', 'release undone'])
})

test('nothing has an outcome while its order is on its way; a lost order is given again', async () => {
  await netcat()
  await chain.settle({ agentRuns: false })
  expect(await orders()).toHaveLength(2) // and are lost
  expect(await outcomes()).toEqual([])
  await chain.minutes(1)
  await chain.settle()
  expect(await outcomes()).toEqual(['delete done', expect.stringMatching(/^label (done|skipped)$/)]) // which is first is not known
  expect((await lines()).filter((line) => line.endsWith('ordered'))).toHaveLength(2)
  expect(deletions()).toHaveLength(1)
})

test('orders that nobody takes are given again a few times, not more and more of them, and end as expired', async () => {
  await netcat()
  await chain.settle({ agentRuns: false })
  await chain.minutes(70)
  expect((await orders()).length).toBeLessThanOrEqual(2 * 14)
  const { actions } = await theIncident()
  const why = 'the agent in the cluster did not say in time that it began it'
  expect(actions).toMatchObject([{ outcome: { state: 'expired', why } }, { outcome: { state: 'expired', why } }])
  expect(deletions()).toEqual([])
})

test('an agent that was away does not do what is late, but is told anew at once', async () => {
  await netcat()
  await chain.settle({ agentRuns: false })
  chain.time.nowMs += 10 * 60_000
  await chain.settle()
  expect(await outcomes()).toEqual(['delete done', 'label done'])
  expect(deletions()).toHaveLength(1)
})

test('an agent whose clock is wrong is told anew ten times, and then as the sweep comes by', async () => {
  await netcat()
  let lapsed = 0
  const clock = () => {
    chain.time.nowMs += 1
    return chain.time.nowMs + 3600_000
  }
  const count = (_name: string, { outcome }: Readonly<Record<string, string>>) => {
    lapsed += outcome === 'lapsed' ? 1 : 0
  }
  await chain.settle({ ports: { ...chain.agent, clock, metrics: { count } } })
  expect(lapsed).toBe(2 * 11)
  expect(await orders()).toEqual([])
  expect(await outcomes()).toEqual([])
  await chain.minutes(1)
  await chain.settle()
  expect(await outcomes()).toEqual(['delete done', expect.stringMatching(/^label (done|skipped)$/)])
})

test('nothing is said against what may be under way: not that action was stopped, nor that it is late', async () => {
  await netcat()
  await chain.settle({ agentRuns: false })
  const sent = await orders()
  await setStop(chain.cloud.store, { by: 'root', atMs: chain.time.nowMs, why: '' })
  chain.time.nowMs += 80_000 // the order holds no longer, but an answer may be on its way
  await respond({ requests: sent.map(({ request }) => request) }, chain.cloud, { lastTry: false })
  expect([await orders(), await outcomes()]).toEqual([[], []])
  chain.time.nowMs += 20_000
  await respond({ requests: sent.map(({ request }) => request) }, chain.cloud, { lastTry: false })
  expect(await outcomes()).toEqual(['delete refused', 'label refused'])
})

test('once action is stopped no order goes out, not for what is asked again either', async () => {
  await shadow()
  await chain.settle()
  await press('isolate')
  await chain.settle({ agentRuns: false })
  expect(await orders()).toMatchObject([{ request: { action: 'isolate' } }]) // lost
  await setStop(chain.cloud.store, { by: 'root', atMs: chain.time.nowMs, why: 'enough' })
  await chain.send(alertsOn(pods.payments, recording('netcat-shell')))
  await chain.minutes(7)
  expect(await orders()).toEqual([])
  const states = (await chain.incidents()).flatMap(({ actions }) => actions.map(({ outcome }) => outcome))
  expect(states).toHaveLength(3)
  for (const state of states) expect(state).toMatchObject({ state: 'refused', guard: 'stopped' })
})

test('an order that was on its way when action was stopped lapses where it lies', async () => {
  await netcat()
  await chain.settle({ agentRuns: false })
  await setStop(chain.cloud.store, { by: 'root', atMs: chain.time.nowMs, why: '' })
  chain.time.nowMs += 60_000
  await chain.settle()
  expect(await outcomes()).toEqual(['delete refused', 'label refused'])
  expect(deletions()).toEqual([])
})

test('what was done is told, though it was said to have expired in the meantime', async () => {
  let isDown = true
  await chain.stop()
  chain = await agentChain([rules], {
    wrap: (ports) => ({
      ...ports,
      answers: {
        send: async (messages) => {
          if (isDown) throw new CodedError('unavailable', 'the outcomes queue is away')
          return ports.answers.send(messages)
        },
      },
    }),
  })
  pods = await deployWorkloads(chain.cluster)
  await netcat()
  await chain.settle({ agentRuns: true }).catch(() => undefined)
  await chain.minutes(70)
  expect(await outcomes()).toEqual(['delete expired', 'label expired'])
  isDown = false
  const { actions } = await theIncident()
  for (const { request } of actions) await answer(request)
  await chain.settle({ agentRuns: false })
  expect(await outcomes()).toEqual(['delete done', 'label done'])
  expect((await theIncident()).incident.status).toBe('contained')
})

test('a budget of the namespace is spent here', async () => {
  chain.cloud.guards = {
    ...chain.cloud.guards,
    budget: { ...chain.cloud.guards.budget, per_namespace: [{ limit: 1, windowSeconds: 3600 }] },
  }
  await netcat()
  await chain.settle()
  expect(await outcomes()).toEqual(['label done']) // the other waited for the answer
  await chain.minutes(1)
  await chain.settle()
  expect(await outcomes()).toEqual(['delete refused', 'label done'])
  expect(deletions()).toEqual([])
})

test('orders about pods that there are not take the budget only until they are answered, and hold no cool-down', async () => {
  const budget = { ...chain.cloud.guards.budget, per_namespace: [{ limit: 2, windowSeconds: 3600 }] }
  chain.cloud.guards = { ...chain.cloud.guards, budget, cooldown: 600 }
  await netcat()
  await chain.settle({ agentRuns: false })
  const [told] = await orders() // both are lost, and given again after a minute
  const request = told?.request ?? expect.fail('no order')
  const forged = Array.from({ length: 12 }, (_, index) => ({
    ...request,
    id: `f${index}`,
    incident: `forged-${index}`,
    target: { ...request.target, pod: `ghost-${index}` },
  }))
  await respond({ requests: forged }, chain.cloud, { lastTry: false })
  expect(await orders()).toEqual([])
  await chain.minutes(1)
  await chain.settle()
  expect(await outcomes()).toEqual(['delete done', expect.stringMatching(/^label (done|skipped)$/)])
  await chain.minutes(6)
  await chain.settle()
  const real = await chain.cloud.store.get(`budget#demo#${request.target.namespace}#3600`, 'spent')
  expect(JSON.stringify(real?.data)).not.toContain('order#')
  expect(await chain.cloud.store.get(`cooldown#demo#${request.target.uid}`, 'held')).toBeUndefined()
})

test('an action that there is not, or with parameters that are not its own, is refused without an order', async () => {
  const dry = { ...chain.cloud, guards: { ...chain.cloud.guards, dry_run: true } }
  await netcat()
  await chain.settle({ agentRuns: false })
  const [told] = await orders()
  const request = told?.request ?? expect.fail('no order')
  const requests = [
    { ...request, id: 'x1', action: 'explode' },
    { ...request, id: 'x2', action: 'label', parameters: { labels: 7 } },
    { ...request, id: 'x3' },
  ]
  await respond({ requests }, dry, { lastTry: false })
  expect(await orders()).toMatchObject([{ request: { id: 'x3', dryRun: true } }])
  const { actions } = await theIncident()
  expect(actions.map(({ outcome }) => outcome && 'guard' in outcome && outcome.guard)).toEqual(['unknown_action', 'bad_parameters'])
})

test.each([
  ['signed by nobody we know', (): [object, AgentChain['keys']['answer']['privateKey']] => [{}, agentKeys().answer.privateKey]],
  ['signed with the key of orders', (): [object, AgentChain['keys']['answer']['privateKey']] => [{}, chain.keys.order.privateKey]],
  [
    'from the agent of another cluster',
    (): [object, AgentChain['keys']['answer']['privateKey']] => [{ cluster: 'other' }, chain.keys.answer.privateKey],
  ],
  [
    'from a cluster without an agent',
    (): [object, AgentChain['keys']['answer']['privateKey']] => [{ cluster: 'third' }, chain.keys.answer.privateKey],
  ],
  [
    'about an action that nobody ordered',
    (): [object, AgentChain['keys']['answer']['privateKey']] => [{ action: 'nothing' }, chain.keys.answer.privateKey],
  ],
])('an answer %s changes nothing, and ends among the dead letters', async (_name, make) => {
  await netcat()
  await chain.settle({ agentRuns: false })
  const [told] = await orders()
  const before = JSON.stringify(await chain.incidents())
  const [change, key] = make()
  await answer(told?.request ?? expect.fail('no order'), change, key)
  await chain.settle({ agentRuns: false })
  expect(JSON.stringify(await chain.incidents())).toBe(before)
  expect(await chain.agentQueues.dead.receive({ max: 10, waitSeconds: 0 })).toHaveLength(1)
})

test('an agent cannot answer for an action in another agent’s cluster', async () => {
  await netcat()
  await chain.settle({ agentRuns: false })
  const [told] = await orders()
  const request = told?.request ?? expect.fail('no order')
  const theirs = { ...request, id: 'theirs', target: { ...request.target, cluster: 'other' } }
  await respond({ requests: [theirs] }, chain.cloud, { lastTry: false })
  await answer(theirs)
  await chain.settle({ agentRuns: false })
  expect(await outcomes()).toEqual([])
  expect(await chain.agentQueues.dead.receive({ max: 10, waitSeconds: 0 })).toHaveLength(1)
})

test('the first final answer stands, whatever is answered later, and an old one that comes again changes nothing', async () => {
  await shadow()
  await chain.settle()
  await press('isolate')
  await chain.settle()
  const { request } = (await theIncident()).actions[0] ?? expect.fail('no action')
  await answer(request, { verdict: { outcome: { state: 'failed', why: 'no', retryable: true } } })
  await chain.settle()
  expect(await outcomes()).toEqual(['isolate done'])
  await press('release')
  await chain.settle()
  await answer(request)
  await chain.settle()
  expect(await outcomes()).toEqual(['isolate undone', 'release undone'])
  expect((await theIncident()).incident.status).toBe('open')
})

test('an agent’s words are cut, and its times are held to what can be', async () => {
  await shadow()
  await chain.settle()
  await press('isolate')
  await chain.settle({ agentRuns: false })
  const [told] = await orders()
  const request = told?.request ?? expect.fail('no order')
  await answer(request, {
    verdict: { outcome: { state: 'refused', guard: 'Bad{label}', why: 'x'.repeat(5000) } },
    begun: { begunMs: chain.time.nowMs + 1e12, podUid: 'u', data: { policy: 'p' } },
  })
  await chain.settle({ agentRuns: false })
  const [record] = (await theIncident()).actions
  expect(record).toMatchObject({ begunMs: chain.time.nowMs, outcome: { state: 'refused', guard: 'unknown', why: 'x'.repeat(1000) } })
})

test('the rest of what stood in the agent’s cluster is as it was', async () => {
  await netcat()
  await chain.settle()
  expect(await podsOf(chain.cluster, 'nginx')).toEqual([pods.nginx])
})
