import fc from 'fast-check'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { httpSender } from '../../../lib/adapter/http-sender.ts'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import { CodedError } from '../../../lib/error.ts'
import { readJournal } from '../../../lib/incident/journal.ts'
import type { HttpSender } from '../../../lib/port/http.ts'
import type { Log, LogFields } from '../../../lib/port/log.ts'
import type { Store } from '../../../lib/port/store.ts'
import { RouteItem } from '../../../lib/route/route.ts'
import { type DeliverPorts, deliver } from '../../../lib/stage/deliver.ts'
import {
  type Api,
  alertmanagerApi,
  eventsApi,
  FAULTS,
  type Fault,
  jiraApi,
  opsgenieApi,
  pagerdutyApi,
  type Receiver,
  startReceiver,
  teamsApi,
} from '../webhook/receivers.ts'
import { action, INCIDENT, LIFE, NOW, save } from '../webhook/story.ts'

const SECRETS: Readonly<Record<string, string>> = {
  signing: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  jira: 'jira-token',
  pagerduty: '0123456789abcdef0123456789abcdef',
  opsgenie: 'opsgenie-key',
  header: 'header-secret',
}

let nowMs = NOW
let store: Store
let lines: { level: string; message: string; fields: LogFields }[]
beforeEach(() => {
  nowMs = NOW
  store = sqliteStore(openDatabase(':memory:'), { clock: () => nowMs })
  lines = []
})

const log: Log = {
  info: (message, fields = {}) => lines.push({ level: 'info', message, fields }),
  warn: (message, fields = {}) => lines.push({ level: 'warn', message, fields }),
  error: (message, fields = {}) => lines.push({ level: 'error', message, fields }),
}

/** A receiver that hangs is given up after this time. */
const SHORT_MS = 80

function ports(to: object, given: Partial<DeliverPorts> = {}): DeliverPorts {
  return {
    store,
    routes: [RouteItem.parse({ route: { name: 'r', ...to } }).route],
    send: httpSender({ loopback: true, timeoutMs: 5000 }),
    secretOf: async ({ secret = '' }) => SECRETS[secret] ?? expect.fail(`no secret ${secret}`),
    exportOcsf: async () => undefined,
    link: (incident) => `https://page.example/${incident.slice(0, 8)}`,
    clock: () => nowMs,
    log,
    ...given,
  }
}
const of = { incident: INCIDENT, route: 'r' }

/** As a queue does: what failed and may yet do comes again, after the time that was named or two minutes. */
async function deliverUntilDone(how: DeliverPorts): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    try {
      return await deliver(of, how)
    } catch (error) {
      if (!(error instanceof CodedError) || !error.transient) throw error
      nowMs += (error.retryAfterSeconds ?? 120) * 1000
    }
  }
  expect.fail('it comes to no end')
}

async function receiver(api: Api): Promise<Receiver> {
  const started = await startReceiver(api)
  onTestFinished(started.stop)
  return started
}

const KINDS = {
  cloudevents: () => {
    const { api, events } = eventsApi()
    return {
      api,
      webhook: (url: string) => ({ url, secret: { secret: 'signing' } }),
      end: () => ({
        subjects: new Set(events.map(({ subject }) => subject)).size,
        closed: events.filter(({ type }) => type.endsWith('closed')).length > 0,
        last: events.at(-1)?.data.status,
      }),
      expected: { subjects: 1, closed: true, last: 'closed' },
    }
  },
  jira: () => {
    const { api, issues } = jiraApi(() => nowMs)
    const comments = () => issues.flatMap((issue) => issue.comments.map((one) => JSON.stringify(one)))
    return {
      api,
      webhook: (url: string) => ({
        url,
        template: 'jira',
        secret: { secret: 'jira' },
        settings: { email: 'bot@example.com', project: 'SEC', transitions: { acknowledged: '21', closed: '31', open: '11' } },
      }),
      end: () => ({
        issues: issues.map(({ key, status }) => [key, status]),
        twice: comments().length - new Set(comments().map((one) => one.slice(0, one.indexOf('properties')))).size,
        says: /closed by bob: a drill/.test(comments().join()) || /closed by bob/.test(issues[0]?.summary ?? ''),
      }),
      expected: { issues: [['SEC-1', 'Done']], twice: 0, says: true },
    }
  },
  pagerduty: () => {
    const { api, alerts } = pagerdutyApi()
    return {
      api,
      webhook: (url: string) => ({ url, template: 'pagerduty', secret: { secret: 'pagerduty' } }),
      end: () => alerts.map(({ state, severity }) => [state, severity]),
      expected: [['resolved', 'critical']],
    }
  },
  opsgenie: () => {
    const { api, alerts } = opsgenieApi()
    return {
      api,
      webhook: (url: string) => ({ url, template: 'opsgenie', secret: { secret: 'opsgenie' } }),
      end: () => ({
        alerts: alerts.map(({ state, priority }) => [state, priority]),
        twice: alerts.flatMap(({ notes }) => notes).length - new Set(alerts.flatMap(({ notes }) => notes)).size,
      }),
      expected: { alerts: [['closed', 'P1']], twice: 0 },
    }
  },
  alertmanager: () => {
    const { api, alerts, firing } = alertmanagerApi(() => nowMs)
    return {
      api,
      webhook: (url: string) => ({ url, template: 'alertmanager', settings: { labels: { team: 'security' } } }),
      end: () => ({ firing: firing().length, incidents: new Set([...alerts.values()].map(({ labels }) => labels.incident)).size }),
      expected: { firing: 0, incidents: 1 },
    }
  },
  teams: () => {
    const { api, cards } = teamsApi()
    return {
      api,
      webhook: (url: string) => ({ url, template: 'teams' }),
      end: () => ({ some: cards.length > 0, last: /Incident closed/.test(cards.at(-1) ?? '') }),
      expected: { some: true, last: true },
    }
  },
} as const
type Kind = keyof typeof KINDS
const NAMES = Object.keys(KINDS) as Kind[]

