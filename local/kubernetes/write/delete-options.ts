import * as z from 'zod'
import { withoutNulls } from '../json.ts'
import { badRequest, type Checked, invalid } from '../status.ts'

const POLICIES = ['Foreground', 'Background', 'Orphan']

/** Kubernetes' DeleteOptions. Foreground counts as Background here: nothing takes time. */
const DeleteOptions = z.looseObject({
  kind: z.literal('DeleteOptions').optional(),
  gracePeriodSeconds: z.int().optional(),
  propagationPolicy: z.string().optional(),
  orphanDependents: z.boolean().optional(),
  preconditions: z.looseObject({ uid: z.string().optional(), resourceVersion: z.string().optional() }).optional(),
  dryRun: z.array(z.string()).optional(),
})
export type DeleteOptions = z.infer<typeof DeleteOptions>

/** Reads the options of a request: from its body, or without one (undefined) from its query. */
export function deleteOptions(body: unknown, query: URLSearchParams): Checked<DeleteOptions> {
  const grace = query.get('gracePeriodSeconds')
  if (body === undefined && grace !== null && !/^-?\d{1,9}$/.test(grace)) {
    return { refused: badRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`) }
  }
  const inQuery = {
    gracePeriodSeconds: grace === null ? undefined : Number(grace),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: query.get('orphanDependents') === 'true' || undefined,
  }
  const parsed = DeleteOptions.safeParse(body === undefined ? inQuery : withoutNulls(body))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return { refused: badRequest(`json: cannot unmarshal DeleteOptions.${issue?.path.join('.')}: ${issue?.message}`) }
  }
  const { propagationPolicy: policy } = parsed.data
  if (policy === undefined || POLICIES.includes(policy)) return { value: parsed.data }
  const supported = [...POLICIES, 'nil'].map((one) => JSON.stringify(one)).join(', ')
  const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${supported}`
  const cause = { field: 'propagationPolicy', reason: 'FieldValueNotSupported', message }
  return { refused: invalid({ apiVersion: 'meta.k8s.io/v1', kind: 'DeleteOptions' }, '', [cause]) }
}
