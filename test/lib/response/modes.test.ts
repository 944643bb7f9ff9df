import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Incident, incidentKey } from '../../../lib/incident/incident.ts'
import { update } from '../../../lib/port/store.ts'
import { historyOf } from '../../../lib/response/history.ts'
import { alertsOn } from '../../../local/demo/alerts.ts'
import { type DemoPod, deployWorkloads } from '../../../local/demo/workload.ts'
import { nonceOf, type TestChain, testChain } from '../../support/chain.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

// What a response's mode and its dry run come to, and that two people are two people; the whole way, from alerts to the API server.
const ROOT = join(import.meta.dirname, '../../..')
const RECORDING = new URL('../../../local/demo/alerts/shell-then-shadow.jsonl', import.meta.url)
let folder: ReturnType<typeof temporaryFolder>
let chain: TestChain
let nginx: DemoPod
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(async () => {
  await chain?.stop()
  folder.remove()
})

async function start(response: string, more = '', alerts = [0, 1]): Promise<void> {
  const text = `- response: R\n  match: incident.correlation = "Shell then credential read"\n${response}  actions:\n    - label: {labels: {hit: "yes"}}\n    - isolate: {expires: 1h}\n${more}`
  writeFileSync(join(folder.path, 'rules.yaml'), text)
  const rules = [join(ROOT, 'rules/correlation'), join(ROOT, 'local/stand-in/rules'), join(folder.path, 'rules.yaml')]
  chain = await testChain(rules)
  nginx = (await deployWorkloads(chain.cluster)).nginx
  const all = alertsOn(nginx, RECORDING)
  await chain.send(alerts.map((at) => all[at] ?? ''))
  await chain.settle()
}
const message = () => JSON.stringify(chain.chat.messages.at(-1)?.message)
const outcomes = async () => {
  const [view] = await chain.incidents()
  return (view?.actions ?? []).map(({ request, outcome }) => [request.action, outcome?.state]).sort()
}
const labels = async () => {
  const pod = await chain.cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: 'creance-demo', name: nginx.name })
  return Object.keys(pod?.metadata.labels ?? {}).filter((key) => key === 'hit' || key.startsWith('creance.dev/'))
}
const press = (action: string, user: string) => {
  chain.time.nowMs += 1000
  return chain.press({ value: nonceOf(chain.chat.messages.at(-1)?.message, action), user, at: `${user}-${action}` })
}

test('observe asks every guard, changes nothing, says what it would do, and keeps count', async () => {
  await start('  mode: observe\n')
  expect(await outcomes()).toEqual([
    ['isolate', 'dry_run'],
    ['label', 'dry_run'],
  ])
  expect(await labels()).toEqual([])
  expect(message()).toContain('it would isolate the pod')
  expect(await historyOf(chain.ports.store, 'R', { nowMs: chain.time.nowMs })).toEqual({ would: 1, refused: 0, workloads: 1, days: 7 })
})

test('observe says which guard would have refused', async () => {
  await start('  mode: observe\n', '- guards: {protected_service_accounts: [creance-demo/default]}\n')
  expect(await outcomes()).toEqual([
    ['isolate', 'refused'],
    ['label', 'refused'],
  ])
  expect(await historyOf(chain.ports.store, 'R', { nowMs: chain.time.nowMs })).toMatchObject({ would: 0, refused: 1, workloads: 0 })
})

test('what was observed can still be pressed for by hand, and what was done by hand is not observed', async () => {
  await start('  mode: observe\n')
  expect(await press('isolate', 'U0ALICE')).toMatchObject({ outcome: 'accepted' })
  await chain.settle()
  expect(await labels()).toEqual([expect.stringMatching(/^creance\.dev\/isolated-/)])
})

test('enforce as a dry run does nothing', async () => {
  await start('  mode: enforce\n  dry_run: true\n')
  expect(await outcomes()).toEqual([
    ['isolate', 'dry_run'],
    ['label', 'dry_run'],
  ])
  expect(await labels()).toEqual([])
})

test('approve as a dry run is asked for, and when it is pressed says what it would do', async () => {
  await start('  mode: approve\n  dry_run: true\n')
  expect(await outcomes()).toEqual([])
  expect(await press('isolate', 'U0ALICE')).toMatchObject({ outcome: 'accepted' })
  await chain.settle()
  expect(await outcomes()).toEqual([['isolate', 'dry_run']])
  expect(await labels()).toEqual([])
})

