import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { AuditEvent, Deed, Stage } from './audit/deed.ts'
import { deeds } from './audit/deeds.ts'
import { startKubeletServer } from './audit/kubelet-server.ts'
import { NAMESPACES, NAMESPACES_OF_BOB } from './audit/namespaces.ts'
import { makePeople } from './audit/people.ts'
import { startControlPlane } from './control-plane.ts'
import { startKubelet } from './kubelet.ts'

// Records test/fixtures/audit: does each deed of audit/deeds.ts on a control plane of its own and writes the audit events that come of it.
// Needs KUBEBUILDER_ASSETS, with kubectl. Names as arguments: only those fixtures are written.
const FIXTURES = join(import.meta.dirname, '../fixtures/audit')
const KUBECTL = join(process.env.KUBEBUILDER_ASSETS ?? '', 'kubectl')
const BULKY_BYTES = 30_000
/** A stream's end, or what kubectl leaves behind when it is ended, takes this long to be in the log. */
const SETTLES_WITHIN_MS = 800
const CONTROLLERS = [
  'certificatesigningrequest-approving-controller',
  'clusterrole-aggregation-controller',
  'cronjob-controller',
  'daemonset-controller',
  'deployment-controller',
  'disruption-controller',
  'endpointslice-controller',
  'garbage-collector-controller',
  'job-controller',
  'namespace-controller',
  'replicaset-controller',
  'resourcequota-controller',
  'serviceaccount-controller',
]

const folder = temporaryFolder()
const stops: (() => Promise<void> | void)[] = [folder.remove]
try {
  await record(process.argv.slice(2))
} finally {
  for (const stop of stops.reverse()) await stop()
}

async function record(only: readonly string[]): Promise<void> {
  const log = join(folder.path, 'audit.log')
  const people = await makePeople(folder.path)
  const plane = await startControlPlane({
    users: ['system:kube-controller-manager'],
    controllersAs: 'system:kube-controller-manager',
    apiServerFlags: {
      'audit-policy-file': join(import.meta.dirname, 'audit/policy.yaml'),
      'audit-log-path': log,
      'client-ca-file': people.authorityFile,
      'disable-admission-plugins': '',
      'advertise-address': '10.1.0.2', // what the cluster's own Endpoints hold; by default the machine's
      'min-request-timeout': 8, // seconds: a watch is written to the log when it ends
    },
    controllerManagerFlags: { 'leader-elect': true, 'use-service-account-credentials': true, controllers: CONTROLLERS.join(',') },
  })
  stops.push(plane.stop)
  const files = {
    alice: await people.kubeconfig('alice', ['platform'], plane.kubeconfig),
    bob: await people.kubeconfig('bob', ['developers'], plane.kubeconfig),
    nameless: people.namelessKubeconfig(plane.kubeconfig),
  }
  const stage: Stage = {
    kubectl: (user, line, call) => kubectl(files[user], line, call),
    anonymous: (path) => anonymous(plane.kubeconfig, path),
  }
  await prepare(plane.kubeconfig, stage)
  const node = await people.kubeconfig('system:node:node-1', ['system:nodes'], plane.kubeconfig)
  stops.push((await startKubelet(node)).stop, (await startKubeletServer(node)).stop)
  await stage.kubectl('alice', 'taint node node-1 node.kubernetes.io/not-ready-')
  await stage.kubectl('alice', 'wait pod web -n shop --for=condition=Ready --timeout=60s')

  mkdirSync(FIXTURES, { recursive: true })
  if (only.length === 0) for (const file of readdirSync(FIXTURES)) rmSync(join(FIXTURES, file))
  const slim: string[] = []
  for (const deed of deeds) {
    await deed.before?.(stage)
    await sleep(300)
    const since = Date.now()
    await deed.run(stage)
    await sleep(SETTLES_WITHIN_MS)
    const events = eventsOf(deed, log, since)
    const lines = events.map((event) => JSON.stringify(event))
    const bulky = lines.join('\n').length > BULKY_BYTES
    if (bulky) slim.push(deed.file)
    const text = `${(bulky ? events.map((event) => JSON.stringify(event, withoutManagedFields)) : lines).join('\n')}\n`
    if (only.length === 0 || only.includes(deed.file)) writeFileSync(join(FIXTURES, `${deed.file}.jsonl`), text)
    console.log(`${deed.file}: ${events.length} events, ${text.length} bytes`)
  }
  const version = JSON.parse(await stage.kubectl('alice', 'get --raw /version')).gitVersion
  if (only.length === 0) writeFileSync(join(FIXTURES, 'README.md'), readme(version, slim))
}

