import { countedTo } from './bounds.ts'
import type { Criterion } from './criterion.ts'
import type { LinkedCorrelation, RuleKey } from './linked.ts'
import { earliestOf, latestOf, SECOND_NS } from './time.ts'

/** How much of a rule's hits a stream keeps, in each slot of `slotNs` (docs/correlation.md, "What is kept"): the first and the last `ends`; of
 *  different ids and of different values of some fields the `most` that come first and that come last. `fields`: whose values are kept. */
export type Keep = {
  readonly slotNs: bigint
  readonly ends: number
  readonly ids: number
  readonly values: readonly { readonly fields: readonly string[]; readonly most: number }[]
  readonly fields: readonly string[]
}

/** The correlations that group alike: they share what is kept of a group, in one item of the table. `keepSeconds`: how long after a hit's time
 *  and its arrival it is kept. */
export type Stream = {
  readonly key: string
  readonly groupBy: readonly string[]
  readonly groupFields: ReadonlyMap<RuleKey, readonly string[]>
  readonly correlations: readonly LinkedCorrelation[]
  readonly keeps: ReadonlyMap<RuleKey, Keep>
  readonly keepSeconds: number
}

/** Where order, numbers or what is unwanted decide, the middle of a slot matters: so many of each end are kept. */
const ENDS = 128
const SUMMED_ENDS = 500
/** So long after all waiting is over, what is late still finds the others. */
const LATE_SECONDS = 3600

export function streamsOf(correlations: readonly LinkedCorrelation[]): readonly Stream[] {
  const chain = { needed: neededFields(correlations), above: aboveOf(correlations) }
  return [...Map.groupBy(correlations, ({ streamKey }) => streamKey)].map(([key, ones]) => {
    const rules = [...new Set(ones.flatMap((one) => one.rules))]
    const longestNs = latestOf(ones.map(({ spanNs, settleNs }) => 2n * spanNs + settleNs)) ?? 0n
    return {
      key,
      groupBy: ones[0]?.groupBy ?? [],
      groupFields: new Map(ones.flatMap(({ groupFields }) => [...groupFields])),
      correlations: ones,
      keeps: new Map(
        rules.map((rule) => [
          rule,
          keepOf(
            rule,
            ones.filter((one) => one.rules.includes(rule)),
            chain,
          ),
        ]),
      ),
      keepSeconds: Number(longestNs / SECOND_NS) + LATE_SECONDS,
    }
  })
}

type Needed = (key: RuleKey) => readonly string[]
/** What those above a correlation need of it, and who they are. */
type Chain = { readonly needed: Needed; readonly above: (key: RuleKey) => readonly LinkedCorrelation[] }

/** Those that name a correlation, and those that name them. */
function aboveOf(correlations: readonly LinkedCorrelation[]): Chain['above'] {
  const above: Chain['above'] = (key) => {
    const parents = correlations.filter(({ rules }) => rules.includes(key))
    return [...new Set([...parents, ...parents.flatMap((parent) => above(parent.key))])]
  }
  return above
}

/** The fields that those who name a correlation need of its points, and those who name them. */
function neededFields(correlations: readonly LinkedCorrelation[]): Needed {
  const found = new Map<RuleKey, readonly string[]>()
  const needed = (key: RuleKey): readonly string[] => {
    const known = found.get(key)
    if (known) return known
    const parents = correlations.filter(({ rules }) => rules.includes(key))
    const fields = parents.flatMap((parent) => [
      ...(parent.groupFields.get(key) ?? []),
      ...fieldsCounted(parent.criterion),
      ...needed(parent.key),
    ])
    found.set(key, [...new Set(fields)])
    return found.get(key) ?? []
  }
  return needed
}

function keepOf(rule: RuleKey, correlations: readonly LinkedCorrelation[], { needed, above }: Chain): Keep {
  const isCorrelation = rule.startsWith('correlation/')
  const slots = correlations.flatMap(({ spanNs, suppressNs, key }) => [spanNs, suppressNs, ...above(key).map((one) => one.spanNs)])
  const counted = correlations.map(({ criterion }) => countedOf(criterion))
  return {
    slotNs: earliestOf(slots) ?? SECOND_NS,
    ends: Math.max(1, ...counted.map(({ ends }) => ends)),
    ids: isCorrelation ? Math.max(1, ...counted.map(({ ends }) => ends)) : 0,
    values: counted.flatMap(({ values }) => values),
    fields: [...new Set(correlations.flatMap(({ criterion, key }) => [...fieldsCounted(criterion), ...needed(key)]))],
  }
}

function fieldsCounted(criterion: Criterion): readonly string[] {
  if (criterion.kind === 'terms') return []
  return criterion.kind === 'measure' ? [criterion.field] : criterion.fields
}

function countedOf(criterion: Criterion): { readonly ends: number; readonly values: Keep['values'] } {
  if (criterion.kind === 'terms') {
    const decidedByPresence = !criterion.ordered && criterion.terms.every(({ none }) => none.length === 0)
    return { ends: decidedByPresence ? 1 : ENDS, values: [] }
  }
  if (criterion.kind === 'measure') return { ends: SUMMED_ENDS, values: [] }
  const most = countedTo(criterion.bounds)
  switch (criterion.of) {
    case 'hits':
      return { ends: most, values: [] }
    case 'values':
      return { ends: 1, values: [{ fields: criterion.fields, most }] }
    case 'rules':
      return { ends: 1, values: [] }
    case 'sum':
      return { ends: SUMMED_ENDS, values: [] }
    case 'order':
      return { ends: ENDS, values: [] }
  }
}
