import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { incidentsOfDay } from '../../lib/incident/index-by-day.ts'
import { loadView } from '../../lib/response/view.ts'
import { type Local, startLocal } from '../../local/local.ts'
import { readLocalSettings } from '../../local/settings.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type ControlPlane, startControlPlane } from './control-plane.ts'

// A real API server whose audit webhook posts to the forwarder: what somebody does with kubectl becomes an incident, by the shipped rules.
const ROOT = join(import.meta.dirname, '../..')
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const folder = temporaryFolder()
let local: Local
let plane: ControlPlane

beforeAll(async () => {
  const settings = { packageRoot: ROOT, data: join(folder.path, 'data'), listen: '127.0.0.1:0', http: '127.0.0.1:0', cluster: 'real' }
  local = await startLocal(readLocalSettings(settings), quiet)
  const webhook = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'creance', cluster: { server: `${local.forwarderUrl}/` } }],
    contexts: [{ name: 'creance', context: { cluster: 'creance', user: '' } }],
    'current-context': 'creance',
  }
  writeFileSync(join(folder.path, 'webhook.json'), JSON.stringify(webhook))
  plane = await startControlPlane({
    apiServerFlags: {
      'audit-policy-file': join(import.meta.dirname, 'audit/policy.yaml'),
      'audit-webhook-config-file': join(folder.path, 'webhook.json'),
      'audit-webhook-batch-max-wait': '1s',
      'audit-webhook-batch-max-size': 50,
      'audit-webhook-truncate-enabled': true,
      'audit-webhook-truncate-max-event-size': 262_144,
      'audit-webhook-truncate-max-batch-size': 1_000_000,
    },
  })
})
afterAll(async () => {
  await plane?.stop()
  await local?.stop()
  folder.remove()
})

test('a privileged pod that somebody makes is an incident about that pod', async () => {
  const cluster = kubernetesCluster(kubeConfig({ file: plane.kubeconfig }))
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'intruder', namespace: 'shop' },
    spec: { containers: [{ name: 'a', image: 'docker.io/library/alpine:3.20', securityContext: { privileged: true } }] },
  }
  await eventually(() => cluster.create(pod)) // its service account comes with the namespace, a moment later
  const incident = await eventually(async () => {
    const ids = await incidentsOfDay(local.store, new Date().toISOString().slice(0, 10))
    const views = await Promise.all(ids.map((id) => loadView(local.store, id)))
    return views.find((view) => view?.incident.title === 'Privileged pod created')?.incident ?? expect.fail('no incident yet')
  }, 60_000)
  expect(incident).toMatchObject({
    severity: expect.any(Number),
    subject: { kind: 'workload', cluster: 'real', namespace: 'shop', workload: 'intruder' },
    pods: { names: ['shop/intruder'] },
  })
  expect(incident.latest).toMatchObject({ user: 'admin', podUid: expect.stringMatching(/^[0-9a-f-]{36}$/) })
})
