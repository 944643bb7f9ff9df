import type { Detection } from '../detection/detection.ts'
import type { LinkedCorrelation, RuleKey } from './linked.ts'
import { type Stream, streamsOf } from './stream.ts'

/** A Sigma rule that correlations name, ready to be asked. */
export type BaseRule = { readonly key: RuleKey; readonly matches: (detection: Detection) => boolean }

/** All correlations of an installation, ready to be evaluated. */
export type CorrelationSet = {
  readonly correlations: readonly LinkedCorrelation[]
  readonly byTitle: ReadonlyMap<string, LinkedCorrelation>
  readonly baseRules: readonly BaseRule[]
  /** The streams that keep hits of a rule. */
  readonly streamsOf: (rule: RuleKey) => readonly Stream[]
  readonly streamOf: (correlation: LinkedCorrelation) => Stream | undefined
}

export function correlationSet(correlations: readonly LinkedCorrelation[], baseRules: readonly BaseRule[]): CorrelationSet {
  const streams = streamsOf(correlations)
  const byRule = new Map<RuleKey, Stream[]>()
  for (const stream of streams) {
    for (const rule of stream.keeps.keys()) byRule.set(rule, [...(byRule.get(rule) ?? []), stream])
  }
  const byKey = new Map(streams.map((stream) => [stream.key, stream]))
  return {
    correlations,
    byTitle: new Map(correlations.map((one) => [one.title, one])),
    baseRules: baseRules.filter(({ key }) => byRule.has(key)),
    streamsOf: (rule) => byRule.get(rule) ?? [],
    streamOf: ({ streamKey }) => byKey.get(streamKey),
  }
}

export const NO_CORRELATIONS = correlationSet([], [])

/** What the detection is a hit of: its own rule, and the Sigma rules that match it. A rule that is called as our keys are is a forgery. */
export function keysOf(detection: Detection, { baseRules, streamsOf: streams }: CorrelationSet): readonly RuleKey[] {
  const { rule } = detection
  const own = /^(?:correlation|sigma)\//.test(rule) || streams(rule).length === 0 ? [] : [rule]
  return [...own, ...baseRules.filter(({ matches }) => matches(detection)).map(({ key }) => key)]
}
