import { accessOf, type ClusterItem, type Identity } from '../cluster/cluster.ts'
import { CodedError } from '../error.ts'
import type { Cluster } from '../port/cluster.ts'
import type { Clock } from '../port/log.ts'
import { awsAccess } from './aws-access.ts'
import { cachedUntil } from './cached-until.ts'
import { KeptConnections } from './kept-connections.ts'
import { kubernetesCluster } from './kubernetes.ts'
import { type OpenPorts, openAccess, readKubeConfig } from './open-access.ts'

/** The one cluster where no item says of any: a kubeconfig as text or file, or (neither) the cluster that the process runs in. */
export type OnlyCluster = { readonly name: string; readonly text?: string | undefined; readonly file?: string | undefined }

/** By its name, as the forwarder stamps it. undefined: no such cluster is set up for this identity, or an agent acts in it. */
export type ClusterLookup = (name: string) => Promise<Cluster | undefined>

/** How old an access must be for a cluster that does not answer to be looked up anew: it may have moved. */
const MAY_HAVE_MOVED_MS = 60_000

/** The clusters that rule files set up, for one identity. `only`: what holds without items. Each is opened when it is first used, once a process; one that
 *  could not be opened is tried again. Errors of its methods: those of the Cluster port, and AwsAccess's. */
export function clustersOf(
  items: readonly ClusterItem[],
  identity: Identity,
  {
    only,
    ports: { aws = awsAccess, clock = Date.now } = {},
  }: { readonly only?: OnlyCluster | undefined; readonly ports?: Partial<OpenPorts> } = {},
): ClusterLookup {
  const clusters = new Map<string, Cluster>()
  for (const item of items) {
    const access = accessOf(item, identity)
    if (access)
      clusters.set(
        item.cluster,
        held(() => openAccess(access, identity, { aws, clock }), clock),
      )
  }
  if (items.length === 0 && only) {
    clusters.set(
      only.name,
      held(async () => new KeptConnections(readKubeConfig(only, 'cluster access'), clock), clock),
    )
  }
  return async (name) => clusters.get(name)
}

/** A cluster opened when it is used. With an answer 401 nothing has happened yet: its access is opened anew, and the call made once more. */
function held(open: () => Promise<KeptConnections>, clock: Clock): Cluster {
  const opened = cachedUntil(
    async () => ({ cluster: kubernetesCluster(await open()), sinceMs: clock() }),
    () => Number.POSITIVE_INFINITY,
    clock,
  )
  const use = async <T>(call: (cluster: Cluster) => Promise<T>): Promise<T> => {
    const access = await opened.get()
    try {
      return await call(access.cluster)
    } catch (error) {
      const code = error instanceof CodedError ? error.code : undefined
      if (code === 'unauthorized' || (code === 'unavailable' && clock() - access.sinceMs > MAY_HAVE_MOVED_MS)) opened.drop(access)
      if (code !== 'unauthorized') throw error
      return call((await opened.get()).cluster)
    }
  }
  return {
    get: (name) => use((cluster) => cluster.get(name)),
    list: (query) => use((cluster) => cluster.list(query)),
    logs: (query) => use((cluster) => cluster.logs(query)),
    serves: (kind) => use((cluster) => cluster.serves(kind)),
    create: (object) => use((cluster) => cluster.create(object)),
    patch: (patch) => use((cluster) => cluster.patch(patch)),
    remove: (deletion) => use((cluster) => cluster.remove(deletion)),
    evict: (eviction) => use((cluster) => cluster.evict(eviction)),
  }
}
