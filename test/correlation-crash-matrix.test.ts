import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { breakAt, differences, type When } from './support/break-at.ts'
import { testChain } from './support/chain.ts'
import { falcoAlert } from './support/falco-alert.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

// What correlations keep and decide, broken off at every single call to a port that evaluating and sweeping make: before it takes effect, and after (the
// answer is lost). What was under way comes again, and the sweep comes again; in the end everything must be as if nothing had happened.
const folder = temporaryFolder()
afterAll(() => folder.remove())
const rules = join(folder.path, 'rules')
mkdirSync(rules)
const base = (name: string) =>
  `title: Rule ${name}\nname: ${name}\nlogsource: {product: falco}\ndetection: {s: {alert.rule: ${name}}, condition: s}\n---\n`
writeFileSync(
  join(rules, 'rules.yaml'),
  `${['a', 'b', 'c'].map(base).join('')}title: Count
correlation: {type: event_count, rules: [a], group-by: [pod.name], timespan: 2m, condition: {gte: 2}}
---
title: Chained
level: high
correlation: {type: temporal_ordered, rules: [Count, b], group-by: [pod.name], timespan: 5m}
---
title: In two pods
level: critical
correlation: {type: value_count, rules: [Count], group-by: [pod.namespace], timespan: 5m, condition: {field: pod.name, gte: 2}}
---
title: Without c
correlation: {type: temporal, rules: [b, c], group-by: [pod.name], timespan: 1m, condition: b and not c}
---
title: Seldom
correlation: {type: event_count, rules: [b], group-by: [pod.name], timespan: 1m, condition: {lt: 3}}
---
- route: {name: all, slack: {channel: C0ALERTS}}
- stage: observe
  match: alert.rule = c
- response: R
  match: incident.correlation = Chained
  mode: observe
  actions: [{label: {labels: {x: y}}}]
`,
)

const NOON_MS = new Date(new Date().setUTCHours(12, 0, 0, 0)).getTime()

async function play(at: number, when: When) {
  const fault = breakAt(at, when)
  const chain = await testChain([rules], { wrap: fault.wrap })
  try {
    chain.time.nowMs = NOON_MS
    const alert = (rule: string, second: number, pod: string) =>
      falcoAlert({ rule, ms: NOON_MS + second * 1000, pod, container: `${pod}00000000`.slice(0, 12) })
    await chain.send([alert('a', 0, 'p-0'), alert('b', 9, 'q-0'), alert('c', 5, 'q-0')])
    await chain.send([alert('b', 20, 'p-0'), alert('a', 4, 'q-0'), alert('x', 1, 'p-0')])
    await chain.send([alert('a', 10, 'p-0'), alert('a', 6, 'q-0'), alert('b', 70, 'p-0')])
    await chain.settle()
    for (let minute = 0; minute < 14; minute++) {
      chain.time.nowMs += 60_000
      await chain.sweep().catch(() => undefined) // the schedule comes again
      await chain.settle()
    }
    const views = await chain.incidents()
    const journals = await Promise.all(views.map(({ incident }) => chain.journalOf(incident.id)))
    return {
      seen: fault.seen,
      failures: chain.failures.length,
      result: {
        incidents: views
          .map(({ incident, plans }) => [
            incident.subject.key,
            incident.title,
            incident.status,
            incident.count,
            incident.severity,
            incident.correlations.join(),
            incident.firings.map(({ id, fromNs, toNs, hits }) => [id, fromNs, toNs, hits].join()).join(' '),
            plans.map(({ request }) => request.target.pod).join(),
          ])
          .sort(),
        journal: journals
          .flat()
          .map(({ id, kind, outcome }) => [id, kind, outcome].join(' ')) // not what it was called when it was opened
          .sort(),
        messages: chain.chat.messages.map(({ message: { text } }) => text).sort(),
      },
    }
  } finally {
    await chain.stop()
  }
}

const undisturbed = await play(0, 'before')

test('undisturbed, each comes true where it should', () => {
  expect(undisturbed.failures).toBe(0)
  const found = undisturbed.result.incidents.map(([subject, , , count, , correlations]) => [subject, count, correlations])
  expect(found).toEqual([
    ['namespace/demo/shop', expect.any(Number), 'In two pods'],
    ['workload/demo/shop/p', 4, 'Chained,Count,Seldom,Without c'],
    ['workload/demo/shop/p', 1, ''],
    ['workload/demo/shop/q', 3, 'Chained,Count,Seldom'],
  ])
})

test.each(['before', 'after'] as const)(
  'broken off %s any call, it ends the same',
  async (when) => {
    const different = await differences(play, undisturbed, when)
    expect(
      different.slice(0, 2),
      `${different.length} of ${undisturbed.seen.length} differ; undisturbed: ${JSON.stringify(undisturbed.result)}`,
    ).toEqual([])
  },
  900_000,
)
