import { collect, type Extract, each, every, isPresent, type MakeExtract } from './extract.ts'
import { isArray, itemsOf, type Json, memberOf, reach, stringOf, textOf, writtenOf } from './json.ts'

const SPEC = ['requestObject', 'spec']

/** The fields of one of a pod's lists of containers, by the end of their names. */
export function containerFields(list: 'containers' | 'initContainers' | 'ephemeralContainers'): ReadonlyMap<string, MakeExtract> {
  const path = [...SPEC, list]
  const security = (...keys: string[]) => each(...path, 'securityContext', ...keys)
  return new Map([
    ['name', every(...path, 'name')],
    ['image', every(...path, 'image')],
    ['image.repository', repositories(path)],
    ['command', joined(path, 'command')],
    ['args', joined(path, 'args')],
    ['host_port', hostPorts(path)],
    ['privileged', security('privileged')],
    ['allow_privilege_escalation', security('allowPrivilegeEscalation')],
    ['read_only_fs', security('readOnlyRootFilesystem')],
    ['run_as_user', security('runAsUser')],
    ['run_as_group', security('runAsGroup')],
    ['proc_mount', security('procMount')],
    ['add_capabilities', security('capabilities', 'add')],
    ['eff_run_as_user', effective(path, 'runAsUser')],
    ['eff_run_as_group', effective(path, 'runAsGroup')],
  ])
}

/** Up to the first `:`, then up to the first `@`; a registry's port ends it too, as it does in Falco. */
export function repositoryOf(image: string): string {
  const [beforeColon = ''] = image.split(':', 1)
  const [repository = ''] = beforeColon.split('@', 1)
  return repository
}

/** Whether some container is privileged; absent without containers. */
export function anyPrivileged(): Extract {
  const keys = [...SPEC, 'containers', 'securityContext', 'privileged']
  return (event) => {
    const found = collect(event, keys)
    return found && String(found.some((privileged) => privileged && writtenOf(privileged) === 'true'))
  }
}

function repositories(path: readonly string[]): MakeExtract {
  return (index) => {
    const images = every(...path, 'image')(index)
    return (event) => {
      const found = images(event)
      return typeof found === 'string' ? repositoryOf(found) : found?.map(repositoryOf)
    }
  }
}

/** Each container's array of strings as one text; absent where one is something else. */
function joined(path: readonly string[], key: string): MakeExtract {
  const keys = [...path, key]
  return (index) => (event) => {
    const lists = collect(event, keys, index)?.filter(isPresent).map(stringsOf)
    return lists?.every(isPresent) ? lists.map((words) => words.join(' ')) : undefined
  }
}

function stringsOf(json: Json): readonly string[] | undefined {
  const strings = itemsOf(json)?.map(stringOf)
  return strings?.every(isPresent) ? strings : undefined
}

function hostPorts(path: readonly string[]): MakeExtract {
  const keys = [...path, 'ports']
  return (index) => (event) => {
    const lists = collect(event, keys, index)?.filter(isPresent)
    if (!lists?.every(isArray)) return undefined
    const ports = lists.flatMap((list) => itemsOf(list) ?? [])
    return ports
      .map((port) => memberOf(port, 'hostPort') ?? memberOf(port, 'containerPort'))
      .filter(isPresent)
      .map(textOf)
  }
}

/** Falco's own reading, which leaves securityContext out: the container's key, else the pod's, else 0. */
function effective(path: readonly string[], key: string): MakeExtract {
  const ofPod = [...SPEC, key]
  const ofContainer = [...path, key]
  return (index) => (event) => {
    const pod = reach(event, ofPod)
    const instead = pod ? textOf(pod) : '0'
    return collect(event, ofContainer, index)?.map((own) => (own ? textOf(own) : instead))
  }
}
