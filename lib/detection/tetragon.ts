import * as z from 'zod'
import { connectionText } from './connection.ts'
import type { Origin, Reading } from './detection.ts'
import { found } from './finding.ts'
import { flatten, text } from './flatten.ts'
import { containerAt, podAt } from './place.ts'
import { refuseDepth, refuseShape, refuseValue } from './refuse.ts'
import { Integer, NodeName, RuleName, Tags, Text, userOfUid } from './shape.ts'
import { nanoseconds } from './time.ts'

const KINDS = ['exec', 'exit', 'kprobe', 'tracepoint', 'uprobe', 'lsm', 'usdt', 'loader', 'throttle'].map((kind) => `process_${kind}`)
/** What Tetragon tells of processes and of itself, whatever policies there are. */
const NEVER_FINDINGS = ['process_exit', 'process_throttle']

const Addresses = z.looseObject({ saddr: Text, sport: Integer.nullish(), daddr: Text, dport: Integer.nullish() }).nullish()
const Path = z.looseObject({ path: Text }).nullish()
const Argument = z.looseObject({
  file_arg: Path,
  path_arg: Path,
  linux_binprm_arg: Path,
  sock_arg: Addresses,
  skb_arg: Addresses,
  sockaddr_arg: z.looseObject({ addr: Text, port: Integer.nullish() }).nullish(),
})
const Container = z.looseObject({ id: Text, name: Text, image: z.looseObject({ id: Text, name: Text }).nullish() })
const Process = z.looseObject({
  binary: Text,
  arguments: Text,
  uid: Integer.nullish(),
  docker: Text,
  pod: z.looseObject({ namespace: Text, name: Text, uid: Text, container: Container.nullish() }).nullish(),
})

/** What stands under the one `process_…` key. Source: tetragon/api/v1/tetragon/tetragon.proto, printed by protojson with proto names. */
const Event = z.looseObject({
  process: Process.nullish(),
  policy_name: z.union([z.literal(''), RuleName]).nullish(),
  function_name: Text,
  subsys: Text,
  event: Text,
  symbol: Text,
  args: z.array(Argument).nullish(),
  message: Text,
  tags: Tags,
})
type Event = z.infer<typeof Event>
const Whole = z.looseObject({ time: z.string(), node_name: NodeName })

/** Whether a parsed JSON value has the shape of a Tetragon event: exactly one of the `process_…` keys. */
export function looksLikeTetragon(value: unknown): boolean {
  return typeof value === 'object' && value !== null && KINDS.filter((kind) => kind in value).length === 1
}

/** Reads one line of Tetragon's export, already parsed by parseJson. Never throws. A policy's event is a detection of medium severity, since
 *  Tetragon has none; all else is telemetry. */
export function readTetragon(alert: unknown, origin: Origin): Reading {
  const tooDeep = refuseDepth('Tetragon', alert)
  if (tooDeep) return tooDeep
  const outer = z.record(z.string(), z.unknown()).safeParse(alert)
  if (!outer.success) return refuseShape('Tetragon', outer.error)
  const [kind, another] = KINDS.filter((key) => Object.hasOwn(outer.data, key))
  if (!kind || another) return { kind: 'refused', reason: `Tetragon alert: the whole: expected exactly one of ${KINDS.join(', ')}` }
  if (NEVER_FINDINGS.includes(kind)) return { kind: 'telemetry', what: kind }
  const inner = Event.safeParse(outer.data[kind])
  if (!inner.success) return refuseShape('Tetragon', inner.error, kind)
  const { policy_name: rule, process, message, tags } = inner.data
  if (!rule) return { kind: 'telemetry', what: `${kind} without policy` }
  const whole = Whole.safeParse(alert)
  if (!whole.success) return refuseShape('Tetragon', whole.error)
  const timeNs = nanoseconds(whole.data.time)
  if (timeNs === undefined) return refuseValue('Tetragon', 'time', 'RFC 3339', whole.data.time)
  const { [kind]: _event, ...around } = outer.data
  return found({ rule, severity: 3, priority: '' }, origin, () => ({
    agent: 'tetragon',
    source: kind,
    timeNs,
    node: whole.data.node_name || origin.node,
    pod: podAt(process?.pod ?? {}),
    container: containerOf(process),
    exe: text(process?.binary),
    cmdline: cmdlineOf(process),
    file: fileOf(inner.data),
    connection: connectionOf(inner.data),
    user: userOfUid(process?.uid),
    message: message || callOf(inner.data),
    tags: tags ?? [],
    fields: flatten({ ...around, ...inner.data }),
    identity: [alert],
  }))
}

/** `docker` is the same id, cut to its first characters; it is there before the pod is known. */
function containerOf(process: Event['process']) {
  const { id, name, image } = process?.pod?.container ?? {}
  return containerAt({ id: id || process?.docker, name, image: image?.name || image?.id })
}

/** `arguments` is one text. */
function cmdlineOf(process: Event['process']): string | undefined {
  return text([process?.binary, process?.arguments].filter(Boolean).join(' '))
}

function fileOf({ args }: Event): string | undefined {
  const paths = (args ?? []).map(({ file_arg, path_arg, linux_binprm_arg }) => (file_arg ?? path_arg ?? linux_binprm_arg)?.path)
  return text(paths.find(Boolean))
}

function connectionOf({ args }: Event): string | undefined {
  const texts = (args ?? []).map(({ sock_arg, skb_arg, sockaddr_arg }) => {
    const { saddr, sport, daddr, dport } = sock_arg ?? skb_arg ?? {}
    const to = sockaddr_arg ? { address: sockaddr_arg.addr, port: sockaddr_arg.port } : { address: daddr, port: dport }
    return connectionText({ address: saddr, port: sport }, to)
  })
  return texts.find(Boolean)
}

/** What a policy without a message is told by: what was called, and by whom. */
function callOf({ function_name, subsys, event, symbol, process }: Event): string {
  const called = function_name || (subsys && event ? `${subsys}/${event}` : symbol)
  return [called, cmdlineOf(process)].filter(Boolean).join(' by ')
}
