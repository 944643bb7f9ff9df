import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dynamoStore } from '../../lib/adapter/dynamodb.ts'
import { kubeConfig, kubernetesCluster } from '../../lib/adapter/kubernetes.ts'
import { sqsQueue } from '../../lib/adapter/sqs.ts'
import { packBatch } from '../../lib/batch/batch.ts'
import type { Queue } from '../../lib/port/queue.ts'
import { loadView } from '../../lib/response/view.ts'
import { alertsOn } from '../../local/demo/alerts.ts'
import { type DemoPod, deployWorkloads, NAMESPACE } from '../../local/demo/workload.ts'
import { startKubernetesApi } from '../../local/kubernetes/server.ts'
import { type RunningSlack, startSlack } from '../../local/slack/slack.ts'
import { STAND_IN } from '../../local/stand-in/workspace.ts'
import { startDynamo, startSqs } from '../support/aws.ts'
import { packageFunctions, type RunningFunction, startFunction } from '../support/bundles.ts'
import { envelopeOf } from '../support/envelope.ts'
import { drainQueue, httpEvent, sqsEvent } from '../support/lambda.ts'
import { demoRules } from '../support/rules.ts'
import { startS3 } from '../support/s3.ts'
import { sign, submissionBody } from '../support/signed-press.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

// Every function as `serverless package` made it: unpacked, loaded as a file under Node 24, with the environment of its own and real
// events, against emulators of SQS and DynamoDB, the in-memory Kubernetes API and the stand-in for Slack.
const NAMES = ['evaluate', 'enrich', 'notify', 'interact', 'respond', 'sweep'] as const
type Name = (typeof NAMES)[number]

const SIGNING_SECRET = 'a signing secret of the test'
const folder = temporaryFolder()
const queues = new Map<string, Queue>()
const functions = new Map<Name, RunningFunction>()
const stops: (() => unknown)[] = [() => folder.remove()]
let sizes: ReadonlyMap<string, number>
let slack: RunningSlack
let s3: Awaited<ReturnType<typeof startS3>>
let store: ReturnType<typeof dynamoStore>
let cluster: ReturnType<typeof kubernetesCluster>
let pod: DemoPod

beforeAll(async () => {
  sizes = packageFunctions(folder.path, NAMES)
  const sqs = await startSqs()
  const dynamo = await startDynamo('creance')
  s3 = await startS3()
  await s3.createBucket('evidence')
  const api = await startKubernetesApi()
  stops.push(sqs.stop, dynamo.stop, s3.stop, api.stop)
  writeFileSync(join(folder.path, 'kubeconfig'), api.kubeconfig)
  cluster = kubernetesCluster(kubeConfig({ text: api.kubeconfig }))
  store = dynamoStore(dynamo.client, { table: 'creance', clock: Date.now })
  const urls: Record<string, string> = {}
  for (const name of ['detections', 'incidents', 'actions', 'messages']) {
    urls[name] = await sqs.createQueue(name, { fifo: name === 'incidents' || name === 'messages', visibilitySeconds: 30 })
    queues.set(name, sqsQueue(sqs.client, urls[name]))
  }
  const interactions = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const result = await functions.get('interact')?.invoke(httpEvent(body, request.headers as Record<string, string>, true))
    response.writeHead((result as { statusCode: number }).statusCode).end()
  })
  await new Promise<void>((resolve) => interactions.listen(0, '127.0.0.1', resolve))
  stops.push(() => interactions.close())
  const interactionsUrl = `http://127.0.0.1:${(interactions.address() as AddressInfo).port}/slack/interactions`
  slack = await startSlack({ ...STAND_IN, signingSecret: SIGNING_SECRET, interactionsUrl })
  stops.push(slack.stop)

  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    NODE_OPTIONS: '--enable-source-maps',
    TABLE: 'creance',
    CREANCE_RULES: demoRules(folder.path),
  }
  const incidents = { INCIDENTS_QUEUE_URL: urls.incidents ?? '' }
  const actions = { ACTIONS_QUEUE_URL: urls.actions ?? '' }
  const messages = { MESSAGES_QUEUE_URL: urls.messages ?? '' }
  const kubernetes = { CREANCE_CLUSTER: 'demo', KUBECONFIG: join(folder.path, 'kubeconfig') }
  const page = { PAGE_URL: 'https://127.0.0.1:9', PAGE_KEY: 'a key of the test that is long enough' }
  const own: Record<Name, Record<string, string>> = {
    evaluate: { ...incidents, ...actions },
    enrich: { ...messages, ...kubernetes },
    notify: { ...messages, ...page, SLACK_BOT_TOKEN: STAND_IN.token, SLACK_API_URL: slack.apiUrl },
    interact: {
      ...actions,
      ...messages,
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      SLACK_BOT_TOKEN: STAND_IN.token,
      SLACK_API_URL: slack.apiUrl,
      ...page,
    },
    respond: { ...messages, ...kubernetes, EVIDENCE_BUCKET: 'evidence', AWS_ENDPOINT_URL_S3: s3.endpoint },
    sweep: { ...actions, ...messages, DETECTIONS_QUEUE_URL: urls.detections ?? '' },
  }
  for (const name of NAMES) functions.set(name, await startFunction(folder.path, name, { ...env, ...own[name] }))
  for (const running of functions.values()) stops.push(running.stop)
  pod = (await deployWorkloads(cluster)).nginx
})
afterAll(async () => {
  for (const stop of stops.reverse()) await stop()
})

