import type { KubernetesObject } from '../../port/cluster.ts'

/** On every object that Creance makes; what does not have it is never touched. */
export const MANAGED = { 'app.kubernetes.io/managed-by': 'creance' } as const

export function isManaged({ metadata }: KubernetesObject): boolean {
  return Object.entries(MANAGED).every(([key, value]) => metadata.labels?.[key] === value)
}
