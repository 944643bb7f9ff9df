import * as z from 'zod'
import type { KubernetesObject } from '../../port/cluster.ts'
import type { ContainerLog } from './document.ts'

/** A container whose log is wanted. `restarted`: false where it surely was not, so that there is no instance before this one. */
export type LoggedContainer = { readonly name: string; readonly kind: ContainerLog['kind']; readonly restarted: boolean }

const Named = z.array(z.object({ name: z.string().min(1).max(63) }).catch({ name: '' })).catch([])
const Statuses = z.array(z.object({ name: z.string(), restartCount: z.number() }).catch({ name: '', restartCount: 0 })).catch([])
const Spec = z.object({ containers: Named, ephemeralContainers: Named, initContainers: Named })
const Status = z.object({ containerStatuses: Statuses, ephemeralContainerStatuses: Statuses, initContainerStatuses: Statuses })

/** The pod's containers, those that run before those that have run. None where the pod is of an odd shape. */
export function loggedContainers({ spec, status }: Pick<KubernetesObject, 'spec' | 'status'>): readonly LoggedContainer[] {
  const of = Spec.safeParse(spec ?? {}).data
  const states = Status.safeParse(status ?? {}).data
  if (!of) return []
  const all = states ? [...states.containerStatuses, ...states.ephemeralContainerStatuses, ...states.initContainerStatuses] : []
  const unstarted = new Set(all.filter(({ restartCount }) => restartCount === 0).map(({ name }) => name))
  const named = (kind: ContainerLog['kind'], containers: readonly { readonly name: string }[]) =>
    containers.flatMap(({ name }) => (name === '' ? [] : [{ name, kind, restarted: !unstarted.has(name) }]))
  return [...named('container', of.containers), ...named('ephemeral', of.ephemeralContainers), ...named('init', of.initContainers)]
}
