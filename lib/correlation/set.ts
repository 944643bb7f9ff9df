import type { Detection } from '../detection/detection.ts'
import type { LinkedCorrelation, RuleKey } from './linked.ts'
import { type Stream, streamsOf } from './stream.ts'

/** A Sigma rule that correlations name, ready to be asked. `byRuleAlone`: it reads `alert.rule` and nothing else. */
export type BaseRule = { readonly key: RuleKey; readonly byRuleAlone: boolean; readonly matches: (detection: Detection) => boolean }

/** All correlations of an installation, ready to be evaluated. */
export type CorrelationSet = {
  readonly correlations: readonly LinkedCorrelation[]
  readonly byTitle: ReadonlyMap<string, LinkedCorrelation>
  readonly baseRules: readonly BaseRule[]
  /** The agents' fields that are kept with what a hit showed. */
  readonly evidenceFields: readonly string[]
  /** What a rule's detections are hits of by its name alone. */
  readonly keysByRule: (detection: Detection) => readonly RuleKey[]
  /** The streams that keep hits of a rule. */
  readonly streamsOf: (rule: RuleKey) => readonly Stream[]
  readonly streamOf: (correlation: LinkedCorrelation) => Stream | undefined
}

export function correlationSet(
  correlations: readonly LinkedCorrelation[],
  baseRules: readonly BaseRule[],
  evidenceFields: readonly string[] = [],
): CorrelationSet {
  const streams = streamsOf(correlations)
  const byRule = new Map<RuleKey, Stream[]>()
  for (const stream of streams) {
    for (const rule of stream.keeps.keys()) byRule.set(rule, [...(byRule.get(rule) ?? []), stream])
  }
  const byKey = new Map(streams.map((stream) => [stream.key, stream]))
  return {
    correlations,
    byTitle: new Map(correlations.map((one) => [one.title, one])),
    baseRules: baseRules.filter(({ key, byRuleAlone }) => byRule.has(key) && !byRuleAlone),
    evidenceFields: evidenceFields.slice(0, MOST_FIELDS),
    keysByRule: byName(baseRules.filter(({ key, byRuleAlone }) => byRule.has(key) && byRuleAlone)),
    streamsOf: (rule) => byRule.get(rule) ?? [],
    streamOf: ({ streamKey }) => byKey.get(streamKey),
  }
}

const MOST_FIELDS = 20
const MOST_NAMES = 5000

/** The keys of those rules that match, asked once for each name; attackers can make up names, so not for all of them. */
function byName(baseRules: readonly BaseRule[]): CorrelationSet['keysByRule'] {
  const known = new Map<string, readonly RuleKey[]>()
  return (detection) => {
    const before = known.get(detection.rule)
    if (before) return before
    if (known.size >= MOST_NAMES) known.clear()
    const keys = baseRules.filter(({ matches }) => matches(detection)).map(({ key }) => key)
    known.set(detection.rule, keys)
    return keys
  }
}

/** What the detection is a hit of: its own rule, and the Sigma rules that match it. A rule that is called as our keys are is a forgery. */
export function keysOf(detection: Detection, { baseRules, keysByRule, streamsOf: streams }: CorrelationSet): readonly RuleKey[] {
  const { rule } = detection
  const own = /^(?:correlation|sigma)\//.test(rule) || streams(rule).length === 0 ? [] : [rule]
  return [...own, ...keysByRule(detection), ...baseRules.filter(({ matches }) => matches(detection)).map(({ key }) => key)]
}
