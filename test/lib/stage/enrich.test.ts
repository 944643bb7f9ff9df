import { expect, test } from 'vitest'
import { openDatabase } from '../../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../../lib/adapter/sqlite-store.ts'
import { Context, contextSortKey } from '../../../lib/context/context.ts'
import { Incident, incidentKey, incidentPartition } from '../../../lib/incident/incident.ts'
import type { ClusterReader, KubernetesObject } from '../../../lib/port/cluster.ts'
import { read, update } from '../../../lib/port/store.ts'
import { enrich } from '../../../lib/stage/enrich.ts'
import { incidentOf } from '../context/incident.ts'
import { object, plainCluster } from '../context/plain-cluster.ts'

const NOW = 1_795_500_000_000
const POD = object('v1', 'Pod', 'web-1', { spec: { containers: [{ name: 'c', image: 'nginx' }] } })

/** The stage over a store in memory. `objects` may be changed; `asked`: what the cluster was asked; `sent`: the messages to chat. */
function stage(objects: KubernetesObject[], { denies = [], clusterName = 'demo' }: { denies?: string[]; clusterName?: string } = {}) {
  const time = { nowMs: NOW }
  const store = sqliteStore(openDatabase(':memory:'), { clock: () => time.nowMs })
  const asked: string[] = []
  const sent: string[] = []
  const warned: unknown[] = []
  const cluster: ClusterReader = {
    ...plainCluster(objects, { asked, denies }),
    logs: async () => undefined,
    serves: async () => true,
  }
  const ports = {
    readers: async (name: string) => (name === clusterName ? cluster : undefined),
    store,
    messages: { send: async (messages: readonly { body: string }[]) => void sent.push(...messages.map(({ body }) => body)) },
    clock: () => time.nowMs,
    log: { info: () => undefined, warn: (_words: string, fields?: unknown) => void warned.push(fields), error: () => undefined },
  }
  const run = async (incident: Incident) => {
    await update(store, incidentKey(incident.id), Incident, () => incident)
    await enrich({ incident: incident.id }, ports)
    return read(store, { pk: incidentPartition(incident.id), sk: contextSortKey }, Context)
  }
  return { run, time, asked, sent, warned, ports }
}

test('what the cluster knows is written down, and chat is told', async () => {
  const { run, sent } = stage([POD])
  expect(await run(incidentOf('i', NOW))).toMatchObject({ of: 'shop/web-1', pod: { uid: 'Pod-web-1', images: ['nginx'] }, unread: [] })
  expect(sent.map((body) => JSON.parse(body).incident)).toEqual(['i'])
})

test('what was read just now is not read again; half a minute later it is', async () => {
  const { run, asked, time, sent } = stage([POD])
  await run(incidentOf('i', NOW))
  const first = asked.length
  await run(incidentOf('i', NOW))
  expect(asked).toHaveLength(first)
  time.nowMs += 30_001
  await run(incidentOf('i', NOW))
  expect(asked).toHaveLength(2 * first)
  expect(sent).toHaveLength(3)
})

test('what could not be read is logged, and read again soon', async () => {
  const { run, asked, warned, time } = stage([POD], { denies: ['list Event'] })
  expect((await run(incidentOf('i', NOW)))?.unread).toHaveLength(1)
  expect(warned).toMatchObject([{ incident: 'i', unread: expect.stringContaining('list Event') }])
  const first = asked.length
  time.nowMs += 5001
  await run(incidentOf('i', NOW))
  expect(asked).toHaveLength(2 * first)
})

test('what was known of a pod is kept when the pod has gone', async () => {
  const objects = [POD]
  const { run, time } = stage(objects)
  await run(incidentOf('i', NOW))
  objects.pop()
  time.nowMs += 30_001
  expect(await run(incidentOf('i', NOW))).toMatchObject({ absent: 'there is no pod shop/web-1 now', pod: { images: ['nginx'] } })
})

test('the second incident of a workload knows of the first', async () => {
  const { run } = stage([POD])
  await run(incidentOf('a', NOW - 1000))
  expect((await run(incidentOf('b', NOW)))?.earlier).toMatchObject({ count: 1, last: { id: 'a', status: 'open' } })
})

test('an incident of a cluster without access goes on to chat, and says why nothing is known', async () => {
  const { run, asked, sent } = stage([POD], { clusterName: 'another' })
  expect((await run(incidentOf('i', NOW)))?.unread).toEqual(['pod shop/web-1: no access to this cluster is set up'])
  expect(asked).toEqual([])
  expect(sent).toHaveLength(1)
})

test('an incident that is not there is invalid input', async () => {
  await expect(enrich({ incident: 'none' }, stage([]).ports)).rejects.toMatchObject({ code: 'invalid_input' })
})

test('a context that was written before there was more to know is still read', () => {
  const old = { atMs: 1, owners: [{ kind: 'ReplicaSet', name: 'web', uid: 'u' }], node: { name: 'n', kubelet: '', os: '' }, unread: [] }
  expect(Context.parse(old)).toMatchObject({ containers: [], dangers: [], events: [], owners: [{ apiVersion: '' }], node: { taints: [] } })
})
