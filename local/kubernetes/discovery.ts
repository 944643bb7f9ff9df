import { groupOf, type Kind, type Subresource } from './kind/kind.ts'
import { KINDS } from './kind/kinds.ts'

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']
const API_VERSIONS = [...new Set(KINDS.map(({ apiVersion }) => apiVersion))]

/** What the paths above the resources answer: `/api`, `/apis/apps/v1`, `/version`, … A string is plain text; undefined: no such path. */
export function discover(path: string): unknown {
  return DOCUMENTS.get(path.length > 1 ? path.replace(/\/$/, '') : path)
}

/** Whether a path lies in `/api` or in a group that there is. */
export function isGroupPath(path: string): boolean {
  const [root, group] = path.split('/').slice(1)
  return root === 'api' || (root === 'apis' && API_VERSIONS.some((apiVersion) => group !== undefined && groupOf({ apiVersion }) === group))
}

const DOCUMENTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ...['/healthz', '/livez', '/readyz'].map((path) => [path, 'ok'] as const),
  ['/version', { major: '1', minor: '36', gitVersion: 'v1.36.0+creance', platform: 'in-memory' }],
  ['/api', { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] }],
  ['/apis', { kind: 'APIGroupList', apiVersion: 'v1', groups: groups() }],
  ...groups().map((group) => [`/apis/${group.name}`, { kind: 'APIGroup', apiVersion: 'v1', ...group }] as const),
  ...API_VERSIONS.map((version) => [version.includes('/') ? `/apis/${version}` : `/api/${version}`, resourceList(version)] as const),
  [
    '/',
    { paths: ['/api', '/api/v1', '/apis', ...API_VERSIONS.filter((version) => version !== 'v1').map((version) => `/apis/${version}`)] },
  ],
])

function groups() {
  return API_VERSIONS.filter((groupVersion) => groupVersion !== 'v1').map((groupVersion) => {
    const [name = '', version = ''] = groupVersion.split('/')
    const preferredVersion = { groupVersion, version }
    return { name, versions: [preferredVersion], preferredVersion }
  })
}

function resourceList(groupVersion: string) {
  const kinds = KINDS.filter(({ apiVersion }) => apiVersion === groupVersion)
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: kinds.flatMap(resourcesOf) }
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
  if (subresource === 'scale') return { ...common, group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] }
  return { ...common, group: groupOf({ apiVersion: 'policy/v1' }), version: 'v1', kind: 'Eviction', verbs: ['create'] }
}
