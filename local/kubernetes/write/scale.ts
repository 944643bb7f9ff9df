import * as z from 'zod'
import { isJsonObject } from '../json.ts'
import type { ApiObject } from '../object.ts'
import { badRequest, type Checked, invalid } from '../status.ts'

const SCALE = { apiVersion: 'autoscaling/v1', kind: 'Scale' }
const Scale = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(),
  spec: z.looseObject({ replicas: z.int32().default(0) }).prefault({}),
})
const Workload = z.looseObject({
  spec: z.looseObject({ replicas: z.number(), selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }) }),
  status: z.looseObject({ replicas: z.number().catch(0) }).prefault({ replicas: 0 }),
})

/** The `scale` subresource of a workload: how many replicas it should have and has. */
export function scaleOf(workload: ApiObject) {
  const { spec, status } = Workload.parse(workload)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata
  const selector = Object.entries(spec.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  return {
    ...SCALE,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas },
    status: { replicas: status.replicas, selector: selector.join(',') },
  }
}

/** The workload as this Scale would have it, at the version that the Scale says, if any. */
export function scaled(workload: ApiObject, raw: unknown): Checked<unknown> {
  const scale = Scale.safeParse(raw)
  if (!isJsonObject(raw) || !scale.success) return { refused: badRequest('Scale in version "v1" cannot be handled as a Scale') }
  const { metadata, spec } = scale.data
  if (spec.replicas < 0) {
    const message = `Invalid value: ${spec.replicas}: must be greater than or equal to 0`
    return { refused: invalid(SCALE, workload.metadata.name, [{ field: 'spec.replicas', reason: 'FieldValueInvalid', message }]) }
  }
  const resourceVersion = metadata?.resourceVersion ?? workload.metadata.resourceVersion
  return {
    value: { ...workload, metadata: { ...workload.metadata, resourceVersion }, spec: { ...workload.spec, replicas: spec.replicas } },
  }
}
