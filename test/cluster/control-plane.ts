import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { freePorts } from '../support/free-ports.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Those that run unless `controllerManagerFlags` says otherwise. */
export const CONTROLLERS: readonly string[] = [
  'deployment-controller',
  'replicaset-controller',
  'garbage-collector-controller',
  'namespace-controller',
  'serviceaccount-controller',
]
const READY_WITHIN_MS = 90_000

/** A kube-apiserver with etcd and the workload controllers. `kubeconfig`: a file for the cluster's administrator. There is no scheduler and no
 *  kubelet (see kubelet.ts). `userKubeconfig` gives another user's file, for RBAC. */
export type ControlPlane = {
  readonly kubeconfig: string
  readonly userKubeconfig: (user: string) => string
  readonly stop: () => Promise<void>
}

type Flags = Readonly<Record<string, string | number | boolean>>

/** `users`: names that get a token; `controllersAs`: the one the controller manager uses. The flags come on top of those set here. */
export type ControlPlaneOptions = {
  readonly users?: readonly string[]
  readonly controllersAs?: string
  readonly apiServerFlags?: Flags
  readonly controllerManagerFlags?: Flags
}

/** Starts the control plane on free loopback ports from the binaries in KUBEBUILDER_ASSETS. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const { users = [], controllersAs = 'admin', apiServerFlags = {}, controllerManagerFlags = {} } = options
  const assets = process.env.KUBEBUILDER_ASSETS ?? ''
  const folder = temporaryFolder()
  const at = (name: string) => join(folder.path, name)
  const [apiPort, etcdPort, peerPort] = await freePorts(3)
  const tokens = new Map([
    ['admin', randomBytes(16).toString('hex')],
    ...users.map((user) => [user, randomBytes(16).toString('hex')] as const),
  ])
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  writeFileSync(at('sa.key'), keys.privateKey, { mode: 0o600 })
  writeFileSync(at('sa.pub'), keys.publicKey)
  const row = ([user, token]: readonly [string, string]) => `${token},${user},${user},${user === 'admin' ? 'system:masters' : ''}`
  writeFileSync(at('tokens.csv'), [...tokens].map(row).join('\n'), { mode: 0o600 })

  const processes: ChildProcess[] = []
  const run = (name: string, flags: Flags): void => {
    const log = openSync(at(`${name}.log`), 'w')
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
    processes.push(spawn(join(assets, name), args, { cwd: folder.path, stdio: ['ignore', log, log] }))
  }
  run('etcd', {
    'data-dir': at('etcd'),
    'listen-client-urls': `http://127.0.0.1:${etcdPort}`,
    'advertise-client-urls': `http://127.0.0.1:${etcdPort}`,
    'listen-peer-urls': `http://127.0.0.1:${peerPort}`,
    'initial-advertise-peer-urls': `http://127.0.0.1:${peerPort}`,
    'initial-cluster': `default=http://127.0.0.1:${peerPort}`,
    'unsafe-no-fsync': true,
  })
  run('kube-apiserver', {
    'etcd-servers': `http://127.0.0.1:${etcdPort}`,
    'bind-address': '127.0.0.1',
    'secure-port': apiPort ?? 0,
    'cert-dir': at('certs'),
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': at('sa.pub'),
    'service-account-signing-key-file': at('sa.key'),
    'service-cluster-ip-range': '10.0.0.0/24',
    'authorization-mode': 'RBAC',
    'token-auth-file': at('tokens.csv'),
    'disable-admission-plugins': 'ServiceAccount',
    'allow-privileged': true,
    ...apiServerFlags,
  })
  const server = `https://127.0.0.1:${apiPort}`
  const userKubeconfig = (user: string): string => {
    const file = at(`kubeconfig-${user}`)
    writeFileSync(file, kubeconfigText({ server, authority: at('certs/apiserver.crt'), user, token: tokens.get(user) ?? '' }), {
      mode: 0o600,
    })
    return file
  }
  const stop = async (): Promise<void> => {
    for (const child of processes.reverse()) {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null && child.kill('SIGTERM')) await Promise.race([ended, sleep(5000).then(() => child.kill('SIGKILL'))])
    }
    folder.remove()
  }
  try {
    await untilReady(server, tokens.get('admin') ?? '', at('certs/apiserver.crt'))
  } catch (error) {
    const tail = existsSync(at('kube-apiserver.log')) ? readFileSync(at('kube-apiserver.log'), 'utf8').slice(-2000) : ''
    await stop()
    throw new Error(`the control plane did not come up: ${tail}`, { cause: error })
  }
  const kubeconfig = userKubeconfig('admin')
  run('kube-controller-manager', {
    kubeconfig: userKubeconfig(controllersAs),
    'service-account-private-key-file': at('sa.key'),
    controllers: CONTROLLERS.join(','),
    'leader-elect': false,
    'secure-port': 0,
    ...controllerManagerFlags,
  })
  return { kubeconfig, userKubeconfig, stop }
}

function kubeconfigText({ server, authority, user, token }: { server: string; authority: string; user: string; token: string }): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': authority, 'tls-server-name': 'kubernetes' } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  })
}

async function untilReady(server: string, token: string, certificate: string): Promise<void> {
  const until = Date.now() + READY_WITHIN_MS
  for (;;) {
    if (existsSync(certificate) && (await statusOf(`${server}/readyz`, token, readFileSync(certificate))) === 200) return
    if (Date.now() > until) throw new Error(`no /readyz within ${READY_WITHIN_MS / 1000} s`)
    await sleep(250)
  }
}

/** The HTTP status of a GET; undefined where nothing answers. */
function statusOf(url: string, token: string, ca: Buffer): Promise<number | undefined> {
  return new Promise((resolve) => {
    get(url, { ca, servername: 'kubernetes', headers: { authorization: `Bearer ${token}` }, timeout: 5000 }, (response) => {
      response.resume()
      resolve(response.statusCode)
    }).on('error', () => resolve(undefined))
  })
}
