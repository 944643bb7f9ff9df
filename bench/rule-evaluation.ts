import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditEvent } from '../lib/audit/event.ts'
import { auditFields } from '../lib/audit/fields.ts'
import { splitAudit } from '../lib/audit/split.ts'
import { compileCondition } from '../lib/condition/compile.ts'
import { jsonFields } from '../lib/condition/fields/json.ts'
import { parseCondition } from '../lib/condition/parse.ts'
import { loadFalcoRulesOrThrow } from '../lib/falco-rules.ts'
import { compileRules } from '../lib/rule/falco/engine.ts'
import { PAIRS, type Predicate } from './support/by-hand.ts'
import { decimal, median, printTable } from './support/table.ts'

// Evaluating rules on recorded audit events, on one core: the shipped pack; conditions beside the same written by hand in TypeScript, with the
// same access to fields; growth with the number of rules; and values made to be slow.
const ROUNDS = Number(process.argv[2] ?? 7)
const ROUND_MS = 150
const root = join(import.meta.dirname, '..')

const RECORDED = join(root, 'test/fixtures/audit')
const lines = readdirSync(RECORDED)
  .filter((name) => name.endsWith('.jsonl'))
  .flatMap((name) => readFileSync(join(RECORDED, name), 'utf8').trim().split('\n'))

/** Parsed anew, as each delivery is: nothing of them has been looked up yet. */
const parsedEvents = (): readonly AuditEvent[] => lines.flatMap((line) => splitAudit(line).events)
const EVENTS = parsedEvents()

let kept = 0 // what is counted, so that nothing is left out as of no use

/** Nanoseconds of one predicate on one event: the median of the rounds, in turn with the others. */
function race(contenders: readonly (readonly Predicate[])[]): readonly number[] {
  const times = contenders.map((): number[] => [])
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, predicates] of contenders.entries()) {
      const start = performance.now()
      let passes = 0
      do {
        for (const event of EVENTS) for (const holds of predicates) if (holds(event)) kept += 1
        passes += 1
      } while (performance.now() - start < ROUND_MS)
      const nanoseconds = ((performance.now() - start) * 1e6) / (passes * EVENTS.length * predicates.length)
      if (round >= 0) times[index]?.push(nanoseconds) // the round before warms up
    }
  }
  return times.map(median)
}

function compiled(condition: string): Predicate {
  return compileCondition(parseCondition(condition), auditFields)
}

function pack(): void {
  const folder = join(root, 'rules/audit')
  const shipped = existsSync(folder)
  const rules = shipped
    ? compileRules(loadFalcoRulesOrThrow([folder]), 'k8s_audit', { fields: auditFields }).map(({ matches }) => matches)
    : generated(60)
  const [nanoseconds = 0] = race([rules])
  const parsing: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    for (const event of parsedEvents()) for (const matches of rules) if (matches(event)) kept += 1
    parsing.push(((performance.now() - start) * 1e3) / lines.length)
  }
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0) / lines.length
  console.log(
    `${shipped ? 'the shipped pack' : 'a generated pack'}, ${rules.length} rules, on ${EVENTS.length} recorded events of ${decimal(bytes)} bytes, every rule asked`,
  )
  printTable([
    ['', 'events/s', 'µs an event', 'ns a rule'],
    ['parsed before', ...figures(1e9 / (nanoseconds * rules.length), (nanoseconds * rules.length) / 1e3, nanoseconds)],
    ['parsed anew', ...figures(1e6 / median(parsing), median(parsing), (median(parsing) * 1e3) / rules.length)],
  ])
  console.log()
}

function figures(eventsASecond: number, microseconds: number, nanoseconds: number): readonly string[] {
  return [decimal(eventsASecond), decimal(microseconds, 1), decimal(nanoseconds)]
}

