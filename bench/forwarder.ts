import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statfsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { makeAlerts } from '../test/support/alerts/make-alerts.ts'
import { freePorts } from '../test/support/free-ports.ts'
import { type Contender, type Figures, measure } from './support/measure.ts'
import { decimal, median, printTable } from './support/table.ts'

// Taking alerts in: one POST an alert over 32 keep-alive connections, until all is in the queue (a stand-in on the same machine). Each round
// starts the forwarder anew, as users run it. FALCOSIDEKICK=path of its binary measures it too, in turn with ours.
const ALERTS = Number(process.argv[2] ?? 30_000)
const ROUNDS = Number(process.argv[3] ?? 3)
const CONNECTIONS = 32
const TMPFS = 0x01021994
/** What the image starts Node with: without them V8 spends memory on garbage that nobody needs to keep. */
const MEMORY_FLAGS = ['--max-semi-space-size=4', '--max-old-space-size=96']
const MILLION = 1_000_000
const CREDENTIALS = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_EC2_METADATA_DISABLED: 'true' }

/** falcosidekick on another machine: what the bars were set by. */
const ELSEWHERE = { rate: 2_363, cpuMsAnAlert: 0.52, peakMb: 266, billedUnitsAMillion: MILLION }

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync('/var/tmp/creance-bench-') // not /tmp, which may be memory: the spool is synced to a disk

