import { createServer } from 'node:http'
import { stringify } from 'yaml'
import { CodedError, messageOf } from '../../lib/error.ts'
import type { Write } from './api.ts'
import { startControllers } from './controller/controllers.ts'
import { seed } from './controller/seed.ts'
import { exchange } from './exchange.ts'
import { type CustomKind, customKind } from './kind/custom-kind.ts'
import { KINDS } from './kind/kinds.ts'
import { createObjects } from './objects.ts'

const NAME = 'creance-local'
const MOST_WRITES = 10_000

/** `port`: any free one unless given. `nodes`: names of the nodes on which pods run. `customKinds`: what it has beside its own kinds, as after
 *  a CustomResourceDefinition. `clock`: Unix milliseconds.
 *  `onWritten` is called after a write changed something and before it is answered; when it throws, the client gets no answer at all. */
export type KubernetesApiSettings = {
  readonly port?: number
  readonly nodes?: readonly string[]
  readonly customKinds?: readonly CustomKind[]
  readonly clock?: () => number
  readonly onWritten?: ((write: Write) => void | Promise<void>) | undefined
}

/** `kubeconfig` is YAML, without credentials. `writes`: the latest 10,000 or more requests to write that named a resource, in order,
 *  refused ones and dry runs too. */
export type KubernetesApi = {
  readonly url: string
  readonly kubeconfig: string
  readonly writes: () => readonly Write[]
  readonly stop: () => Promise<void>
}

/** An in-memory Kubernetes API on 127.0.0.1, with the usual namespaces and nodes that run every pod at once. It forgets everything when it
 *  stops. Throws CodedError `unavailable` when it cannot listen. */
export async function startKubernetesApi(settings: KubernetesApiSettings = {}): Promise<KubernetesApi> {
  const { port = 0, nodes = ['local'], customKinds = [], clock = Date.now, onWritten } = settings
  const objects = createObjects(clock, [...KINDS, ...customKinds.map(customKind)])
  const cluster = { objects, clock, settle: startControllers(objects, clock) }
  seed(objects, nodes, clock())
  cluster.settle()
  const writes: Write[] = []
  const written = async (write: Write) => {
    if (writes.length >= 2 * MOST_WRITES) writes.splice(0, MOST_WRITES)
    writes.push(write)
    if (write.changed) await onWritten?.(write)
  }
  const server = createServer((request, response) => {
    exchange({ request, response }, cluster, written).catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new CodedError('unavailable', `the Kubernetes API cannot listen: ${messageOf(error)}`, { cause: error })),
    )
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}`
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, kubeconfig: kubeconfigFor(url), writes: () => [...writes], stop }
}

function kubeconfigFor(server: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: NAME, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: NAME, user: {} }],
    contexts: [{ name: NAME, context: { cluster: NAME, user: NAME } }],
    'current-context': NAME,
  })
}
