import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { packBatch } from '../../../lib/batch/batch.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { CodedError } from '../../../lib/error.ts'
import { keepSilence } from '../../../lib/incident/silences.ts'
import { evaluate } from '../../../lib/stage/evaluate.ts'
import { type TestChain, testChain } from '../../support/chain.ts'
import { detection } from '../../support/detection.ts'
import { envelopeOf } from '../../support/envelope.ts'
import { falcoAlert } from '../../support/falco-alert.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const SIGMA = (name: string) =>
  `title: Rule ${name}\nname: ${name}\nlogsource: {product: falco}\ndetection: {s: {alert.rule: ${name}}, condition: s}\n---\n`
const ROUTE = '- route: {name: all, slack: {channel: C0ALERTS}}\n'
const BASE = ['a', 'b', 'c'].map(SIGMA).join('')
const MINUTE = 60_000

let folder: ReturnType<typeof temporaryFolder>
let chain: TestChain
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await chain?.stop()
  folder.remove()
})

const start = async (...files: readonly string[]): Promise<void> => {
  const rules = join(folder.path, 'rules')
  mkdirSync(rules, { recursive: true })
  for (const [at, text] of [BASE, ROUTE, ...files].entries()) writeFileSync(join(rules, `${at}.yaml`), text)
  chain = await testChain([rules])
}
const at = (second: number) => chain.time.nowMs + second * 1000
const all = async () => {
  expect(chain.failures).toEqual([])
  return (await chain.incidents()).map(({ incident }) => incident)
}
/** Time passes, and the sweep comes every minute. */
const pass = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) {
    chain.time.nowMs += MINUTE
    await chain.sweep()
    await chain.settle()
  }
}

describe('a storm', () => {
  test('of one rule over a thousand pods is one incident for each workload, told of at a bounded rate, with what was folded', async () => {
    await start()
    const safe = 'bcdfghjklm'
    const name = (number: number) => `web-5d9c7b9f6c-${[...String(number).padStart(5, '0')].map((digit) => safe[Number(digit)]).join('')}`
    const batches = Array.from({ length: 20 }, (_, batch) =>
      Array.from({ length: 100 }, (_, one) => {
        const number = (batch * 100 + one) % 1000
        return falcoAlert({
          rule: 'x',
          pod: number % 5 === 0 ? name(number).replace('web', 'api') : name(number),
          ms: at(batch * 3 + one / 100),
          fields: { n: batch },
        })
      }),
    )
    let edits = 0
    for (const batch of batches) {
      await chain.send(batch)
      await chain.settle()
      chain.time.nowMs += 3000
      edits = chain.chat.messages.reduce((sum, message) => sum + message.edits, 0)
    }
    const incidents = await all()
    expect(incidents.map(({ subject, count, pods }) => [subject.workload, count, pods.seen.length, pods.names.length]).sort()).toEqual([
      ['api', 400, 200, 20],
      ['web', 1600, 800, 20],
    ])
    expect(chain.chat.messages).toHaveLength(2)
    expect(edits).toBeLessThanOrEqual(2 * (2 + 60 / 30)) // twenty batches in a minute
    await pass(2)
    const texts = chain.chat.messages.map(({ message }) => JSON.stringify(message))
    expect(texts.some((text) => text.includes('1,600 detections') && text.includes('799 more') && text.includes('1,595 more'))).toBe(true)
    const before = chain.chat.messages.reduce((sum, message) => sum + message.edits, 0)
    await pass(3)
    expect(chain.chat.messages.reduce((sum, message) => sum + message.edits, 0)).toBe(before)
  })

  test('that is delivered again adds nothing', async () => {
    await start()
    const batch = Array.from({ length: 700 }, (_, one) => falcoAlert({ rule: 'x', ms: at(one / 100), fields: { one } }))
    const more = Array.from({ length: 700 }, (_, one) => falcoAlert({ rule: 'x', ms: at(10 + one / 100), fields: { one } }))
    for (const some of [batch, more, batch, more, batch]) await chain.send(some)
    await chain.settle()
    expect(await all()).toMatchObject([{ count: 1400 }])
  })
})

