import { isJsonObject, textAt } from '../json.ts'
import type { Kind } from '../kind/kind.ts'
import type { ApiObject } from '../object.ts'

/** A column as kubectl prints it; `wide`: only with `-o wide`. `now`: Unix milliseconds. */
type Column = { readonly name: string; readonly wide?: boolean; readonly cell: (object: ApiObject, now: number) => string }

const field = (name: string, path: string, wide = false): Column => ({ name, wide, cell: (object) => textAt(object, path) ?? '<none>' })
const count = (name: string, path: string): Column => ({ name, cell: (object) => textAt(object, path) ?? '0' })
const NAME = field('Name', 'metadata.name')
const AGE: Column = { name: 'Age', cell: ({ metadata }, now) => ageOf(metadata.creationTimestamp, now) }

const COLUMNS: ReadonlyMap<string, readonly Column[]> = new Map([
  [
    'Pod',
    [
      { name: 'Ready', cell: readyContainers },
      { name: 'Status', cell: (pod) => (pod.metadata.deletionTimestamp ? 'Terminating' : (textAt(pod, 'status.phase') ?? 'Unknown')) },
      { name: 'Restarts', cell: () => '0' },
      AGE,
      field('IP', 'status.podIP', true),
      field('Node', 'spec.nodeName', true),
    ],
  ],
  [
    'Deployment',
    [
      { name: 'Ready', cell: (one) => `${textAt(one, 'status.readyReplicas') ?? 0}/${textAt(one, 'spec.replicas') ?? 0}` },
      count('Up-to-date', 'status.updatedReplicas'),
      count('Available', 'status.availableReplicas'),
      AGE,
    ],
  ],
  ['ReplicaSet', [count('Desired', 'spec.replicas'), count('Current', 'status.replicas'), count('Ready', 'status.readyReplicas'), AGE]],
  ['Namespace', [field('Status', 'status.phase'), AGE]],
  ['Node', [{ name: 'Status', cell: nodeStatus }, AGE, field('Version', 'status.nodeInfo.kubeletVersion')]],
  ['Event', [AGE, field('Type', 'type'), field('Reason', 'reason'), field('Object', 'involvedObject.name'), field('Message', 'message')]],
  ['NetworkPolicy', [{ name: 'Pod-Selector', cell: podSelector }, AGE]],
])

/** The objects as rows to print, which is how kubectl asks for what it shows. Source: meta.k8s.io/v1 Table. */
export function tableOf(kind: Kind, objects: readonly ApiObject[], { version, now }: { readonly version: string; readonly now: number }) {
  const columns = [NAME, ...(COLUMNS.get(kind.kind) ?? [AGE])]
  const definition = ({ name, wide }: Column, index: number) => ({
    name,
    type: 'string',
    format: index === 0 ? 'name' : '',
    description: '',
    priority: wide ? 1 : 0,
  })
  const row = (object: ApiObject) => ({
    cells: columns.map(({ cell }) => cell(object, now)),
    object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
  })
  const metadata = { resourceVersion: version }
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: columns.map(definition), rows: objects.map(row) }
}

function readyContainers({ spec, status }: ApiObject): string {
  const all = Array.isArray(spec?.containers) ? spec.containers : []
  const statuses: unknown[] = Array.isArray(status?.containerStatuses) ? status.containerStatuses : []
  return `${statuses.filter((one) => isJsonObject(one) && one.ready === true).length}/${all.length}`
}

function nodeStatus(node: ApiObject): string {
  return textAt(node, 'spec.unschedulable') === 'true' ? 'Ready,SchedulingDisabled' : 'Ready'
}

function podSelector({ spec }: ApiObject): string {
  const labels =
    isJsonObject(spec?.podSelector) && isJsonObject(spec.podSelector.matchLabels) ? Object.entries(spec.podSelector.matchLabels) : []
  return labels.length > 0 ? labels.map(([key, value]) => `${key}=${value}`).join(',') : '<none>'
}

/** In the largest unit that has passed twice: `90s`, `3m`, `47h`, `2d`. */
function ageOf(created: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(created)) / 1000))
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}
