import { expect, test } from 'vitest'
import { provenOwners } from '../../../lib/response/actions/proven-owners.ts'
import { object, owned, plainCluster } from '../context/plain-cluster.ts'

const labels = { app: 'web' }
const spec = { selector: { matchLabels: labels }, template: { metadata: { labels } } }
const DEPLOYMENT = object('apps/v1', 'Deployment', 'web', { spec })
const SET = object('apps/v1', 'ReplicaSet', 'web-1', { metadata: { labels, ...owned(DEPLOYMENT) }, spec })
const STATEFUL = object('apps/v1', 'StatefulSet', 'db', { spec })
const JOB = object('batch/v1', 'Job', 'j-1')
const CRON = object('batch/v1', 'CronJob', 'j', { status: { active: [{ uid: 'Job-j-1' }] } })
const CRON_JOB = object('batch/v1', 'Job', 'j-1', { metadata: owned(CRON) })
const ofJob = { 'batch.kubernetes.io/controller-uid': 'Job-j-1' }
const pod = (owner: Parameters<typeof owned>[0], its: object = labels) =>
  object('v1', 'Pod', 'p', { metadata: { labels: its, ...owned(owner) } })
const forgotten = { ...CRON, status: { active: [{ uid: 'other' }] } }
const empty = { ...STATEFUL, spec: { selector: {} } }
const strange = { ...SET, metadata: { ...SET.metadata, labels: { app: 'x' } } }
const otherTemplate = { ...SET, spec: { ...spec, template: { metadata: { labels: { app: 'x' } } } } }

test.each([
  ['a Deployment', pod(SET), [SET, DEPLOYMENT], ['ReplicaSet', 'Deployment'], false],
  ['a StatefulSet', pod(STATEFUL), [STATEFUL], ['StatefulSet'], false],
  ['a Job', pod(JOB, ofJob), [JOB], ['Job'], false],
  ['a CronJob', pod(CRON_JOB, ofJob), [CRON_JOB, CRON], ['Job', 'CronJob'], false],
  ['a Deployment named by the pod itself', pod(DEPLOYMENT), [DEPLOYMENT], [], true],
  ['a ReplicaSet that selects others', pod(SET, { app: 'x' }), [SET, DEPLOYMENT], [], true],
  ['a ReplicaSet that the Deployment does not select', pod(SET), [strange, DEPLOYMENT], ['ReplicaSet'], true],
  ['a ReplicaSet with pods that the Deployment does not select', pod(SET), [otherTemplate, DEPLOYMENT], ['ReplicaSet'], true],
  ['an empty selector', pod(STATEFUL), [empty], [], true],
  ['a Job of other pods', pod(JOB), [JOB], [], true],
  ['a CronJob that knows not of the Job', pod(CRON_JOB, ofJob), [CRON_JOB, forgotten], ['Job'], true],
  ['another of its name', pod(SET), [{ ...SET, metadata: { ...SET.metadata, uid: 'u' } }], [], true],
] as const)('%s', async (_name, of, objects, kinds, isUnproven) => {
  const { owners, unproven } = await provenOwners(of, plainCluster([...objects]))
  expect(owners.map(({ kind }) => kind)).toEqual(kinds)
  expect(unproven !== undefined).toBe(isUnproven)
})

test('an owner that is no controller is none', async () => {
  const ownerReferences = owned(STATEFUL).ownerReferences.map((one) => ({ ...one, controller: false }))
  expect(await provenOwners(object('v1', 'Pod', 'p', { metadata: { labels, ownerReferences } }), plainCluster([STATEFUL]))).toEqual({
    owners: [],
  })
})
