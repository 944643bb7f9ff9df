import * as z from 'zod'

export type Labels = Readonly<Record<string, string>>

const Texts = z.record(z.string(), z.string())
const Expression = z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() })

/** Kubernetes' LabelSelector. */
export const Selector = z.object({ matchLabels: Texts.nullish(), matchExpressions: z.array(Expression).nullish() })
export type Selector = z.infer<typeof Selector>

/** Source: Kubernetes, LabelSelector: all of matchLabels and matchExpressions must hold; an empty selector selects everything. */
export function selects({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels ?? {}).every(([key, value]) => labelOf(labels, key) === value) &&
    (matchExpressions ?? []).every(({ key, operator, values }) => {
      const value = labelOf(labels, key)
      if (operator === 'In') return value !== undefined && (values ?? []).includes(value)
      if (operator === 'NotIn') return value === undefined || !(values ?? []).includes(value)
      return operator === 'Exists' ? value !== undefined : value === undefined
    })
  )
}

/** The keys of labels that a pod must have for the selector to select it: without one of them it does not. */
export function neededKeys({ matchLabels, matchExpressions }: Selector): readonly string[] {
  const expressions = (matchExpressions ?? []).filter(({ operator }) => operator === 'In' || operator === 'Exists')
  return [...new Set([...Object.keys(matchLabels ?? {}), ...expressions.map(({ key }) => key)])]
}

/** A label may be named `constructor`. */
export function labelOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
