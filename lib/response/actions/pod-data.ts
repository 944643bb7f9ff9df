import * as z from 'zod'
import type { ObjectIdentity } from '../../port/cluster.ts'
import type { ProvenPod } from '../action.ts'

/** The pod in an action's data: what it takes to name it again. */
export const PodData = z.object({ namespace: z.string(), name: z.string(), uid: z.string() })
export type PodData = z.infer<typeof PodData>

export function podData({ namespace, name, uid }: ProvenPod): PodData {
  return { namespace, name, uid }
}

export function podIdentity({ namespace, name, uid }: PodData): ObjectIdentity {
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, uid }
}

export const POD_GONE = { state: 'skipped', why: 'the pod is gone' } as const