test('two people: the first press is kept and shown, the same person’s second is refused, another’s acts', async () => {
  await start('  mode: approve\n  second_person: true\n')
  expect(await press('isolate', 'U0ALICE')).toMatchObject({ outcome: 'one_more' })
  await chain.settle()
  expect(await outcomes()).toEqual([])
  expect(message()).toContain('<@U0ALICE> wants it; it takes one more person')
  expect(await press('isolate', 'U0ALICE')).toMatchObject({ outcome: 'same_person' })
  expect(await press('isolate', 'U0MALLORY')).toMatchObject({ outcome: 'not_permitted' })
  await chain.settle()
  expect(await outcomes()).toEqual([])
  expect(await press('isolate', 'U0BOB')).toMatchObject({ outcome: 'accepted' })
  await chain.settle()
  expect(await outcomes()).toEqual([['isolate', 'done']])
  const [view] = await chain.incidents()
  const journal = await chain.journalOf(view?.incident.id ?? '')
  expect(journal.filter(({ kind }) => kind === 'press').map(({ by, outcome, why }) => [by, outcome, why])).toEqual([
    ['@alice', 'one_more', 'it takes two people'],
    ['@alice', 'refused', 'same_person'],
    ['@mallory', 'refused', 'not_permitted'],
    ['@bob', 'accepted', undefined],
  ])
  expect(journal.find(({ outcome }) => outcome === 'done')?.by).toBe('@alice, with @bob')
})

test('two people where every permission that allows a press by hand wants them', async () => {
  const PERMISSION = `- permission: P
  slack: {app: A0CREANCE, workspace: T0CREANCE, channels: [C0ALERTS], users: [U0ALICE, U0BOB]}
  actions: [delete, isolate]
  second_person: [delete]
`
  const route = '- route: {name: r, slack: {channel: C0ALERTS}}\n'
  writeFileSync(join(folder.path, 'rules.yaml'), PERMISSION + route)
  chain = await testChain([join(ROOT, 'rules/correlation'), join(folder.path, 'rules.yaml')])
  nginx = (await deployWorkloads(chain.cluster)).nginx
  await chain.send(alertsOn(nginx, RECORDING))
  await chain.settle()
  expect(await press('delete', 'U0BOB')).toMatchObject({ outcome: 'one_more' })
  await chain.settle()
  expect(await press('isolate', 'U0BOB')).toMatchObject({ outcome: 'accepted' })
  expect(await press('delete', 'U0ALICE')).toMatchObject({ outcome: 'accepted' })
  await chain.settle()
  expect(await outcomes()).toEqual([
    ['delete', 'done'],
    ['isolate', 'done'],
  ])
})

test('what takes two people takes two by a button from before as well', async () => {
  await start('  mode: approve\n  second_person: true\n', '', [0])
  const early = nonceOf(chain.chat.messages.at(-1)?.message, 'isolate')
  expect(early).not.toBe('')
  await chain.send([alertsOn(nginx, RECORDING)[1] ?? ''])
  await chain.settle()
  expect(await chain.press({ value: early, user: 'U0ALICE' })).toMatchObject({ outcome: 'one_more' })
  expect(await chain.press({ value: early, user: 'U0ALICE', at: '2.0' })).toMatchObject({ outcome: 'same_person' })
})

test('what takes two people takes two by hand as well, when nobody approved in time', async () => {
  await start('  mode: approve\n  second_person: true\n')
  chain.time.nowMs += 3_700_000
  await chain.sweep()
  await chain.settle()
  expect(await press('isolate', 'U0ALICE')).toMatchObject({ outcome: 'one_more' })
  expect(await press('isolate', 'U0ALICE')).toMatchObject({ outcome: 'same_person' })
  expect(await press('isolate', 'U0BOB')).toMatchObject({ outcome: 'accepted' })
})

test('a button of an incident that is closed does nothing, but for its release', async () => {
  await start('  mode: approve\n')
  const value = nonceOf(chain.chat.messages.at(-1)?.message, 'delete')
  const [view] = await chain.incidents()
  const id = view?.incident.id ?? ''
  await update(chain.ports.store, incidentKey(id), Incident, (now) => now && { ...now, status: 'closed' as const })
  expect(await chain.press({ value })).toMatchObject({ outcome: 'closed' })
  await chain.settle()
  expect(await outcomes()).toEqual([])
})
