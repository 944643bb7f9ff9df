import type { Api } from './respond-api.ts'

const OF_THE_CHAIN = new Set(['pods', 'networkpolicies', 'nodes', 'replicasets', 'namespaces', 'events'])

/** Requests that the API server has answered so far, by verb and resource, such as `get pods`; watches are left out. Everybody's: a bench
 *  takes the difference while it asks nothing itself. Source: the API server's `apiserver_request_total`. */
export async function requestsSoFar(api: Api): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const [, labels = '', value] of (await api.call('GET', '/metrics')).matchAll(/^apiserver_request_total\{(.*)\} (\S+)$/gm)) {
    const label = (name: string) => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? ''
    const verb = label('verb').toLowerCase()
    if (verb === 'watch' || !OF_THE_CHAIN.has(label('resource'))) continue
    const key = `${verb} ${label('resource')}`
    counts.set(key, (counts.get(key) ?? 0) + Number(value))
  }
  return counts
}

/** How many more of each there are now, the most first. */
export function requestsSince(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): readonly (readonly [string, number])[] {
  return [...now]
    .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a)
}