describe('stages', () => {
  const STAGES = '- stage: observe\n  match: alert.rule = a\n- stage: notify\n  match: alert.rule in (a, b)\n'
  const RESPONSE = '- response: R\n  match: alert.severity >= 1\n  mode: observe\n  actions: [{label: {labels: {x: y}}}]\n'

  test('what is observed opens nothing, what is notified calls for nothing, and the lowest holds', async () => {
    await start(STAGES, RESPONSE)
    await chain.send([falcoAlert({ rule: 'a', ms: at(0) }), falcoAlert({ rule: 'b', ms: at(1) }), falcoAlert({ rule: 'x', ms: at(2) })])
    await chain.settle()
    const views = await chain.incidents()
    expect(views.map(({ incident, plans }) => [incident.title, plans.length]).sort()).toEqual([
      ['b', 0],
      ['x', 1],
    ])
  })

  test('what was observed is in the incident of the correlation that it made true, and is responded to', async () => {
    await start(
      STAGES,
      RESPONSE,
      'title: Twice\ncorrelation: {type: event_count, rules: [a], group-by: [pod.name], timespan: 1m, condition: {gte: 2}}\n',
    )
    await chain.send([falcoAlert({ rule: 'a', ms: at(0) })])
    await chain.settle()
    expect(await all()).toEqual([])
    await chain.send([falcoAlert({ rule: 'a', ms: at(20) })])
    await chain.settle()
    expect(await all()).toMatchObject([{ title: 'Twice', count: 2, evidence: [{ rule: 'a' }, { rule: 'a' }] }])
    const [view] = await chain.incidents()
    expect(view?.plans).toMatchObject([{ request: { action: 'label', target: { pod: 'web-1', containerId: '8114e6b6fb8e' } } }])
  })

  test('a correlation that is only observed leaves a line in the journal', async () => {
    await start(
      'title: Twice\ncorrelation: {type: event_count, rules: [a], timespan: 1m, condition: {gte: 2}}\ncreance: {stage: observe}\n',
      STAGES,
    )
    await chain.send([falcoAlert({ rule: 'a', ms: at(0) }), falcoAlert({ rule: 'a', ms: at(1) })])
    await chain.settle()
    expect(await all()).toEqual([])
    expect((await chain.journalOfToday()).map(({ outcome, what }) => [outcome, what.slice(0, 5)])).toEqual([['observed', 'Twice']])
  })
})

describe('a response to a correlation', () => {
  test('touches the pods that made it true, and no other of the workload', async () => {
    await start(
      'title: Both\ncorrelation: {type: temporal, rules: [a, b], group-by: [pod.name], timespan: 1m}\n',
      '- response: R\n  match: incident.correlation = "Both"\n  mode: observe\n  actions: [{label: {labels: {x: y}}}]\n',
    )
    const one = { pod: 'web-5d9c7b9f6c-bbbbb', container: 'b00000000000' }
    const two = { pod: 'web-5d9c7b9f6c-ccccc', container: 'c00000000000' }
    await chain.send([falcoAlert({ rule: 'a', ms: at(0), ...one }), falcoAlert({ rule: 'a', ms: at(1), ...two })])
    await chain.send([falcoAlert({ rule: 'b', ms: at(2), ...one })])
    await chain.send([
      falcoAlert({ rule: 'a', ms: at(3), ...two }),
      falcoAlert({ rule: 'a', ms: at(100), ...one, container: 'd00000000000' }),
    ])
    await chain.settle()
    const [view, ...more] = await chain.incidents()
    expect(more).toEqual([])
    expect(view?.incident).toMatchObject({ count: 5, correlations: ['Both'], subject: { workload: 'web' } })
    expect(view?.plans.map(({ request: { target } }) => [target.pod, target.containerId])).toEqual([[one.pod, one.container]])
  })
})

describe('what has to wait', () => {
  const ALONE =
    'title: Alone\nlevel: high\ncorrelation: {type: temporal, rules: [a, b], group-by: [pod.name], timespan: 2m, condition: a and not b}\n'

  test('is decided by the sweep, when the window has closed and what is late has had its time', async () => {
    await start(ALONE)
    await chain.send([falcoAlert({ rule: 'a', ms: at(0) })])
    await chain.settle()
    await pass(6)
    expect(await all()).toMatchObject([{ title: 'a', correlations: [] }])
    await pass(3)
    expect(await all()).toMatchObject([{ title: 'Alone', severity: 4, count: 1 }])
  })

  test('does not come true where the other came, before or after, in another batch', async () => {
    await start(ALONE)
    await chain.send([falcoAlert({ rule: 'b', ms: at(0), pod: 'p-0' }), falcoAlert({ rule: 'a', ms: at(60), pod: 'p-0' })])
    await chain.send([falcoAlert({ rule: 'a', ms: at(0), pod: 'q-0' })])
    await chain.settle()
    await pass(3)
    await chain.send([falcoAlert({ rule: 'b', ms: at(-120), pod: 'q-0' })])
    await chain.settle()
    await pass(10)
    expect((await all()).flatMap(({ correlations }) => correlations)).toEqual([])
  })
})