const MUST_BE_TOLD = [0, 1, LIFE.length - 1]
const FAULTY = fc.array(fc.constantFrom<Fault>(...FAULTS), { maxLength: 6 })

describe.each(NAMES)('%s', (name) => {
  test('a life ends with one issue or alert in its final state, and every chapter told again sends nothing', async () => {
    const { api, webhook, end, expected } = KINDS[name]()
    const server = await receiver(api)
    const how = ports({ webhook: webhook(server.url) })
    for (const [incident, actions] of LIFE) {
      nowMs += 60_000
      await save(store, incident, actions)
      await deliver(of, how)
      const sent = server.seen.length
      await deliver(of, how)
      expect(server.seen.length).toBe(sent)
    }
    expect(end()).toEqual(expected)
    expect(server.seen.length).toBeLessThan(20)
    expect(lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('so it does when answers get lost, requests hang, fail or are throttled, in any order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(...LIFE.map((_, chapter) => (MUST_BE_TOLD.includes(chapter) ? FAULTY : fc.option(FAULTY)))),
        async (chapters) => {
          nowMs = NOW
          store = sqliteStore(openDatabase(':memory:'), { clock: () => nowMs })
          const { api, webhook, end, expected } = KINDS[name]()
          const server = await startReceiver(api)
          try {
            const how = ports({ webhook: webhook(server.url) }, { send: httpSender({ loopback: true, timeoutMs: SHORT_MS }) })
            for (const [chapter, faults] of chapters.entries()) {
              if (faults === null) continue
              nowMs += 60_000
              await save(store, ...(LIFE[chapter] ?? expect.fail('no such chapter')))
              server.meetWith(faults)
              await deliverUntilDone(how)
            }
            nowMs += 60_000
            expect(end()).toEqual(expected)
          } finally {
            await server.stop()
          }
        },
      ),
      { numRuns: 8 },
    )
  }, 120_000)
})

test.each([
  { fault: 'throttle', code: 'throttled', seconds: 7 },
  { fault: 'busy', code: 'throttled', seconds: 9 },
  { fault: 'fail', code: 'unavailable', seconds: undefined },
  { fault: 'hang', code: 'unavailable', seconds: undefined },
  { fault: 'lose', code: 'unavailable', seconds: undefined },
] as const)('a receiver that answers with "$fault" is $code, and another try may follow', async ({ fault, code, seconds }) => {
  const server = await receiver(eventsApi().api)
  server.meetWith([fault])
  await save(store, {})
  const how = ports({ webhook: { url: server.url } }, { send: httpSender({ loopback: true, timeoutMs: 300 }) })
  await expect(deliver(of, how)).rejects.toMatchObject({ code, retryAfterSeconds: seconds })
  await deliver(of, how)
  expect(server.seen).toHaveLength(2)
  expect(server.seen[0]?.headers['webhook-id']).toBe(server.seen[1]?.headers['webhook-id'])
  expect(server.seen[0]?.body).toBe(server.seen[1]?.body)
})

