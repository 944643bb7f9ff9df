import * as z from 'zod'
import { type Detection, FieldValue, type Origin, type Reading, type Severity } from './detection.ts'
import { found } from './finding.ts'
import { text as fieldText } from './flatten.ts'
import { containerAt, podAt } from './place.ts'
import { refuseDepth, refuseShape, refuseValue } from './refuse.ts'
import { RuleName, TagList, textOfAtMost } from './shape.ts'
import { nanoseconds } from './time.ts'

/** Falco's eight priorities and what they are worth on the OCSF scale. Source: falco/userspace/engine/falco_common (priorities). */
export const FALCO_PRIORITIES: ReadonlyMap<string, Severity> = new Map([
  ['Emergency', 5],
  ['Alert', 5],
  ['Critical', 5],
  ['Error', 4],
  ['Warning', 3],
  ['Notice', 2],
  ['Informational', 1],
  ['Debug', 1],
])

/** Falco's alert JSON, as http_output posts it. Source: falco/userspace/engine/formats.cpp. `tags`, `output` and `output_fields` can be
 *  switched off in falco.yaml, so they may be missing. What becomes part of ids and keys is bounded, far above what Falco and Kubernetes allow. */
export const FalcoAlert = z.looseObject({
  rule: RuleName,
  priority: z.string(),
  time: z.string(),
  source: textOfAtMost(64).default('syscall'),
  hostname: textOfAtMost(253).optional(),
  output: z.string().default(''),
  output_fields: z.record(z.string(), z.unknown()).nullish(),
  tags: TagList.default([]),
})
export type FalcoAlert = z.infer<typeof FalcoAlert>

/** Whether a parsed JSON value has the shape of a Falco alert: `rule` and `priority`, which no other agent sends together. */
export function looksLikeFalco(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'rule' in value && 'priority' in value
}

/** Reads one Falco alert, already parsed by parseJson. Never throws: what is not an alert is refused, with the field and what was expected. */
export function readFalco(alert: unknown, origin: Origin, agent: 'falco' | 'k8s_audit' = 'falco'): Reading {
  const tooDeep = refuseDepth('Falco', alert)
  if (tooDeep) return tooDeep
  const parsed = FalcoAlert.safeParse(alert)
  if (!parsed.success) return refuseShape('Falco', parsed.error)
  const { rule, priority, time, source, output, tags } = parsed.data
  if (source === 'internal' || rule.startsWith('Falco internal:')) return aboutItself(parsed.data, origin)
  const severity = FALCO_PRIORITIES.get(properPriority(priority))
  if (severity === undefined) return refuseValue('Falco', 'priority', `one of ${[...FALCO_PRIORITIES.keys()].join(', ')}`, priority)
  const timeNs = nanoseconds(time)
  if (timeNs === undefined) return refuseValue('Falco', 'time', 'RFC 3339', time)
  return found({ rule, severity, priority: properPriority(priority) }, origin, () => {
    const fields = readFields(parsed.data.output_fields ?? {})
    return {
      agent,
      source,
      timeNs,
      node: agent === 'falco' ? parsed.data.hostname || origin.node : undefined,
      pod: source === 'k8s_audit' ? podAt(podOfRequest((name) => text(fields[name]))) : podOf(fields),
      container: containerOf(fields),
      exe: text(fields['proc.exepath']) ?? text(fields['proc.name']),
      cmdline: text(fields['proc.cmdline']),
      ...fileOrConnection(text(fields['fd.name']) ?? text(fields['fs.path.name'])),
      user: text(fields['user.name']) ?? text(fields['ka.user.name']),
      message: messageOf(output),
      tags,
      fields,
      identity: [output, fields, [...tags].sort()],
    }
  })
}

/** Falco's own events, such as of dropped system calls: about its node, and never about a pod. */
function aboutItself({ rule, priority, time, hostname, output, output_fields }: FalcoAlert, origin: Origin): Reading {
  const internal = { kind: 'internal', rule, priority } as const
  const severity = FALCO_PRIORITIES.get(properPriority(priority))
  const timeNs = nanoseconds(time)
  if (severity === undefined || timeNs === undefined) return internal
  const fields = readFields(output_fields ?? {})
  const head = { rule, severity, priority: properPriority(priority) }
  const what = {
    agent: 'falco',
    source: 'internal',
    timeNs,
    node: hostname || origin.node,
    message: messageOf(output),
    tags: [],
    fields,
  } as const
  const nothing = {
    pod: undefined,
    container: undefined,
    exe: undefined,
    cmdline: undefined,
    file: undefined,
    connection: undefined,
    user: undefined,
  }
  const reading = found(head, origin, () => ({ ...what, ...nothing, identity: [output, fields] }))
  return {
    ...internal,
    get detection() {
      return reading.kind === 'detection' ? reading.detection : undefined
    },
  }
}

/** `container.id` is `host` for a process of the node itself: then there is no container, and never a pod. */
function containerOf(fields: Detection['fields']): Detection['container'] {
  const id = text(fields['container.id'])
  if (id === 'host') return undefined
  const repository = text(fields['container.image.repository'])
  const tag = text(fields['container.image.tag'])
  return containerAt({ id, name: text(fields['container.name']), image: repository && (tag ? `${repository}:${tag}` : repository) })
}

function podOf(fields: Detection['fields']): Detection['pod'] {
  if (fields['container.id'] === 'host') return undefined
  return podAt({ namespace: text(fields['k8s.ns.name']), name: text(fields['k8s.pod.name']), uid: text(fields['k8s.pod.uid']) })
}

/** The pod that a request was about: its uid is known only where the answer had it (a pod that was made). */
function podOfRequest(text: (field: string) => string | undefined): Partial<NonNullable<Detection['pod']>> {
  if (text('ka.target.resource') !== 'pods') return {}
  const name = text('ka.target.name') ?? text('ka.resp.name')
  const namespace = text('ka.target.namespace')
  const uid = text('jevt.value[/responseObject/metadata/uid]')
  return { ...(name ? { name } : {}), ...(namespace ? { namespace } : {}), ...(uid ? { uid } : {}) }
}

/** Falco's `fd.name` is a path, or `ip:port->ip:port` for a connection. */
function fileOrConnection(name: string | undefined): { readonly file: string | undefined; readonly connection: string | undefined } {
  const isConnection = name?.includes('->')
  return { file: isConnection ? undefined : name, connection: isConnection ? name : undefined }
}

/** Null, numbers, booleans and arrays as Falco has them; an object (no Falco field is one) is kept as its JSON text. */
function readFields(fields: Readonly<Record<string, unknown>>): Detection['fields'] {
  const read = Object.entries(fields).map(([name, value]) => {
    const parsed = FieldValue.safeParse(value)
    return [name, parsed.success ? parsed.data : JSON.stringify(value)] as const
  })
  return Object.fromEntries(read)
}

/** A present, non-empty string, cut; `<NA>` is what Falco prints for "not available". */
function text(value: FieldValue | undefined): string | undefined {
  return value === '<NA>' ? undefined : fieldText(value)
}

/** Falco's output line without its leading `HH:MM:SS.nnnnnnnnn: Priority `. */
function messageOf(output: string): string {
  return output.replace(/^[\dT:.+-]+Z?: (?:Emergency|Alert|Critical|Error|Warning|Notice|Informational|Debug) /, '')
}

function properPriority(priority: string): string {
  const lower = priority.toLowerCase()
  return lower === 'info' ? 'Informational' : lower.charAt(0).toUpperCase() + lower.slice(1)
}
