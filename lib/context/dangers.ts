import { short } from './bounds.ts'
import type { Context } from './context.ts'
import { allContainers, type ContainerView, type PodView } from './pod-view.ts'

const MAX_DANGERS = 25
const MAX_NAMED = 5

/** What a container may add and still be ordinary. Source: Kubernetes, Pod Security Standards, Baseline. */
const ORDINARY_CAPABILITIES = new Set([
  ...['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_BIND_SERVICE'],
  ...['SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_CHROOT'],
])

/** What in the pod's spec brings a process in it closer to the node than an ordinary pod: the worst first, each with the containers that have it;
 *  none named: the whole pod. Source: Kubernetes, Pod Security Standards, Baseline, and running as root. */
export function dangersOf(pod: PodView): Context['dangers'] {
  const { spec } = pod
  const found = new Map<string, Set<string>>()
  const add = (what: string, container?: string): void => {
    const named = found.get(what) ?? new Set()
    found.set(what, container === undefined ? named : named.add(container))
  }
  const each = (of: (container: ContainerView) => readonly string[]): void => {
    for (const container of allContainers(pod)) for (const what of of(container)) add(what, container.name)
  }
  each(({ securityContext }) => (securityContext.privileged ? ['privileged'] : []))
  const hostPaths = new Map(spec.volumes.flatMap(({ name, hostPath }) => (hostPath ? [[name, hostPath.path]] : [])))
  each(({ volumeMounts }) =>
    volumeMounts.flatMap(({ name, readOnly }) => {
      const path = hostPaths.get(name)
      return path === undefined ? [] : [`hostPath ${path}${readOnly ? ' (read-only)' : ''}`]
    }),
  )
  if (spec.hostPID) add('hostPID')
  if (spec.hostNetwork) add('hostNetwork')
  if (spec.hostIPC) add('hostIPC')
  each(({ securityContext }) => addedCapabilities(securityContext.capabilities.add).map((name) => `capability ${name}`))
  each(({ securityContext }) => (securityContext.procMount === 'Unmasked' ? ['procMount Unmasked'] : []))
  each(({ securityContext }) =>
    (securityContext.seccompProfile.type || spec.securityContext.seccompProfile.type) === 'Unconfined' ? ['seccomp Unconfined'] : [],
  )
  each(({ securityContext }) => ((securityContext.runAsUser ?? spec.securityContext.runAsUser) === 0 ? ['runs as root'] : []))
  each(({ ports }) => ports.map(({ hostPort }) => `hostPort ${hostPort}`))
  return [...found].slice(0, MAX_DANGERS).map(([what, containers]) => ({
    what: short(what, 200),
    containers: [...containers].slice(0, MAX_NAMED).map((name) => short(name, 63)),
  }))
}

function addedCapabilities(names: readonly string[]): readonly string[] {
  return names.map((name) => name.toUpperCase().replace(/^CAP_/, '')).filter((name) => !ORDINARY_CAPABILITIES.has(name))
}