/** Namespaces, what the users may do, and a pod to do it to. */
async function prepare(admin: string, stage: Stage): Promise<void> {
  const setUp = [
    'create clusterrolebinding platform --clusterrole=cluster-admin --group=platform',
    'create clusterrole requester --verb=create --resource=certificatesigningrequests',
    'create clusterrolebinding requester --clusterrole=requester --group=developers',
    'create clusterrolebinding nodes --clusterrole=system:node --group=system:nodes',
    'create clusterrolebinding scheduler --clusterrole=system:kube-scheduler --group=system:nodes', // the stand-in for the kubelet schedules too
    ...NAMESPACES.map((name) => `create namespace ${name}`),
    'create rolebinding developers-view -n reports --clusterrole=view --group=developers',
    ...NAMESPACES_OF_BOB.map((name) => `create rolebinding developers -n ${name} --clusterrole=edit --group=developers`),
  ]
  for (const line of setUp) await kubectl(admin, line)
  for (const name of [...NAMESPACES, 'kube-system'])
    await kubectl(admin, `wait serviceaccount default -n ${name} --for=create --timeout=60s`)
  await kubectl(admin, 'wait clusterrole edit --for=jsonpath={.rules[0].verbs} --timeout=60s')
  const web = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'app', image: 'registry.k8s.io/pause:3.10' }] },
  }
  for (const name of ['shop', 'reports']) await stage.kubectl('alice', `create -n ${name} -f -`, { input: JSON.stringify(web) })
}

/** The deed's events since `since` (Unix milliseconds). Discovery by kubectl is never one of them. */
function eventsOf({ actors = ['alice', 'bob'], keep = () => true }: Deed, log: string, since: number): readonly AuditEvent[] {
  const acts = ({ user }: AuditEvent) =>
    actors.some((actor) => (typeof actor === 'string' ? actor === (user.username ?? '') : actor.test(user.username ?? '')))
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line): AuditEvent => JSON.parse(line))
    .filter((event) => isLast(event) && Date.parse(event.requestReceivedTimestamp) >= since)
    .filter((event) => acts(event) && !/^\/(apis?|openapi)(\/|\?|$)/.test(event.objectRef ? '' : event.requestURI) && keep(event))
}

/** A refused authentication has no later stage than ResponseStarted. */
function isLast({ stage, responseStatus }: AuditEvent): boolean {
  return stage === 'ResponseComplete' || responseStatus?.code === 401
}

function withoutManagedFields(key: string, value: unknown): unknown {
  return key === 'managedFields' ? undefined : value
}

function kubectl(
  kubeconfig: string,
  line: string,
  { input = '', fails = false, seconds = 60 }: Parameters<Stage['kubectl']>[2] = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    writeFileSync(join(folder.path, 'INPUT'), input)
    const args = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(folder.path, 'cache')}`, ...line.split(' ').filter(Boolean)]
    const child = spawn(KUBECTL, args, { cwd: folder.path, env: { HOME: folder.path }, timeout: seconds * 1000 })
    let out = ''
    let error = ''
    child.stdout.on('data', (data) => {
      out += data
    })
    child.stderr.on('data', (data) => {
      error += data
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0 || fails) resolve(out)
      else reject(new Error(`kubectl ${line}: ${error}`))
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}

function anonymous(kubeconfig: string, path: string): Promise<void> {
  const { server, ...cluster } = parse(readFileSync(kubeconfig, 'utf8')).clusters[0].cluster
  const options = { ca: readFileSync(cluster['certificate-authority']), servername: cluster['tls-server-name'], agent: false }
  return new Promise((resolve, reject) => {
    get(`${server}${path}`, options, (response) => response.resume().once('end', resolve)).once('error', reject)
  })
}

function readme(version: string, slim: readonly string[]): string {
  return `# Audit events

Real events (\`audit.k8s.io/v1\`) of a kube-apiserver ${version} with etcd and kube-controller-manager, one compact JSON object a line, in the order
of the log, of the stage ResponseComplete (a 401 has only ResponseStarted). Recorded by \`node test/cluster/record-audit.ts\`, with the policy \`test/cluster/audit/policy.yaml\`,
which follows the one EKS documents. Each file holds what its deed caused and a harmless request or two around it.

- Users: alice (group platform, bound to cluster-admin) and bob (group developers, edit in ${NAMESPACES_OF_BOB.length} namespaces), by client certificates. All is made up.
- Everything runs on one machine: the source address is 127.0.0.1. There are no nodes: \`system:node:node-1\` is a stand-in that binds pods, reports
  them running, and agrees to each exec, attach and port-forward, then ends the stream.
- kubectl's discovery (\`/api\`, \`/apis\`, \`/openapi\`) is left out, and so are other users' requests at the same time.
- Nothing was edited, but \`managedFields\` removed where the file would be over ${BULKY_BYTES / 1000} KB: ${slim.map((name) => `\`${name}\``).join(', ')}.
- These binaries' user agents say v0.0.0 and $Format, where an official build says its version and commit.
- kubectl uses WebSockets for exec, attach and port-forward: their verb is \`get\`, not \`create\`.

| file | what was done |
|---|---|
${deeds.map(({ file, about }) => `| \`${file}.jsonl\` | ${about} |`).join('\n')}
`
}
