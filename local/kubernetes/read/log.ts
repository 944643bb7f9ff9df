import * as z from 'zod'
import type { Cause } from '../cause.ts'
import { own } from '../json.ts'
import { NODE, POD } from '../kind/kinds.ts'
import { PodSpec } from '../kind/spec.ts'
import type { ApiObject } from '../object.ts'
import type { Objects } from '../objects.ts'
import { isSet } from '../request.ts'
import { type Answer, badRequest, type Checked, invalid, notFound, refuse } from '../status.ts'

/** The annotation of a pod that says what a container has written: `local.creance.dev/log.NAME`. */
const WRITTEN = 'local.creance.dev/log.'
const NOTHING_YET: Answer = { code: 204, body: '' }

const Ran = z.looseObject({ startedAt: z.string() }).optional().catch(undefined)
const State = z.looseObject({ running: Ran, terminated: Ran }).optional().catch(undefined)
const Statuses = z.array(z.looseObject({ name: z.string(), state: State, lastState: State })).catch([])
const Observed = z.looseObject({ containerStatuses: Statuses, initContainerStatuses: Statuses })

type LogOptions = { readonly tailLines: number; readonly limitBytes: number }

/** The log of one container (`?container=`, which may be left out where there is one): a line with the time of its start, then what the
 *  pod's annotation says that it has written. `previous`: the start of the instance before, where the status has one.
 *  `tailLines` cuts the front off, `limitBytes` the end of what is left. Time stamps, `since…` and `follow` are not known. */
export function logOf(objects: Objects, pod: ApiObject, query: URLSearchParams): Answer {
  const options = optionsOf(pod.metadata.name, query)
  if (options.refused) return refuse(options.refused)
  const container = containerOf(pod, query.get('container') ?? '')
  if (container.refused) return refuse(container.refused)
  const { nodeName = '' } = PodSpec.parse(pod.spec)
  if (nodeName === '') return NOTHING_YET
  // The API server names the node, and calls it a pod.
  if (!objects.get({ kind: NODE, namespace: '', name: nodeName })) return refuse(notFound(POD, nodeName))
  const text = textOf(pod, container.value, isSet(query, 'previous'))
  return text.refused ? refuse(text.refused) : { code: 200, body: endOf(text.value, options.value) }
}

function optionsOf(pod: string, query: URLSearchParams): Checked<LogOptions> {
  const said = ['tailLines', 'limitBytes'].map((name) => query.get(name)).filter((value) => value !== null)
  const wrong = said.find((value) => !/^[-+]?\d{1,15}$/.test(value))
  if (wrong !== undefined) return { refused: badRequest(`strconv.ParseInt: parsing ${JSON.stringify(wrong)}: invalid syntax`) }
  const tailLines = Number(query.get('tailLines') ?? Number.POSITIVE_INFINITY)
  const limitBytes = Number(query.get('limitBytes') ?? Number.POSITIVE_INFINITY)
  const problem = (field: string, value: number, must: string): Cause => {
    return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${value}: must be greater than ${must}` }
  }
  const problems = [
    ...(tailLines < 0 ? [problem('tailLines', tailLines, 'or equal to 0')] : []),
    ...(limitBytes < 1 ? [problem('limitBytes', limitBytes, '0')] : []),
  ]
  if (problems.length > 0) return { refused: invalid({ apiVersion: 'v1', kind: 'PodLogOptions' }, pod, problems) }
  return { value: { tailLines, limitBytes } }
}

function containerOf({ metadata: { name: pod }, spec }: ApiObject, wanted: string): Checked<string> {
  const { containers, initContainers = [] } = PodSpec.parse(spec)
  const names = [...initContainers, ...containers].map(({ name }) => name)
  if (names.includes(wanted)) return { value: wanted }
  if (wanted !== '') return { refused: badRequest(`container ${wanted} is not valid for pod ${pod}`) }
  const [only, ...others] = containers
  if (only && others.length === 0) return { value: only.name }
  return { refused: badRequest(`a container name must be specified for pod ${pod}, choose one of: [${names.join(' ')}]`) }
}

function textOf({ metadata, status }: ApiObject, container: string, previous: boolean): Checked<string> {
  const { containerStatuses, initContainerStatuses } = Observed.parse(status ?? {})
  const found = [...initContainerStatuses, ...containerStatuses].find(({ name }) => name === container)
  const ran = previous ? found?.lastState?.terminated : (found?.state?.running ?? found?.state?.terminated)
  const which = `container ${JSON.stringify(container)} in pod ${JSON.stringify(metadata.name)}`
  if (!ran) return { refused: badRequest(previous ? `previous terminated ${which} not found` : `${which} is not available`) }
  const written = previous ? '' : (own(metadata.annotations, WRITTEN + container) ?? '')
  return { value: `${ran.startedAt} container ${container} started\n${written}` }
}

function endOf(text: string, { tailLines, limitBytes }: LogOptions): Uint8Array {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
  const last = lines.slice(Math.max(0, lines.length - tailLines)).join('')
  return Buffer.from(last).subarray(0, limitBytes)
}
