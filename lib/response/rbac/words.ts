import type { RbacRule } from '../action.ts'
import { actionNamed } from '../actions/index.ts'
import type { ActionUse } from '../rbac.ts'
import { type Right, rightsOf, rightWords } from './rights.ts'

/** What else could be done with a right by whoever gets hold of the identity, beside what Creance does with it. Source: Kubernetes, "RBAC Good
 *  Practices", and the fields that each kind lets be changed. */
const WIDER: readonly (readonly [RegExp, string])[] = [
  [/^patch pods$/, 'changes labels and annotations of any pod, and the images of its containers too'],
  [/^delete pods$/, 'deletes any pod: which, and how many in a while, only Creance’s guards say'],
  [/^create pods\/eviction$/, 'evicts any pod, as far as its disruption budgets allow it'],
  [/^get pods\/log$/, 'reads the log of any pod, and the secrets that stand in it (what is kept has them taken out)'],
  [/^patch nodes$/, 'changes labels and taints of any node too, by which pods are moved; only its cordon is used'],
  [/^patch \w+\.apps\/scale$/, 'scales any of them, up too'],
  [/^patch jobs\./, 'changes more of any Job than whether it is suspended'],
  [/^patch cronjobs\./, 'changes what any CronJob runs, and as which service account; only its suspension is used'],
  [/^create \w*networkpolicies\./, 'cuts off any pod, and allows what other policies do not'],
  [/^delete \w*networkpolicies\./, 'deletes any policy; Creance only deletes its own'],
]

/** A right, and what else it allows. */
export type WiderRight = { readonly right: string; readonly words: string }

/** Those of the rules' rights that reach further than what is done with them. */
export function widerRights(rules: readonly RbacRule[]): readonly WiderRight[] {
  return rightsOf(rules).flatMap((right: Right) => {
    const words = WIDER.find(([pattern]) => pattern.test(rightWords(right)))?.[1]
    return words === undefined ? [] : [{ right: rightWords(right), words }]
  })
}

const BY = { response: '', dry_run: ' (only says what it would do)', hand: ' (by hand)' } as const

/** What the acting identity's role was made from, a line each: the actions with their words, and what its rights reach further than. */
export function actWords(uses: readonly ActionUse[], rules: readonly RbacRule[]): readonly string[] {
  const lines = uses.map(({ name, by = 'response' }) => `  ${name}${BY[by]}: ${actionNamed(name)?.description ?? ''}`)
  const wider = widerRights(rules).map(({ right, words }) => `  ${right}: ${words}`)
  return [
    ...(uses.length > 0 ? ['The acting identity, for these actions:', ...new Set(lines)] : ['The acting identity; no action is in use.']),
    ...(wider.length > 0 ? ['RBAC knows no finer rights than these, which allow more than is done with them:', ...wider] : []),
  ]
}

/** Likewise of the reading identity. */
export const READ_WORDS: readonly string[] = [
  'The reading identity: what is read to describe a pod. What of it is not granted is told as not read.',
  'It reads no Secrets, no ConfigMaps and no logs, and changes nothing.',
]