test.each([
  { status: 401, code: 'not_permitted' },
  { status: 403, code: 'not_permitted' },
  { status: 404, code: 'invalid_config' },
  { status: 410, code: 'invalid_config' },
  { status: 400, code: 'invalid_input' },
  { status: 302, code: 'invalid_config' },
])(
  'a receiver that answers $status is not asked again before the incident changes; the operator is told once an hour',
  async ({ status, code }) => {
    const server = await receiver(() => ({
      status,
      headers: { location: 'http://127.0.0.1:1/elsewhere' },
      json: { message: `no, not with ${SECRETS.header}\nat all` },
    }))
    const how = ports({ webhook: { url: server.url, headers: { authorization: { secret: 'header', prefix: 'Bearer ' } } } })
    await save(store, {})
    await deliver(of, how)
    await deliver(of, how)
    expect(server.seen).toHaveLength(1)
    await save(store, { count: 3 })
    await deliver(of, how)
    expect(server.seen).toHaveLength(2)
    nowMs += 3600_000
    await save(store, { count: 4 })
    await deliver(of, how)
    expect(server.seen).toHaveLength(3)
    const errors = lines.filter(({ level }) => level === 'error')
    expect(errors.map(({ fields }) => [fields.route, fields.reason])).toEqual(Array(2).fill(['r', `${code} webhook: answered ${status}`]))
    const told = await readJournal(store, { day: '2026-11-20' })
    expect(told.map(({ kind, outcome, why }) => [kind, outcome, why])).toEqual(
      Array(2).fill(['delivery', 'failed', `webhook: answered ${status}: no, not with … at all`]),
    )
    expect(server.seen[0]?.headers.authorization).toBe('Bearer header-secret')
    expect(JSON.stringify([lines, told])).not.toContain('header-secret')
  },
)

test('a receiver that takes it again after the change is told all that it missed', async () => {
  const { api, issues } = jiraApi(() => nowMs)
  let isBroken = false
  const server = await receiver((seen) => (isBroken && seen.url.pathname.endsWith('comment') ? { status: 403 } : api(seen)))
  const how = ports({ webhook: KINDS.jira().webhook(server.url) })
  await save(store, {})
  await deliver(of, how)
  isBroken = true
  await save(store, { severity: 4 })
  await deliver(of, how)
  isBroken = false
  await save(store, { severity: 4, correlations: ['Shell then credential read'] })
  await deliver(of, how)
  expect(issues).toHaveLength(1)
  expect(JSON.stringify(issues[0]?.comments)).toMatch(/Severity: high.*Correlation: Shell then credential read/)
})

test('of two deliveries at the same time one sends, and the other comes again', async () => {
  const server = await receiver(pagerdutyApi().api)
  await save(store, {})
  const how = ports({ webhook: KINDS.pagerduty().webhook(server.url) })
  const [...results] = await Promise.allSettled([deliver(of, how), deliver(of, how), deliver(of, how)])
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const reasons = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  expect(reasons).toEqual(Array(2).fill(expect.objectContaining({ code: 'conflict' })))
  expect(server.seen).toHaveLength(1)
  await deliver(of, how)
  expect(server.seen).toHaveLength(1)
})

test('what a process that died had begun is held for a minute, then looked for, and not made twice', async () => {
  const { api, issues } = jiraApi(() => nowMs)
  const server = await receiver(api)
  await save(store, {})
  const working = ports({ webhook: KINDS.jira().webhook(server.url) })
  const dying: HttpSender = async (request) => {
    await working.send(request)
    throw new TypeError('the process is gone')
  }
  await expect(deliver(of, { ...working, send: dying })).rejects.toThrow(TypeError)
  expect(issues).toHaveLength(1)
  await expect(deliver(of, working)).rejects.toMatchObject({ code: 'conflict', retryAfterSeconds: 60 })
  nowMs += 60_000
  await deliver(of, working)
  expect(issues).toHaveLength(1)
  await save(store, { status: 'closed' })
  await deliver(of, working)
  expect(issues.map(({ status }) => status)).toEqual(['Done'])
})

test('search that does not show a new issue yet is not believed', async () => {
  const { api, issues } = jiraApi(() => nowMs)
  const server = await receiver(api)
  server.meetWith(['lose'])
  await save(store, {})
  const how = ports({ webhook: KINDS.jira().webhook(server.url) })
  await expect(deliver(of, how)).rejects.toMatchObject({ code: 'unavailable' })
  nowMs += 5000
  await expect(deliver(of, how)).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 40 })
  nowMs += 40_000
  await deliver(of, how)
  expect(issues).toHaveLength(1)
})

test('an issue that somebody moved by hand is left where it is', async () => {
  const { api, issues } = jiraApi(() => nowMs)
  const server = await receiver(api)
  const how = ports({ webhook: KINDS.jira().webhook(server.url) })
  await save(store, {})
  await deliver(of, how)
  Object.assign(issues[0] ?? {}, { status: 'Done' })
  await save(store, { status: 'closed' })
  await deliver(of, how)
  expect(issues.map(({ status }) => status)).toEqual(['Done'])
  expect(lines.filter(({ level }) => level === 'error')).toEqual([])
})

