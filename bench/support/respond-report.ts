import { actedWithin, type Burst, type Times, within } from './respond-measure.ts'
import type { Effect } from './respond-watch.ts'
import { decimal, printTable } from './table.ts'

/** falco-talon on another machine of two cores, with a real kube-apiserver: what the bars were set by. */
const ELSEWHERE = { labelMs: 800, deleteMs: 600, burst: '20 to 26 of 200' }

/** What one contender took for one effect, alert after alert. */
export type One = { readonly name: string; readonly effect: Effect; readonly times: Times }
/** `what`: the burst in words, the effect first. */
export type Many = { readonly name: string; readonly what: string; readonly burst: Burst }

/** Prints the figures, those of elsewhere where the peer was not measured (`paired`), and the bars that Creance is to keep. */
export function report(ones: readonly One[], manys: readonly Many[], paired: boolean): void {
  console.log('from the POST of an alert to its effect, seen by a watch on a kube-apiserver; ms\n')
  console.log(`one at a time, ${Math.max(...ones.map(({ times }) => times.length))} rounds`)
  printTable([
    ['', 'p50', 'p95', 'worst', 'first'],
    ...ones.map(({ name, effect, times }) => [`${name}: ${effect}`, ...spread(times), ms(times[0])]),
    ...(paired
      ? []
      : [
          ['falco-talon, elsewhere: label', ms(ELSEWHERE.labelMs), '', '', ''],
          ['falco-talon, elsewhere: delete', ms(ELSEWHERE.deleteMs), '', '', ''],
        ]),
  ])
  console.log('\na burst: an alert about each pod, all at once; counted from the first POST')
  printTable([
    ['', 'within 15 s', 'p50', 'p95', 'worst', 'CPU ms an alert', 'peak RSS, MB'],
    ...manys.map(({ name, what, burst: { times, cpuMs, peakMb } }) => [
      `${name}: ${what}`,
      `${actedWithin(times)} of ${times.length}`,
      ...spread(times),
      decimal(cpuMs / times.length, 1),
      decimal(peakMb),
    ]),
    ...(paired ? [] : [['falco-talon, elsewhere: label', ELSEWHERE.burst, '', '', '', '', '']]),
  ])
  console.log('\nrequests to the API server, an alert of a burst')
  for (const { name, what, burst } of manys) {
    const words = burst.requests.map(([key, count]) => `${key} ${decimal(count / burst.times.length, 1)}`)
    console.log(`  ${name}: ${what}: ${words.join(', ')}`)
  }
  console.log()
  for (const remark of new Set(manys.flatMap(({ burst: { remarks } }) => remarks))) console.log(remark)
  if (!paired)
    console.log('falco-talon was not measured here (TALON names no binary): its figures were measured elsewhere, on another machine.')
  printBars(ones, manys)
}

function printBars(ones: readonly One[], manys: readonly Many[]): void {
  const p50 = (effect: Effect) => withUnit(within(ones.find((one) => isOurs(one) && one.effect === effect)?.times ?? [], 0.5))
  const labels = manys.filter((many) => isOurs(many) && many.what.startsWith('label')).map(({ burst: { times } }) => times)
  const pods = labels[0]?.length ?? 0
  const least = Math.min(...labels.map((times) => actedWithin(times)))
  const slowest = Math.max(...labels.map((times) => within(times, 0.95)))
  printTable(
    [
      ['bar: label, p50', 'at most 100 ms', `measured ${p50('label')}`],
      ['bar: delete, p50', 'at most 100 ms', `measured ${p50('delete')}`],
      ['bar: the worst burst, label', 'all within 15 s', `measured ${least} of ${pods}`],
      ['bar: the worst burst, label, p95', 'at most 3,000 ms', `measured ${withUnit(slowest)}`],
    ],
    3,
  )
}

const isOurs = ({ name }: { readonly name: string }): boolean => name.startsWith('creance')
const spread = (times: Times): readonly string[] => [0.5, 0.95, 1].map((share) => ms(within(times, share)))

const withUnit = (value: number): string => (Number.isFinite(value) ? `${ms(value)} ms` : 'never')

function ms(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? 'never' : decimal(value)
}
