import { collect, type Extract, each, isPresent, type MakeExtract, text, texts } from './extract.ts'
import { itemsOf, type Json, memberOf, membersOf, reach, stringOf, textOf } from './json.ts'

const VOLUMES = ['requestObject', 'spec', 'volumes']
const HOST_PATHS = [...VOLUMES, 'hostPath', 'path']

/** Fields of what a request sends, other than a pod's containers. */
export const REQUEST_FIELDS: ReadonlyMap<string, MakeExtract> = new Map([
  ['ka.req.binding.subjects', texts('requestObject', 'subjects')],
  ['ka.req.binding.subjects.user_names', subjects('User', nameOf)],
  ['ka.req.binding.subjects.group_names', subjects('Group', nameOf)],
  ['ka.req.binding.subjects.serviceaccount_names', subjects('ServiceAccount', nameOf)],
  ['ka.req.binding.subjects.serviceaccount_ns_names', subjects('ServiceAccount', namespacedNameOf)],
  ['ka.req.binding.role', text('requestObject', 'roleRef', 'name')],
  ['ka.req.binding.subject.has_name', () => () => 'true'],
  ['ka.req.configmap.name', text('objectRef', 'name')],
  ['ka.req.configmap.obj', text('requestObject', 'data')],
  ['ka.req.pod.host_ipc', text('requestObject', 'spec', 'hostIPC')],
  ['ka.req.pod.host_network', text('requestObject', 'spec', 'hostNetwork')],
  ['ka.req.pod.host_pid', text('requestObject', 'spec', 'hostPID')],
  ['ka.req.container.host_network', text('requestObject', 'spec', 'hostNetwork')],
  ['ka.req.pod.run_as_user', text('requestObject', 'spec', 'securityContext', 'runAsUser')],
  ['ka.req.pod.run_as_group', text('requestObject', 'spec', 'securityContext', 'runAsGroup')],
  ['ka.req.pod.fs_group', text('requestObject', 'spec', 'securityContext', 'fsGroup')],
  ['ka.req.pod.supplemental_groups', texts('requestObject', 'spec', 'securityContext', 'supplementalGroups')],
  ['ka.req.pod.volumes.hostpath', each(...HOST_PATHS)],
  ['ka.req.pod.volumes.flexvolume_driver', each(...VOLUMES, 'flexVolume', 'driver')],
  ['ka.req.pod.volumes.volume_type', volumeTypes],
  ['ka.req.volume.hostpath', hostPath],
  ['ka.req.role.rules', texts('requestObject', 'rules')],
  ['ka.req.role.rules.apiGroups', ruleTexts('apiGroups')],
  ['ka.req.role.rules.nonResourceURLs', ruleTexts('nonResourceURLs')],
  ['ka.req.role.rules.verbs', ruleTexts('verbs')],
  ['ka.req.role.rules.resources', ruleTexts('resources')],
  // Falco looks for the addresses in the rules of a role, where there are none.
  ['ka.sourceips', ruleTexts('sourceIPs')],
  ['ka.req.service.type', text('requestObject', 'spec', 'type')],
  ['ka.req.service.ports', each('requestObject', 'spec', 'ports')],
])

function subjects(kind: string, read: (subject: Json) => string | undefined): MakeExtract {
  return () => (event) => {
    const list = reach(event, ['requestObject', 'subjects'])
    return (
      list &&
      itemsOf(list)
        ?.filter((subject) => isOfKind(subject, kind))
        .map(read)
        .filter(isPresent)
    )
  }
}

function isOfKind(subject: Json, kind: string): boolean {
  const own = memberOf(subject, 'kind')
  return own !== undefined && stringOf(own) === kind
}

function nameOf(subject: Json): string | undefined {
  const name = memberOf(subject, 'name')
  return name && textOf(name)
}

function namespacedNameOf(subject: Json): string | undefined {
  const namespace = memberOf(subject, 'namespace')
  const name = nameOf(subject)
  return namespace && name !== undefined ? `${textOf(namespace)}:${name}` : undefined
}

function ruleTexts(key: string): MakeExtract {
  const keys = ['requestObject', 'rules', key]
  return (index) => (event) => collect(event, keys, index)?.flatMap((list) => (list && itemsOf(list)?.map(textOf)) ?? [])
}

function volumeTypes(index: string | undefined): Extract {
  return (event) => {
    const found = collect(event, VOLUMES, index)?.filter(isPresent)
    const volumes = found?.flatMap((volume) => chosenOf(volume, index))
    return volumes?.flatMap((volume) => [...(membersOf(volume)?.keys() ?? [])].filter((key) => key !== 'name'))
  }
}

function chosenOf(json: Json, index: string | undefined): readonly Json[] {
  const items = itemsOf(json) ?? [json]
  return index === undefined ? items : items.slice(Number(index), Number(index) + 1)
}

/** Whether a volume mounts a path of the host: that one, or with a `*` at its end one that starts so; absent without volumes. */
function hostPath(path = ''): Extract {
  const prefix = path.endsWith('*') ? path.slice(0, -1) : undefined
  return (event) => {
    const paths = collect(event, HOST_PATHS)?.filter(isPresent).map(textOf)
    return paths && String(paths.some((own) => own === path || (prefix !== undefined && own.startsWith(prefix))))
  }
}
