import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { KINDS, type Kind } from './kinds.ts'
import { makePods, type Pod } from './pods.ts'
import { type Random, random } from './random.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/falco')
const START_NS = 1_795_500_000_000_000_000n
const MOST_BETWEEN_NS = 40_000_000

/** Names in an alert's `output` that are not their field's with `_` for `.`. Source: the outputs of the recorded alerts' rules. */
const FIELDS: Readonly<Record<string, string>> = {
  file: 'fd.name',
  connection: 'fd.name',
  lport: 'fd.lport',
  rport: 'fd.rport',
  fd_proto: 'fd.l4proto',
  gparent: 'proc.aname[2]',
  ggparent: 'proc.aname[3]',
  gggparent: 'proc.aname[4]',
  user: 'user.name',
  process: 'proc.name',
  parent: 'proc.pname',
  pcmdline: 'proc.pcmdline',
  command: 'proc.cmdline',
  terminal: 'proc.tty',
  exe_flags: 'evt.arg.flags',
}

type Alert = {
  readonly rule: string
  readonly priority: string
  readonly source: string
  readonly output: string
  readonly output_fields: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
}

/** `count` Falco alerts of a cluster as JSON text, no two the same, their times ascending by up to 40 ms; `seed` (an integer) decides all.
 *  Rules, tags, fields and wording are the recorded alerts' (test/fixtures/falco) with `k8s.pod.uid` and `proc.pid` more:
 *  1.4 KB on average. Pods, of which there are 200, are drawn evenly: alerts of a few noisy pods would compress better. */
export function* makeAlerts(count: number, seed: number): Generator<string> {
  const chance = random(seed)
  const pods = makePods(chance)
  const patterns = KINDS.flatMap((kind) => Array(kind.weight).fill(readPattern(kind)))
  let timeNs = START_NS
  for (let made = 0; made < count; made++) {
    timeNs += BigInt(chance.between(1, MOST_BETWEEN_NS))
    yield alertOf(chance.pick(patterns), chance.pick(pods), timeNs, chance)
  }
}

type Pattern = { readonly kind: Kind; readonly alert: Alert; readonly said: string; readonly names: readonly string[] }

/** `output` is `TIME: PRIORITY SAID | NAME=VALUE …`. */
function readPattern(kind: Kind): Pattern {
  const alert: Alert = JSON.parse(readFileSync(join(FIXTURES, `${kind.file}.jsonl`), 'utf8').split('\n')[kind.line] ?? '')
  const [head = '', values = ''] = alert.output.split(' | ')
  return { kind, alert, said: head.slice(head.indexOf(': ')), names: values.match(/(?<=^| )[\w.]+(?==)/g) ?? [] }
}

function alertOf({ kind, alert, said, names }: Pattern, pod: Pod, timeNs: bigint, chance: Random): string {
  const fields = fieldsOf(kind, alert, pod, chance)
  const time = `${new Date(Number(timeNs / 1_000_000n)).toISOString().slice(0, 19)}.${String(timeNs % 1_000_000_000n).padStart(9, '0')}`
  const values = names.map((name) => `${name}=${fields[FIELDS[name] ?? name.replaceAll('_', '.')] ?? '<NA>'}`)
  const text = JSON.stringify({
    hostname: pod.node,
    output: `${time.slice(11)}${said} | ${values.join(' ')}`,
    output_fields: Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))), // as Falco has them
    priority: alert.priority,
    rule: alert.rule,
    source: alert.source,
    tags: alert.tags,
    time: `${time}Z`,
  })
  return text.replace('"evt.time":0', `"evt.time":${timeNs}`) // no JS number holds it
}

function fieldsOf(kind: Kind, alert: Alert, pod: Pod, chance: Random): Readonly<Record<string, unknown>> {
  const { exe, args, parent, also = {} } = kind.act(chance)
  const name = exe.slice(exe.lastIndexOf('/') + 1)
  return {
    ...alert.output_fields,
    ...(kind.onNode ? {} : pod.fields),
    'evt.time': 0,
    'proc.exepath': exe,
    'proc.name': name,
    'proc.cmdline': args ? `${name} ${args}` : name,
    'proc.pname': parent,
    'proc.pid': chance.between(1_000, 4_000_000),
    ...also,
  }
}
