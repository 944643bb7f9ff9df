import * as z from 'zod'
import { isJsonObject } from '../json.ts'
import type { ApiObject } from '../object.ts'
import type { Place } from '../objects.ts'
import {
  type Answer,
  badRequest,
  type Checked,
  conflict,
  invalid,
  misnamed,
  notFound,
  refuse,
  type Status,
  unpatchable,
} from '../status.ts'
import { applyPatch, type Patch } from './apply-patch.ts'
import type { WriteTo } from './create.ts'
import { update } from './update.ts'

const SCALE = { apiVersion: 'autoscaling/v1', kind: 'Scale' }
const NO_SCALE = 'json: it has no replicas of type int32'
const Scale = z.looseObject({
  metadata: z
    .looseObject({ name: z.string().default(''), uid: z.string().default(''), resourceVersion: z.string().default('') })
    .prefault({}),
  spec: z.looseObject({ replicas: z.int32().default(0) }).prefault({}),
})
type Scale = z.infer<typeof Scale>
const Workload = z.looseObject({
  spec: z.looseObject({ replicas: z.number(), selector: z.looseObject({ matchLabels: z.record(z.string(), z.string()).optional() }) }),
  status: z.looseObject({ replicas: z.number().catch(0) }).prefault({ replicas: 0 }),
})

/** The `scale` subresource of a workload: how many replicas it should have and has. As in Kubernetes, none is no `replicas`. */
export function scaleOf(workload: ApiObject) {
  const { spec, status } = Workload.parse(workload)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata
  const selector = Object.entries(spec.selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`)
  return {
    ...SCALE,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: spec.replicas === 0 ? {} : { replicas: spec.replicas },
    status: { replicas: status.replicas, selector: selector.join(',') },
  }
}

/** Gives a workload the size of the Scale that a client sent, at its uid and resourceVersion, if it says any. */
export function replaceScale(to: WriteTo, place: Place, raw: unknown): Answer {
  const workload = to.objects.get(place)
  if (!workload) return refuse(notFound(place.kind, place.name))
  const scale = Scale.safeParse(raw)
  if (!isJsonObject(raw) || !scale.success) return refuse(badRequest('Scale in version "v1" cannot be handled as a Scale'))
  return resize(to, place, workload, scale.data)
}

/** As `replaceScale`, for what a patch makes of the Scale there is. Another uid is a conflict of its own, before an old resourceVersion is. */
export function patchScale(to: WriteTo, place: Place, patch: Patch): Answer {
  const workload = to.objects.get(place)
  if (!workload) return refuse(notFound(place.kind, place.name))
  const patched = applyPatch(scaleOf(workload), patch)
  if (patched.refused) return refuse(patched.refused)
  const scale = Scale.safeParse(patched.value)
  if (!scale.success) return refuse(unpatchable(patched.value, NO_SCALE))
  const { name, uid } = scale.data.metadata
  if (name !== place.name) return refuse(misnamed(name, place.name))
  if (uid === '' || uid === workload.metadata.uid) return resize(to, place, workload, scale.data)
  const subresource = { ...place.kind, plural: `${place.kind.plural}/scale` }
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${workload.metadata.uid}`
  return refuse(conflict(subresource, name, why))
}

function resize(to: WriteTo, place: Place, workload: ApiObject, { metadata, spec: { replicas } }: Scale): Answer {
  const negative = replicas < 0 ? negativeSize(place.name, replicas) : undefined
  if (negative) return refuse(negative)
  const uid = metadata.uid || workload.metadata.uid
  const resourceVersion = metadata.resourceVersion || workload.metadata.resourceVersion
  const next = { ...workload, metadata: { ...workload.metadata, uid, resourceVersion }, spec: { ...workload.spec, replicas } }
  const written: Checked<ApiObject> = update(to, place, next)
  return written.refused ? refuse(written.refused) : { code: 200, body: scaleOf(written.value) }
}

function negativeSize(name: string, replicas: number): Status {
  const message = `Invalid value: ${replicas}: must be greater than or equal to 0`
  return invalid(SCALE, name, [{ field: 'spec.replicas', reason: 'FieldValueInvalid', message }])
}