describe('silences', () => {
  const quiet = (until: string) => `- silence: {name: test, match: pod.namespace = shop, until: "${until}"}\n`

  test('keep quiet, and everything else is as ever', async () => {
    await start(quiet('2100-01-01T00:00:00Z'))
    await chain.send([falcoAlert({ rule: 'x', ms: at(0) }), falcoAlert({ rule: 'x', ms: at(1), namespace: 'bank' })])
    await chain.settle()
    expect((await all()).map(({ subject, routes, silenced }) => [subject.namespace, routes, silenced]).sort()).toEqual([
      ['bank', ['all'], []],
      ['shop', [], ['test']],
    ])
    expect(chain.chat.messages).toHaveLength(1)
  })

  test('go by when it happened: what is later is told', async () => {
    await start(quiet(new Date(Date.now() + 30_000).toISOString()))
    await chain.send([falcoAlert({ rule: 'x', ms: at(0) })])
    await chain.settle()
    expect(chain.chat.messages).toHaveLength(0)
    await chain.send([falcoAlert({ rule: 'y', ms: at(60) }), falcoAlert({ rule: 'x', ms: at(61) })])
    await chain.settle()
    expect(chain.chat.messages).toHaveLength(2)
  })

  test('that people ask for stand in the table until they end', async () => {
    await start()
    await keepSilence(chain.ports.store, { name: 'asked for', match: 'alert.rule = x', until: new Date(at(60)).toISOString() })
    await chain.send([falcoAlert({ rule: 'x', ms: at(0) })])
    await chain.settle()
    expect(await all()).toMatchObject([{ silenced: ['asked for'], routes: [] }])
  })
})

test('what people silence is asked for when all that is to be acted upon was handed on, and holds up the telling alone', async () => {
  await start('- response: R\n  match: alert.severity >= 1\n  mode: enforce\n  actions: [{label: {labels: {x: y}}}]\n')
  await chain.send([falcoAlert({ rule: 'x', ms: at(0) }), falcoAlert({ rule: 'x', ms: at(1), namespace: 'bank' })])
  const [message] = await chain.queues.detections.receive({ max: 1, waitSeconds: 0 })
  const calls: string[] = []
  let isAway = true
  const { store } = chain.ports
  const ports = {
    ...chain.ports,
    actions: { send: async () => void calls.push('act') },
    incidents: { send: async () => void calls.push('tell') },
    store: {
      ...store,
      query: (pk: string, range?: Parameters<typeof store.query>[1]) => {
        if (pk === 'silences') calls.push('silences')
        return pk === 'silences' && isAway ? Promise.reject(new CodedError('unavailable', 'the table is away')) : store.query(pk, range)
      },
    },
  }
  await expect(evaluate(message ?? expect.fail(), ports)).rejects.toThrow('the table is away')
  expect(calls).toEqual(['act', 'act', 'silences'])
  expect(await all()).toMatchObject([{ routes: [] }, { routes: [] }])

  calls.length = 0
  isAway = false
  await evaluate(message ?? expect.fail(), ports)
  expect(calls.filter((call) => call !== 'act')).toEqual(['silences', 'tell', 'tell'])
  expect(await all()).toMatchObject([
    { routes: ['all'], count: 1 },
    { routes: ['all'], count: 1 },
  ])
})

test('evidence keeps what an exception is made of', async () => {
  await start()
  const fields = {
    'proc.name': 'sh',
    'proc.pname': 'runc',
    'fd.name': '/etc/shadow',
    'container.image.repository': 'shop/cart',
    'proc.args': '-c',
  }
  await chain.send([falcoAlert({ rule: 'x', ms: at(0), fields })])
  await chain.settle()
  const [incident] = await all()
  const kept = incident?.evidence[0]?.fields
  expect(kept).toMatchObject({
    'proc.name': 'sh',
    'proc.pname': 'runc',
    'fd.name': '/etc/shadow',
    'container.image.repository': 'shop/cart',
  })
  expect(Object.keys(kept ?? {})).not.toContain('proc.args')
})

test('evidence keeps no more of that than there is room for, and all that rules ask for', () => {
  const long = Object.fromEntries(Array.from({ length: 20 }, (_, number) => [`proc.env[${number}]`, 'x'.repeat(100)]))
  const names = Object.keys(long)
  const kept = evidenceOf(detection({ fields: { ...long, 'proc.name': 'sh' } }), {
    fields: ['proc.name', ...names.slice(15)],
    also: names,
  }).fields
  expect(Object.keys(kept ?? {}).sort()).toEqual(['proc.name', ...names.slice(0, 6), ...names.slice(15)].sort())
})