/** Runs a function on all that is in its queue. */
async function run(name: Name, queue: string): Promise<void> {
  const messages = await drainQueue(queues.get(queue) ?? expect.fail(`no queue ${queue}`))
  expect(messages.length, `messages for ${name}`).toBeGreaterThan(0)
  const answer = await functions.get(name)?.invoke(sqsEvent(messages, queue, queue === 'messages' ? 'one' : undefined))
  expect(answer, functions.get(name)?.log()).toEqual({ batchItemFailures: [] })
}

async function theIncident() {
  const [item] = await store.query(`incidents#${new Date().toISOString().slice(0, 10)}`)
  return (await loadView(store, item?.sk ?? '')) ?? expect.fail('there is no incident')
}

test('each function is one small artefact', () => {
  for (const [name, bytes] of sizes) expect(bytes, name).toBeLessThan(name === 'enrich' || name === 'respond' ? 2_500_000 : 1_500_000)
})

test('evaluate makes one incident of two alerts in one message, however often it comes', async () => {
  const recording = new URL('../../local/demo/alerts/shell-then-shadow.jsonl', import.meta.url)
  const envelopes = alertsOn(pod, recording).map((alert) => envelopeOf(alert, Date.now()))
  await queues.get('detections')?.send([packBatch(envelopes), packBatch(envelopes)])
  await run('evaluate', 'detections')
  const { incident, plans } = await theIncident()
  expect(incident).toMatchObject({ title: 'Shell then credential read', count: 2, severity: 4, status: 'open', revision: 2 })
  expect(plans.map(({ mode, request }) => [mode, request.action])).toEqual([['approve', 'isolate']])
})

test('enrich adds what the cluster knows, and notify posts it with buttons', async () => {
  await run('enrich', 'incidents')
  await run('notify', 'messages')
  expect((await theIncident()).context).toMatchObject({
    pod: { uid: pod.uid },
    owners: [{ kind: 'ReplicaSet' }, { kind: 'Deployment', name: 'nginx' }],
  })
  expect(slack.messages().filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1)
})

test('interact refuses one who may not, takes one who may, and respond isolates the pod', async () => {
  const [message] = slack.messages()
  const button = { channel: 'C0ALERTS', ts: message?.ts ?? '', actionId: 'creance.isolate' }
  expect(await slack.press({ user: 'U0MALLORY', ...button })).toMatchObject({ status: 200 })
  expect(await drainQueue(queues.get('actions') ?? expect.fail())).toEqual([])
  expect(await slack.press({ user: 'U0ALICE', ...button })).toMatchObject({ status: 200 })
  await run('respond', 'actions')
  await run('notify', 'messages')
  const [policy] = await cluster.list({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', namespace: NAMESPACE })
  expect(JSON.stringify(policy?.spec)).toContain(pod.uid)
  expect(JSON.stringify(slack.messages())).toMatch(/\*Isolate\* done/)
})

test('respond deletes a pod when evidence of it is in the bucket', async () => {
  const [message] = slack.messages()
  await slack.press({ user: 'U0ALICE', channel: 'C0ALERTS', ts: message?.ts ?? '', actionId: 'creance.delete' })
  expect(await drainQueue(queues.get('actions') ?? expect.fail())).toEqual([]) // a dialog asks why first
  const { offer } = (await theIncident()).offers.find(({ offer: { action, claim } }) => action === 'delete' && !claim) ?? expect.fail()
  const metadata = JSON.stringify({ nonce: offer.nonce, action: 'delete', channel: 'C0ALERTS', user: 'U0ALICE' })
  const {
    rawBody,
    timestamp = '',
    signature = '',
  } = sign(submissionBody({ metadata, reason: 'a test' }), { secret: SIGNING_SECRET, nowMs: Date.now() })
  const headers = { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature }
  const answer = await functions.get('interact')?.invoke(httpEvent(rawBody, headers, true))
  expect(answer).toMatchObject({ statusCode: 200, body: '{"response_action":"clear"}' })
  await run('respond', 'actions')
  await run('notify', 'messages')
  const now = await cluster.get({ apiVersion: 'v1', kind: 'Pod', namespace: NAMESPACE, name: pod.name })
  expect(now?.metadata.uid).not.toBe(pod.uid)
  const { evidence } = (await theIncident()).actions.find(({ request }) => request.action === 'delete') ?? expect.fail('no action')
  const bytes = await s3.read(evidence?.uri ?? expect.fail('no evidence named'))
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(evidence?.sha256)
  expect(JSON.parse(gunzipSync(bytes).toString())).toMatchObject({ schema: 'creance.evidence/1', subject: { uid: pod.uid } })
})

test('interact answers 401 to a body that Slack did not sign', async () => {
  const headers = { 'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000)), 'x-slack-signature': `v0=${'0'.repeat(64)}` }
  expect(await functions.get('interact')?.invoke(httpEvent('payload=%7B%7D', headers))).toMatchObject({ statusCode: 401 })
})

test('sweep has nothing to do yet', async () => {
  expect(await functions.get('sweep')?.invoke({ source: 'aws.scheduler' })).toEqual({ swept: 0 })
})

test('a message that is none of ours fails alone, and its neighbour is settled', async () => {
  const recording = readFileSync(new URL('../fixtures/falco/host_ptrace.jsonl', import.meta.url), 'utf8')
    .trim()
    .split('\n')
  const good = packBatch(recording.map((alert) => envelopeOf(alert, Date.now())))
  const message = (id: string, body: string, attributes: Readonly<Record<string, string>> = {}) => ({
    id,
    body,
    attributes,
    receipt: id,
    receiveCount: 1,
  })
  const event = sqsEvent([message('bad', 'not a batch'), message('good', good.body, good.attributes)])
  expect(await functions.get('evaluate')?.invoke(event)).toEqual({ batchItemFailures: [{ itemIdentifier: 'bad' }] })
})
