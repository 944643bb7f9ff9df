import { groupOf, type Kind, type Subresource } from './kind/kind.ts'

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']

/** What the paths above the resources of these kinds answer: `/api`, `/apis/apps/v1`, `/version`, … A string is plain text; undefined: no
 *  such path. */
export function discover(path: string, kinds: readonly Kind[]): unknown {
  return documents(kinds).get(path.length > 1 ? path.replace(/\/$/, '') : path)
}

/** Whether a path lies in `/api` or in a group that there is. */
export function isGroupPath(path: string, kinds: readonly Kind[]): boolean {
  const [root, group] = path.split('/').slice(1)
  return root === 'api' || (root === 'apis' && kinds.some((kind) => group !== '' && groupOf(kind) === group))
}

function documents(kinds: readonly Kind[]): ReadonlyMap<string, unknown> {
  const versions = [...new Set(kinds.map(({ apiVersion }) => apiVersion))]
  const named = groups(versions)
  return new Map<string, unknown>([
    ...['/healthz', '/livez', '/readyz'].map((path) => [path, 'ok'] as const),
    ['/version', { major: '1', minor: '36', gitVersion: 'v1.36.0+creance', platform: 'in-memory' }],
    ['/api', { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }],
    ['/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: named }],
    ...named.map((group) => [`/apis/${group.name}`, { kind: 'APIGroup', apiVersion: 'v1', ...group }] as const),
    ...versions.map((version) => [version.includes('/') ? `/apis/${version}` : `/api/${version}`, resourceList(version, kinds)] as const),
    ['/', { paths: ['/api', '/api/v1', '/apis', ...versions.filter((version) => version !== 'v1').map((version) => `/apis/${version}`)] }],
  ])
}

/** One a group; a group's first version is the one it prefers. */
function groups(versions: readonly string[]) {
  const byName = Map.groupBy(
    versions
      .filter((groupVersion) => groupVersion !== 'v1')
      .map((groupVersion) => ({ groupVersion, version: groupVersion.split('/')[1] ?? '' })),
    ({ groupVersion }) => groupOf({ apiVersion: groupVersion }),
  )
  return [...byName].map(([name, all]) => ({ name, versions: all, preferredVersion: all[0] }))
}

function resourceList(groupVersion: string, kinds: readonly Kind[]) {
  const own = kinds.filter(({ apiVersion }) => apiVersion === groupVersion)
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: own.flatMap(resourcesOf) }
}

function resourcesOf(kind: Kind) {
  const { plural: name, singular: singularName, namespaced, shortNames, categories } = kind
  const said = { ...(shortNames ? { shortNames } : {}), ...(categories ? { categories } : {}) }
  const resource = { name, singularName, namespaced, kind: kind.kind, verbs: VERBS, ...said }
  return [resource, ...(kind.subresources ?? []).map((subresource) => subresourceOf(kind, subresource))]
}

function subresourceOf({ plural, namespaced, kind }: Kind, subresource: Subresource) {
  const common = { name: `${plural}/${subresource}`, singularName: '', namespaced }
  if (subresource === 'status') return { ...common, kind, verbs: ['get', 'patch', 'update'] }
  if (subresource === 'log') return { ...common, kind, verbs: ['get'] }
  if (subresource === 'scale') return { ...common, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] }
  return { ...common, group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] }
}
