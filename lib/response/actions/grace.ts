import * as z from 'zod'
import type { ProvenPod } from '../action.ts'

const LONGEST_OWN_SECONDS = 30
const PodSpec = z.object({ terminationGracePeriodSeconds: z.number().int().min(0) })

/** How long the pod may take to end (seconds): as the response says, else its own time, which whoever runs it chose, up to 30 s. */
export function graceOf({ object }: ProvenPod, given: number | undefined): number {
  const own = PodSpec.safeParse(object.spec).data?.terminationGracePeriodSeconds ?? LONGEST_OWN_SECONDS
  return given ?? Math.min(own, LONGEST_OWN_SECONDS)
}