function beside(): void {
  console.log('a condition, compiled and by hand in TypeScript, ns an event (bar: at least half as fast)')
  const ratios: number[] = []
  const rows = PAIRS.map(({ what, condition, byHand }) => {
    const holds = compiled(condition)
    if (EVENTS.some((event) => holds(event) !== byHand(event))) throw new Error(`${what}: not the same predicate`)
    const [ours = 0, theirs = 0] = race([[holds], [byHand]])
    ratios.push(theirs / ours)
    const matching = EVENTS.filter(holds).length
    return [what, decimal(matching), decimal(ours), decimal(theirs), `${decimal(theirs / ours, 2)} ×`]
  })
  printTable([['', 'matching', 'compiled', 'by hand', 'speed'], ...rows])
  const [ours = 0, theirs = 0] = race([PAIRS.map(({ condition }) => compiled(condition)), PAIRS.map(({ byHand }) => byHand)])
  console.log(`  all ${PAIRS.length} together: ${decimal(ours)} and ${decimal(theirs)} ns a condition, ${decimal(theirs / ours, 2)} ×`)
  console.log(`  least ${decimal(Math.min(...ratios), 2)} ×, median ${decimal(median(ratios), 2)} ×\n`)
}

/** So many rules of the same kinds, each about a namespace of its own. */
function generated(count: number): readonly Predicate[] {
  return Array.from({ length: count }, (_, index) => {
    const { condition = '' } = PAIRS[index % PAIRS.length] ?? {}
    return compiled(`(${condition}) and not ka.target.namespace = team-${index}`)
  })
}

function growth(): void {
  const counts = [10, 100, 1000]
  const times = race(counts.map(generated))
  console.log('growth with the number of rules')
  printTable([
    ['rules', 'ns a rule', 'µs an event'],
    ...counts.map((count, index) => [decimal(count), decimal(times[index] ?? 0), decimal(((times[index] ?? 0) * count) / 1e3, 1)]),
  ])
  console.log(`  from 10 to 1,000 a rule costs ${decimal((times[2] ?? 0) / (times[0] ?? 1), 2)} × (linear: 1)\n`)
}

type Hostile = { readonly what: string; readonly condition: string; readonly value: (bytes: number) => string }
const repeated = (text: string) => (bytes: number) => text.repeat(Math.ceil(bytes / text.length)).slice(0, bytes)

const HOSTILE: readonly Hostile[] = [
  { what: 'regex (a|aa)*b', condition: 'x.y regex "(a|aa)*b"', value: repeated('a') },
  { what: 'regex (.*a){20}', condition: 'x.y regex "(.*a){20}c"', value: repeated('ab') },
  { what: 'glob *a*a*a*a*b', condition: 'x.y glob "*a*a*a*a*a*a*a*a*b"', value: repeated('a') },
  { what: 'iglob *[ab]*c', condition: 'x.y iglob "*[a-b]*[a-b]*[a-b]*c"', value: repeated('aB') },
  { what: 'contains aa…ab', condition: `x.y contains ${'a'.repeat(254)}b`, value: repeated('a') },
  { what: 'icontains ab…ac', condition: `x.y icontains ${'ab'.repeat(126)}ac`, value: repeated('AB') },
  { what: 'pmatch /*/*/b', condition: 'x.y pmatch ("/*/*/b")', value: repeated('/a') },
  { what: 'contains val()', condition: 'x.y contains val(x.z)', value: repeated('a') },
]

function hostile(): void {
  const sizes = [10_000, 50_000, 100_000]
  const fields = jsonFields()
  console.log('values made to be slow, ms')
  const rows = HOSTILE.map(({ what, condition, value }) => {
    const matches = compileCondition(parseCondition(condition), fields)
    const times = sizes.map((bytes) => {
      const text = value(bytes)
      const event = { 'x.y': text, 'x.z': `${text.slice(0, bytes / 2)}!` }
      const runs = Array.from({ length: ROUNDS + 2 }, () => {
        const start = performance.now()
        if (matches(event)) kept += 1
        return performance.now() - start
      })
      return median(runs.slice(2))
    })
    const [first = 0, , last = 0] = times
    return [what, ...times.map((time) => decimal(time, 3)), `${decimal(last / first, 1)} ×`]
  })
  printTable([['', ...sizes.map((bytes) => `${decimal(bytes / 1000)} KB`), '10 → 100 KB (linear: 10)'], ...rows])
}

pack()
beside()
growth()
hostile()
if (kept < 0) console.log(kept)
