import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { CodedError } from '../../../lib/error.ts'
import { keepSilence } from '../../../lib/incident/silences.ts'
import { evaluate } from '../../../lib/stage/evaluate.ts'
import { type TestChain, testChain } from '../../support/chain.ts'
import { falcoAlert } from '../../support/falco-alert.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// One correlation joins the rules `shell` and `spawn` to one cause; the routes differ in what they match, and from which severity on.
const RULES = `
- route: {name: shells, match: alert.rule = shell, min_severity: high, slack: {channel: C0SHELLS}}
- route: {name: all, slack: {channel: C0ALERTS}}
- route: {name: notices, match: alert.rule = other and alert.priority = Notice, min_severity: high, slack: {channel: C0NOTICES}}
- route: {name: severe, min_severity: critical, slack: {channel: C0SEVERE}}
`
const SIGMA = `title: Shell
name: shell
logsource: {product: falco}
detection: {s: {alert.rule: shell}, condition: s}
---
title: Spawn
name: spawn
logsource: {product: falco}
detection: {s: {alert.rule: spawn}, condition: s}
---
title: Shell then spawn
name: both
level: medium
correlation: {type: temporal, rules: [shell, spawn], group-by: [pod.name], timespan: 10m}
`
let folder: ReturnType<typeof temporaryFolder>
let chain: TestChain
beforeEach(async () => {
  folder = temporaryFolder()
  const rules = join(folder.path, 'rules')
  mkdirSync(rules)
  writeFileSync(join(rules, 'routes.yaml'), RULES)
  writeFileSync(join(rules, 'sigma.yaml'), SIGMA)
  chain = await testChain([rules])
})
afterEach(async () => {
  await chain.stop()
  folder.remove()
})

const see = async (rule: string, priority: string): Promise<void> => {
  chain.time.nowMs += 1000
  await chain.send([falcoAlert({ rule, priority, ms: chain.time.nowMs })])
  await chain.settle()
}
const channels = () => chain.chat.messages.map(({ channel }) => channel).sort()

test('a route hears of an incident that becomes severe enough for it, also where what made it so is not what it matches', async () => {
  await see('shell', 'Notice')
  expect(channels()).toEqual(['C0ALERTS'])
  await see('spawn', 'Error')
  expect(await chain.incidents()).toMatchObject([{ incident: { severity: 4 } }])
  expect(channels()).toEqual(['C0ALERTS', 'C0SHELLS'])
  await see('spawn', 'Critical')
  expect(channels()).toEqual(['C0ALERTS', 'C0SEVERE', 'C0SHELLS'])
})

test('but not of what somebody silenced', async () => {
  const until = new Date(chain.time.nowMs + 3600_000).toISOString()
  await keepSilence(chain.ports.store, { name: 'quiet', match: 'alert.rule = shell', until })
  await see('shell', 'Notice')
  await see('spawn', 'Error')
  expect(channels()).toEqual(['C0ALERTS'])
})

test('also where the evaluation was broken off between the rise and the telling, and the batch comes again', async () => {
  await see('other', 'Notice')
  chain.time.nowMs += 1000
  await chain.send([falcoAlert({ rule: 'other', priority: 'Error', ms: chain.time.nowMs })])
  const [message] = await chain.queues.detections.receive({ max: 1, waitSeconds: 0 })
  const { store } = chain.ports
  const query: typeof store.query = (pk, range) =>
    pk === 'silences' ? Promise.reject(new CodedError('unavailable', 'the table is away')) : store.query(pk, range)
  await expect(evaluate(message ?? expect.fail(), { ...chain.ports, store: { ...store, query } })).rejects.toThrow('the table is away')
  expect(await chain.incidents()).toMatchObject([{ incident: { severity: 4, routes: ['all'] } }])
  await evaluate(message ?? expect.fail(), chain.ports)
  await chain.settle()
  expect(channels()).toEqual(['C0ALERTS', 'C0NOTICES'])
})
