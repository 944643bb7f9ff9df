import { describe, expect, test } from 'vitest'
import { CodedError } from '../../../lib/error.ts'
import { Incident, incidentKey } from '../../../lib/incident/incident.ts'
import type { HttpAnswer } from '../../../lib/port/http.ts'
import { update } from '../../../lib/port/store.ts'
import { Route } from '../../../lib/route/route.ts'
import { MINUTE, type NotifyStage, notifyStage } from './notify/stage.ts'

// Deliveries through the queue and the sweep: what becomes of them when the other side does not take them for long.
const HOUR = 60 * MINUTE
const ON_CALL = { name: 'all', webhook: { template: 'pagerduty', secret: { file: '/key' } } }
const JIRA = {
  name: 'all',
  webhook: {
    ...{ template: 'jira', url: 'https://jira.example', secret: { file: '/key' } },
    settings: { email: 'bot@example.com', project: 'SEC', transitions: { acknowledged: '2' } },
  },
}
type Sent = { readonly atMs: number; readonly what: string }
type Answer = { readonly status: number; readonly headers?: HttpAnswer['headers']; readonly body?: string }

/** A stage with one route to a webhook. `answer.by` is asked for each request. */
function stageWith(...routes: readonly object[]) {
  const stage = notifyStage({ routes: routes.map((one) => Route.parse(one)) })
  const sent: Sent[] = []
  const answer: { by: (what: string) => Answer | Promise<Answer> } = { by: () => ({ status: 202 }) }
  const secretOf = { by: async () => 'k'.repeat(32) }
  Object.assign(stage.ports, {
    secretOf: () => secretOf.by(),
    send: async ({ method, url, body = '{}' }: { method: string; url: string; body?: string }) => {
      const what = JSON.parse(body).event_action ?? `${method} ${new URL(url).pathname}`
      sent.push({ atMs: stage.time.nowMs, what })
      return { headers: {}, body: '{}', ...(await answer.by(what)) }
    },
  })
  return { stage, sent, answer, secretOf }
}
const whats = (sent: readonly Sent[]) => sent.map(({ what }) => what)
const deadLetters = async (stage: NotifyStage) => stage.queues.messages.receive({ max: 10, waitSeconds: 0 })

async function close(stage: NotifyStage, id: string): Promise<void> {
  await update(stage.store, incidentKey(id), Incident, (now): Incident | undefined => now && { ...now, status: 'closed' })
  await stage.notice(id)
  await stage.settle()
}

describe('a destination that cannot take it now', () => {
  test.each([
    { name: 'asks to wait for two seconds', by: () => ({ status: 429, headers: { 'retry-after': '2' } }) },
    { name: 'is broken', by: () => ({ status: 500 }) },
    { name: 'gives no answer', by: () => Promise.reject(new CodedError('unavailable', 'HTTP: no answer in time')) },
  ])('and $name for six hours is told when it can', async ({ by }) => {
    const { stage, sent, answer } = stageWith(ON_CALL)
    answer.by = by
    const { id } = await stage.see('web-1', 5)
    await stage.notice(id)
    await stage.pass(6 * HOUR, MINUTE)
    const tries = sent.length
    expect(tries).toBeGreaterThan(10)
    answer.by = () => ({ status: 202 })
    await stage.pass(5 * MINUTE)
    expect(whats(sent.slice(tries))).toEqual(['trigger'])
    expect(await deadLetters(stage)).toEqual([])
  })

  test('is not asked before the time that it named, whatever happens to the incident', async () => {
    const { stage, sent, answer } = stageWith(ON_CALL)
    answer.by = () => ({ status: 429, headers: { 'retry-after': sent.length < 5 ? '2' : '7200' } })
    const { id } = await stage.see('web-1', 3)
    await stage.notice(id)
    await stage.pass(MINUTE, 1000) // the queue has lost patience
    for (let count = 0; count < 10; count++) {
      await stage.see('web-1', 5)
      await stage.notice(id)
      await stage.pass(MINUTE)
    }
    expect(sent).toHaveLength(5)
    await stage.pass(3 * HOUR, MINUTE)
    expect(sent).toHaveLength(6)
  })

  test('for one incident that goes on, no more than one retry is set down at a time', async () => {
    const { stage, answer } = stageWith(ON_CALL)
    answer.by = () => ({ status: 500 })
    const { id } = await stage.see('web-1', 5)
    for (let count = 0; count < 120; count++) {
      await stage.see('web-1', 5)
      await stage.notice(id)
      await stage.pass(30_000)
    }
    const due = (await stage.store.query('due#chat')).filter(({ sk }) => sk.includes('deliver'))
    expect(due.length).toBeLessThan(5)
  })
})

