// What anybody would write first: no store, no incidents, nothing late, nothing twice, gone with the process.

const WINDOW_NS = 600_000_000_000n
const ENOUGH = 5

type Plain = { readonly rule: string; readonly time: string; readonly output_fields: Readonly<Record<string, unknown>> }

/** Counts alerts of a rule and pod in a sliding window of ten minutes; returns how often there were five. */
export function plainLoop(lines: Iterable<string>): number {
  const windows = new Map<string, bigint[]>()
  let fired = 0
  for (const line of lines) {
    const { rule, time, output_fields: fields }: Plain = JSON.parse(line)
    const at = BigInt(Date.parse(time)) * 1_000_000n
    const key = `${rule} ${fields['k8s.ns.name']}/${fields['k8s.pod.name']}`
    const window = windows.get(key) ?? []
    while (window[0] !== undefined && window[0] < at - WINDOW_NS) window.shift()
    window.push(at)
    windows.set(key, window)
    if (window.length === ENOUGH) fired += 1
  }
  return fired
}
