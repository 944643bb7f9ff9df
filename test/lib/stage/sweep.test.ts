import { afterEach, beforeEach, expect, test } from 'vitest'
import { alertsOn } from '../../../local/demo/alerts.ts'
import { type DemoPod, deployWorkloads, NAMESPACE } from '../../../local/demo/workload.ts'
import { nonceOf, type TestChain, testChain } from '../../support/chain.ts'
import { demoRules } from '../../support/rules.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const RECORDING = new URL('../../../local/demo/alerts/shell-then-shadow.jsonl', import.meta.url)
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
let chain: TestChain
let folder: ReturnType<typeof temporaryFolder>
let nginx: DemoPod

beforeEach(async () => {
  folder = temporaryFolder()
  chain = await testChain([demoRules(folder.path)])
  nginx = (await deployWorkloads(chain.cluster)).nginx
  await chain.send(alertsOn(nginx, RECORDING))
  await chain.settle()
})
afterEach(async () => {
  await chain.stop()
  folder.remove()
})

const pass = async (milliseconds: number): Promise<void> => {
  chain.time.nowMs += milliseconds
  await chain.sweep()
  await chain.settle()
}
const theView = async () => (await chain.incidents())[0] ?? expect.fail('there is no incident')
const theMessage = () => chain.chat.messages[0]?.message
const press = (action: string, user = 'U0ALICE') => chain.press({ value: nonceOf(theMessage(), action), user })
const policies = () => chain.cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: NAMESPACE })

test('an isolation ends by itself when its time is over, and not before', async () => {
  await press('isolate')
  await chain.settle()
  await pass(59 * MINUTE)
  expect(await policies()).toHaveLength(1)
  await pass(2 * MINUTE)
  expect(await policies()).toEqual([])
  const pod = await chain.cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: nginx.name })
  expect(pod?.metadata.labels).not.toHaveProperty('creance.dev/isolated')
  const { incident, actions } = await theView()
  expect(incident.status).toBe('open')
  expect(actions.map(({ request, outcome }) => [request.action, outcome?.state]).sort()).toEqual([
    ['isolate', 'undone'],
    ['release', 'undone'],
  ])
  expect(JSON.stringify(theMessage())).toMatch(/\*Isolate\* undone: by sweep/)
})

test('an isolation that was released in time is not ended again', async () => {
  await press('isolate')
  await chain.settle()
  await press('release')
  await chain.settle()
  await pass(2 * HOUR)
  expect((await theView()).actions.map(({ request, outcome }) => [request.action, outcome?.state]).sort()).toEqual([
    ['isolate', 'undone'],
    ['release', 'undone'],
  ])
})

test('after a release the pod can be isolated again, by another button', async () => {
  const first = nonceOf(theMessage(), 'isolate')
  await press('isolate')
  await chain.settle()
  expect(nonceOf(theMessage(), 'isolate')).toBe('')
  await press('release')
  await chain.settle()
  expect(nonceOf(theMessage(), 'isolate')).not.toBe(first)
  await press('isolate')
  await chain.settle()
  expect(await policies()).toHaveLength(1)
  expect((await theView()).incident.status).toBe('contained')
})

test('an approval that nobody gave in time is written down, and the button is another', async () => {
  const asked = nonceOf(theMessage(), 'isolate')
  await pass(HOUR + MINUTE)
  const { incident } = await theView()
  expect((await chain.journalOf(incident.id)).at(-1)).toMatchObject({ kind: 'expiry', action: 'isolate', outcome: 'expired' })
  expect(nonceOf(theMessage(), 'isolate')).not.toBe(asked)
})

test('an approval that was given does not expire', async () => {
  await press('isolate')
  await chain.settle()
  await pass(HOUR + MINUTE)
  const lines = await chain.journalOf((await theView()).incident.id)
  expect(lines.filter(({ kind }) => kind === 'expiry')).toEqual([])
})

test('an incident that is quiet for a day is closed, keeps no buttons, and reads as closed', async () => {
  await pass(DAY - MINUTE)
  expect((await theView()).incident.status).toBe('open')
  await pass(2 * MINUTE)
  expect((await theView()).incident.status).toBe('closed')
  expect(theMessage()?.color).toBe('#9aa0a6')
  for (const action of ['isolate', 'delete', 'acknowledge']) expect(nonceOf(theMessage(), action)).toBe('')
})

test('after an incident is closed, the next detection opens a new one, with a message of its own; a late one belongs to the old', async () => {
  const late = alertsOn(nginx, RECORDING)
  await pass(DAY + MINUTE)
  await chain.send(late.map((line) => line.replace('bash -c id', 'bash -c ls')))
  await chain.settle()
  // those are older than the close, but newer than the last detection of the closed incident: a new story
  const titles = (await chain.incidents()).map(({ incident }) => [incident.status, incident.count]).sort()
  expect(titles).toEqual([
    ['closed', 2],
    ['open', 2],
  ])
  expect(chain.chat.messages).toHaveLength(2)
})

test('acknowledging says who, and is offered no more', async () => {
  await press('acknowledge', 'U0MALLORY')
  await chain.settle()
  expect((await theView()).incident).toMatchObject({ status: 'acknowledged', acknowledgedBy: 'mallory' })
  expect(JSON.stringify(theMessage())).toContain('acknowledged by mallory')
  expect(nonceOf(theMessage(), 'acknowledge')).toBe('')
})