/** The bundle, made by infra/build.ts in a folder that looks like the package, so that dist/ is left as it is. */
function bundle(): string {
  for (const name of ['cli', 'local', 'package.json']) symlinkSync(join(root, name), join(folder, name))
  execFileSync(process.execPath, [join(root, 'infra/build.ts'), 'cli'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
  return join(folder, 'dist/creance.mjs')
}

function creance(file: string): Contender {
  return {
    name: 'creance',
    command: (port, queue) => {
      const spool = join(folder, `spool-${port}`)
      mkdirSync(spool)
      const env = {
        ...CREDENTIALS,
        AWS_ENDPOINT_URL_SQS: queue.endpoint,
        CREANCE_QUEUE_URL: queue.url,
        CREANCE_CLUSTER: 'bench',
        CREANCE_LISTEN: `127.0.0.1:${port}`,
        CREANCE_SPOOL_DIR: spool,
      }
      return { file: process.execPath, args: [...MEMORY_FLAGS, file, 'forward'], env }
    },
  }
}

function falcosidekick(file: string): Contender {
  return {
    name: 'falcosidekick',
    command: (port, queue) => {
      const env = {
        ...CREDENTIALS,
        AWS_ENDPOINT_URL_SQS: queue.endpoint,
        AWS_ENDPOINT_URL: queue.endpoint,
        AWS_CHECKIDENTITY: 'false',
        AWS_SQS_URL: queue.url,
        LISTENADDRESS: '127.0.0.1',
        LISTENPORT: String(port),
      }
      return { file, args: [], env }
    },
  }
}

type Row = { readonly label: string; readonly of: (figures: Figures) => number; readonly digits?: number; readonly elsewhere?: number }

const ROWS: readonly Row[] = [
  { label: 'alerts/s answered 2xx', of: ({ rate }) => rate, elsewhere: ELSEWHERE.rate },
  { label: 'answer, p50 ms', of: ({ p50Ms }) => p50Ms, digits: 1 },
  { label: 'answer, p99 ms', of: ({ p99Ms }) => p99Ms, digits: 1 },
  { label: 'CPU ms an alert', of: ({ cpuMsAnAlert }) => cpuMsAnAlert, digits: 3, elsewhere: ELSEWHERE.cpuMsAnAlert },
  { label: 'peak RSS, MB', of: ({ peakMb }) => peakMb, elsewhere: ELSEWHERE.peakMb },
  { label: 'queue requests', of: ({ requests }) => requests },
  { label: 'billed 64 KiB units', of: ({ billedUnits }) => billedUnits },
  { label: 'queue requests per million alerts', of: ({ requestsAMillion }) => requestsAMillion },
  {
    label: 'billed units per million alerts',
    of: ({ billedUnitsAMillion }) => billedUnitsAMillion,
    elsewhere: ELSEWHERE.billedUnitsAMillion,
  },
  { label: 'bytes in the queue an alert', of: ({ queueBytesAnAlert }) => queueBytesAnAlert },
  { label: 'start to first 200, ms', of: ({ startedMs }) => startedMs },
  { label: 'idle RSS, MB', of: ({ idleMb }) => idleMb },
  { label: 'idle CPU, ms in 5 s', of: ({ idleCpuMs }) => idleCpuMs },
]

function report(rounds: readonly (readonly Figures[])[]): void {
  const names = rounds[0]?.map(({ name }) => name) ?? []
  const paired = names.length > 1
  const bytes = makeAlerts(1000, 1).reduce((sum, alert) => sum + Buffer.byteLength(alert), 0) / 1000
  console.log(`taking alerts in: ${decimal(ALERTS)} alerts of ${decimal(bytes)} bytes, ${CONNECTIONS} connections`)
  console.log(`median of ${ROUNDS} rounds (least to most)\n`)
  const cell = ({ of, digits }: Row, index: number) => {
    const values = rounds.flatMap((round) => round[index] ?? []).map(of)
    return `${decimal(median(values), digits)} (${decimal(Math.min(...values), digits)} to ${decimal(Math.max(...values), digits)})`
  }
  printTable([
    ['', ...names, ...(paired ? [] : ['falcosidekick, elsewhere'])],
    ...ROWS.map((row) => [
      row.label,
      ...names.map((_, index) => cell(row, index)),
      ...(paired ? [] : [row.elsewhere === undefined ? '' : decimal(row.elsewhere, row.digits)]),
    ]),
  ])
  console.log()
  if (!paired)
    console.log(
      'falcosidekick was not measured here (FALCOSIDEKICK names no binary): its figures were measured elsewhere, on another machine.',
    )
  if (statfsSync(folder).type === TMPFS) console.log('the spool was in memory, not on a disk: its syncs cost nothing.')
  const remarks = rounds.flat().flatMap((figures) => figures.remarks.map((remark) => `${figures.name}: ${remark}`))
  for (const remark of new Set(remarks)) console.log(remark)
  printBars(rounds, paired)
}

/** Ratios are of the same round, where both were measured. */
function printBars(rounds: readonly (readonly Figures[])[], paired: boolean): void {
  const over = (of: (figures: Figures) => number) =>
    median(rounds.flatMap(([ours, theirs]) => (ours && theirs ? of(ours) / of(theirs) : [])))
  const own = (of: (figures: Figures) => number) => median(rounds.flatMap(([ours]) => (ours ? of(ours) : [])))
  const rate = paired ? over((figures) => figures.rate) : own((figures) => figures.rate) / ELSEWHERE.rate
  const cpu = paired ? over((figures) => figures.cpuMsAnAlert) : own((figures) => figures.cpuMsAnAlert) / ELSEWHERE.cpuMsAnAlert
  const theirs = paired ? "falcosidekick's" : "falcosidekick's elsewhere"
  printTable(
    [
      ['bar: rate', `at least 3 × ${theirs}`, `measured ${decimal(rate, 2)} ×`],
      ['bar: CPU an alert', `at most 0.25 × ${theirs}`, `measured ${decimal(cpu, 2)} ×`],
      ['bar: peak RSS', 'at most 120 MB', `measured ${decimal(own((figures) => figures.peakMb))} MB`],
      ['bar: billed units per million', 'at most 4,000', `measured ${decimal(own((figures) => figures.billedUnitsAMillion))}`],
    ],
    3,
  )
}

try {
  const contenders = [creance(bundle()), ...(process.env.FALCOSIDEKICK ? [falcosidekick(process.env.FALCOSIDEKICK)] : [])]
  const rounds: (readonly Figures[])[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const figures: Figures[] = []
    for (const contender of contenders) {
      const [port = 0] = await freePorts(1)
      figures.push(await measure(contender, { folder, port, alerts: ALERTS, seed: round + 1, connections: CONNECTIONS }))
    }
    rounds.push(figures)
  }
  report(rounds)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