describe('what is refused', () => {
  test.each([401, 403, 404, 302, 400])('with %i is tried again after a quarter of an hour, and every hour', async (status) => {
    const { stage, sent, answer } = stageWith(ON_CALL)
    answer.by = () => ({ status })
    const began = stage.time.nowMs
    await stage.notice((await stage.see('web-1', 5)).id)
    await stage.settle()
    await stage.pass(4 * HOUR, MINUTE)
    expect(sent.map(({ atMs }) => (atMs - began) / MINUTE)).toEqual([0, 15, 75, 135, 195])
    answer.by = () => ({ status: 202 })
    await stage.pass(24 * HOUR, MINUTE)
    expect(sent).toHaveLength(6)
    expect(stage.failures).toEqual([])
  })

  test('for want of a secret is told when there is one', async () => {
    const { stage, sent, secretOf } = stageWith(ON_CALL)
    const working = secretOf.by
    secretOf.by = () =>
      Promise.reject(new CodedError('invalid_config', 'AWS: secretsmanager:GetSecretValue of x: ResourceNotFoundException'))
    await stage.notice((await stage.see('web-1', 5)).id)
    await stage.settle()
    secretOf.by = working
    await stage.pass(16 * MINUTE, MINUTE)
    expect(whats(sent)).toEqual(['trigger'])
  })

  test('is given up after a week, until the incident changes', async () => {
    const { stage, sent, answer } = stageWith(ON_CALL)
    answer.by = () => ({ status: 401 })
    const { id } = await stage.see('web-1', 4)
    await stage.notice(id)
    await stage.pass(8 * 24 * HOUR, 10 * MINUTE)
    const tries = sent.length
    expect(tries).toBeLessThan(7 * 24 + 3)
    await stage.pass(24 * HOUR, 10 * MINUTE)
    expect(sent).toHaveLength(tries)
    answer.by = () => ({ status: 202 })
    await stage.see('web-1', 5)
    await stage.notice(id)
    await stage.settle()
    expect(sent).toHaveLength(tries + 1)
  })

  test.each([
    { name: 'was refused, nothing is taken back', status: 401, told: [] },
    { name: 'may have been taken, it is taken back', status: 500, told: ['resolve'] },
  ])('when the incident is closed, of an alert that $name', async ({ status, told }) => {
    const { stage, sent, answer } = stageWith(ON_CALL)
    answer.by = () => ({ status })
    const { id } = await stage.see('web-1', 5)
    await stage.notice(id)
    await stage.step() // the notice
    await stage.step() // the delivery
    expect(whats(sent)).toEqual(['trigger'])
    const before = sent.length
    answer.by = () => ({ status: 202 })
    await update(stage.store, incidentKey(id), Incident, (now): Incident | undefined => now && { ...now, status: 'closed' })
    stage.time.nowMs += MINUTE
    await close(stage, id)
    expect(whats(sent.slice(before))).toEqual(told)
  })
})

describe('a destination that is slow', () => {
  test('is not asked for so long that the function runs out of time: what is left follows', async () => {
    const { stage, sent, answer } = stageWith(JIRA)
    answer.by = (what) => {
      stage.time.nowMs += 9000
      return { status: 201, body: what.startsWith('GET') ? '{"transitions":[{"id":"2"}]}' : '{"key":"SEC-1"}' }
    }
    const { id } = await stage.see('web-1', 5, { status: 'acknowledged' })
    await stage.notice(id)
    await stage.step() // the notice
    const began = stage.time.nowMs
    await stage.step() // the delivery
    expect(stage.time.nowMs - began).toBeLessThanOrEqual(20_000)
    expect(whats(sent)).toEqual(['POST /rest/api/3/issue'])
    await stage.pass(2 * MINUTE)
    expect(whats(sent).at(-1)).toBe('POST /rest/api/3/issue/SEC-1/transitions')
  })
})

describe('a destination that does not answer', () => {
  const silent = () => Promise.reject(new CodedError('unavailable', 'HTTP: no answer in time'))
  const OTHER = { name: 'other', webhook: { url: 'https://other.example' } }

  async function flood(stage: NotifyStage, count: number): Promise<void> {
    for (let at = 0; at < count; at++) await stage.notice((await stage.see(`web-${at}`, 3)).id)
    await stage.settle()
  }

  test('is asked for three incidents, then by one of them after 1, 5, 15 minutes and every 15; when it answers, all are told', async () => {
    const { stage, sent, answer } = stageWith(ON_CALL)
    answer.by = silent
    const began = stage.time.nowMs
    await flood(stage, 60)
    expect(sent.length).toBeLessThan(8)
    const first = sent.length
    await stage.pass(40 * MINUTE)
    const later = sent.slice(first).map(({ atMs }) => Math.floor((atMs - began) / MINUTE))
    expect(later).toEqual([1, 6, 21, 36].slice(0, later.length))
    expect(later.length).toBeGreaterThanOrEqual(3)
    const tries = sent.length
    answer.by = () => ({ status: 202 })
    await stage.pass(20 * MINUTE)
    expect(sent.length - tries).toBe(60)
    expect(await deadLetters(stage)).toEqual([])
  })

  test('is told to the operator, once an hour', async () => {
    const { stage, answer } = stageWith(ON_CALL)
    answer.by = silent
    await flood(stage, 10)
    await stage.pass(30 * MINUTE)
    const lines = (await stage.journal()).filter(({ kind }) => kind === 'delivery')
    expect(lines).toMatchObject([{ what: expect.stringContaining('route "all"'), outcome: 'failed', why: 'HTTP: no answer in time' }])
  })

  test('for one incident alone makes no other wait', async () => {
    const { stage, sent, answer } = stageWith(ON_CALL)
    answer.by = silent
    await stage.notice((await stage.see('web-1', 3)).id)
    await stage.pass(20 * MINUTE)
    answer.by = () => ({ status: 202 })
    const before = sent.length
    await stage.notice((await stage.see('web-2', 3)).id)
    await stage.settle()
    expect(sent.length).toBe(before + 1)
  })

  test('makes no other route wait', async () => {
    const { stage, sent, answer } = stageWith(ON_CALL, OTHER)
    answer.by = (what) => (what === 'trigger' ? silent() : { status: 202 })
    await flood(stage, 10)
    await stage.notice((await stage.see('web-x', 3, { routes: ['other'] })).id)
    await stage.settle()
    expect(whats(sent).at(-1)).toBe('POST /')
  })

  test('but with an error now and then answers: nobody waits', async () => {
    const { stage, sent, answer } = stageWith(ON_CALL)
    answer.by = () => ({ status: 500 })
    await flood(stage, 10)
    expect(sent.length).toBeGreaterThanOrEqual(10)
  })
})