test('an answer that is none of the API’s is a failure, and no issue is made twice for it', async () => {
  const { api, issues } = jiraApi(() => nowMs)
  let isProxy = true
  const server = await receiver((seen) => {
    const reply = api(seen)
    return isProxy ? { status: 200, json: '<html>' } : reply
  })
  const how = ports({ webhook: KINDS.jira().webhook(server.url) })
  await save(store, {})
  await deliver(of, how)
  expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  isProxy = false
  nowMs += 60_000
  await save(store, { count: 2 })
  await deliver(of, how)
  expect(issues).toHaveLength(1)
})

test.each([
  ['a secret that cannot be read', new CodedError('not_permitted', 'AWS: secretsmanager:GetSecretValue of x: AccessDeniedException')],
  ['a secret that is not there', new CodedError('invalid_config', 'AWS: secretsmanager:GetSecretValue of x: ResourceNotFoundException')],
])('%s is told to the operator, and nothing is sent', async (_name, error) => {
  const server = await receiver(eventsApi().api)
  await save(store, {})
  await deliver(of, ports({ webhook: { url: server.url, secret: { secret: 'signing' } } }, { secretOf: () => Promise.reject(error) }))
  expect(server.seen).toEqual([])
  expect(lines.map(({ level, fields }) => [level, fields.reason])).toEqual([['error', expect.stringContaining('GetSecretValue')]])
})

test('a secret that cannot be read for the moment is tried again', async () => {
  await save(store, {})
  const how = ports(
    { webhook: { url: { secret: 'x' } } },
    { secretOf: () => Promise.reject(new CodedError('throttled', 'AWS: slow down')) },
  )
  await expect(deliver(of, how)).rejects.toMatchObject({ code: 'throttled' })
})

test('a route that is gone, or goes to Slack, is left alone; an incident that is not there is an error', async () => {
  await save(store, {})
  await deliver({ incident: INCIDENT, route: 'gone' }, ports({ webhook: { url: 'https://example.com' } }))
  await deliver(of, ports({ slack: { channel: 'C0123' } }))
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn'])
  await expect(deliver({ incident: 'b'.repeat(64), route: 'r' }, ports({ webhook: { url: 'https://example.com' } }))).rejects.toMatchObject(
    {
      code: 'invalid_input',
    },
  )
})

test('the incident’s journal says what a route was told', async () => {
  const server = await receiver(jiraApi(() => nowMs).api)
  const how = ports({ webhook: KINDS.jira().webhook(server.url) })
  for (const [incident, actions] of LIFE) {
    nowMs += 60_000
    await save(store, incident, actions)
    await deliver(of, how)
  }
  const told = await readJournal(store, { incident: INCIDENT })
  expect(told.map(({ kind, what, outcome }) => [kind, what, outcome])).toEqual([
    ['delivery', 'route "r"', 'issue created'],
    ['delivery', 'route "r"', 'issue acknowledged'],
    ['delivery', 'route "r"', 'issue closed'],
  ])
})

describe('OCSF', () => {
  const exported = () => {
    const files = new Map<string, readonly object[]>()
    return { files, exportOcsf: async (_to: object, events: readonly object[], id: string) => void files.set(id, events) }
  }

  test('a finding is created, updated and closed, and every action told once', async () => {
    const { files, exportOcsf } = exported()
    const how = ports({ ocsf: { folder: '/siem' } }, { exportOcsf })
    for (const [incident, actions] of LIFE) {
      nowMs += 60_000
      await save(store, incident, actions)
      await deliver(of, how)
      await deliver(of, how)
    }
    const events = [...files.values()].flat()
    expect(events.map((one) => ('type_name' in one ? one.type_name : ''))).toEqual([
      'Detection Finding: Create',
      'Detection Finding: Update',
      'Detection Finding: Update',
      'Detection Finding: Update',
      'Remediation Activity: Isolate',
      'Detection Finding: Close',
    ])
  })

  test('an export whose answer got lost is made again under the same id', async () => {
    const ids: string[] = []
    const exportOcsf = async (_to: object, _events: readonly object[], id: string) => {
      ids.push(id)
      if (ids.length === 1) throw new CodedError('unavailable', 'S3: TimeoutError')
    }
    await save(store, {}, [action('isolate')])
    const how = ports({ ocsf: { bucket: 'siem' } }, { exportOcsf })
    await expect(deliver(of, how)).rejects.toMatchObject({ code: 'unavailable' })
    await deliver(of, how)
    expect(ids).toEqual([ids[0], ids[0]])
  })

  test('a bucket that may not be written to is told to the operator', async () => {
    await save(store, {})
    await deliver(
      of,
      ports({ ocsf: { bucket: 'siem' } }, { exportOcsf: () => Promise.reject(new CodedError('not_permitted', 'S3: AccessDenied')) }),
    )
    expect(lines.map(({ level, fields }) => [level, fields.reason])).toEqual([['error', 'not_permitted S3: AccessDenied']])
  })
})