test('an identity that lists in three namespaces is one incident about that identity', async () => {
  await start(
    'title: Three\ncorrelation: {type: value_count, rules: [a], group-by: [cluster.name, identity.name], timespan: 5m, condition: {field: ka.target.namespace, gte: 3}}\n',
  )
  const listed = (namespace: string, second: number) =>
    JSON.stringify({
      ...JSON.parse(falcoAlert({ rule: 'a', ms: at(second) })),
      source: 'k8s_audit',
      output_fields: { 'ka.user.name': 'mallory', 'ka.target.namespace': namespace, 'ka.verb': 'list', 'ka.target.resource': 'secrets' },
    })
  for (const [second, namespace] of ['a', 'b', 'b', 'c'].entries()) {
    await chain.send([listed(namespace, second)])
    await chain.settle()
  }
  expect(await all()).toMatchObject([{ title: 'Three', count: 4, subject: { kind: 'user', user: 'mallory' } }])
})

test('a clock that is ahead is told of, and its alert counts from when it came', async () => {
  await start()
  const warned: unknown[] = []
  const ports = {
    ...chain.ports,
    log: { ...chain.ports.log, warn: (message: string, fields: unknown) => void warned.push([message, fields]) },
  }
  const { evaluate } = await import('../../../lib/stage/evaluate.ts')
  await evaluate({ attributes: {}, ...packBatch([envelopeOf(falcoAlert({ rule: 'x', ms: at(3600) }), chain.time.nowMs)]) }, ports)
  expect(warned).toEqual([['agent clock is ahead: the time of arrival stands', expect.objectContaining({ count: 1, node: 'node-1' })]])
  expect(await all()).toMatchObject([{ lastNs: `${chain.time.nowMs}000000` }])
})

test('every pod that a response is enforced on gets its own message, however many there are', async () => {
  await start(
    '- response: R\n  match: alert.rule = x\n  mode: enforce\n  actions: [{label: {labels: {x: y}}}, {annotate-not: }]\n'.replace(
      ', {annotate-not: }',
      '',
    ),
  )
  await chain.send(
    Array.from({ length: 45 }, (_, pod) =>
      falcoAlert({ rule: 'x', ms: at(pod / 100), pod: `web-${pod}`, container: `c${String(pod).padStart(11, '0')}` }),
    ),
  )
  await chain.settle()
  expect(chain.failures).toEqual([])
  const [view] = await chain.incidents()
  expect(view?.plans).toHaveLength(45)
  expect(view?.actions.map(({ outcome }) => outcome?.state)).toEqual(Array(45).fill('skipped')) // there are no such pods
})

test('what was under way for hours is correlated as if it had come in time', async () => {
  await start('title: Both\ncorrelation: {type: temporal_ordered, rules: [a, b], group-by: [pod.name], timespan: 10m}\n')
  const HOURS = 5 * 60
  for (const rule of ['b', 'a']) {
    await chain.send([falcoAlert({ rule, ms: at(rule === 'a' ? 0 : 60) })])
  }
  chain.time.nowMs += HOURS * MINUTE
  await chain.settle()
  expect((await all()).flatMap(({ correlations }) => correlations)).toEqual(['Both'])
})

test('a severity or a correlation of one pod is no reason to touch another of its workload', async () => {
  await start('- response: R\n  match: incident.severity >= 5\n  mode: observe\n  actions: [{label: {labels: {x: y}}}]\n')
  const [bad, good] = [
    { pod: 'web-5d9c7b9f6c-bbbbb', container: 'b00000000000' },
    { pod: 'web-5d9c7b9f6c-ccccc', container: 'c00000000000' },
  ]
  await chain.send([falcoAlert({ rule: 'x', ms: at(0), priority: 'Critical', ...bad })])
  await chain.send([falcoAlert({ rule: 'x', ms: at(1), priority: 'Notice', ...good })])
  await chain.settle()
  const [view, ...more] = await chain.incidents()
  expect([view?.incident.severity, more.length]).toEqual([5, 0])
  expect(view?.plans.map(({ request }) => request.target.pod)).toEqual([bad.pod])
})

test('a response by an agent’s field finds what came before its correlation, in whichever batch it came', async () => {
  await start(
    'title: Both\ncorrelation: {type: temporal, rules: [a, b], group-by: [pod.name], timespan: 10m}\n',
    '- response: R\n  match: incident.correlation = "Both" and proc.name = bash and alert.priority = Warning\n  mode: observe\n  actions: [{label: {labels: {x: y}}}]\n',
  )
  await chain.send([falcoAlert({ rule: 'a', ms: at(0), fields: { 'proc.name': 'bash' } })])
  await chain.settle()
  await chain.send([falcoAlert({ rule: 'b', ms: at(1), fields: { 'proc.name': 'cat' } })])
  await chain.settle()
  const [view] = await chain.incidents()
  expect(view?.plans).toHaveLength(1)
})
