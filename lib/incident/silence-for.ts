import { ConditionError } from '../condition/error.ts'
import { parseCondition } from '../condition/parse.ts'
import { contentId } from '../detection/id.ts'
import { quoteExactly } from '../rule/falco/exception-value.ts'
import { compileBoundedMatch } from './bounded-match.ts'
import type { Incident, Subject } from './incident.ts'
import type { AskedSilence } from './silence.ts'
import { worstRule } from './worst-rule.ts'

/** `1h`, `8h`, `7d`: all of the incident's rules on its subject, for so long; `rule`: one rule there, for seven days. */
export const SILENCE_CHOICES = ['1h', '8h', '7d', 'rule'] as const
export type SilenceChoice = (typeof SILENCE_CHOICES)[number]

/** Evidence has no more of a rule's name (detection/evidence.ts). */
const RULE_BYTES = 253
const HOUR_MS = 3600_000
const SPANS: Readonly<Record<SilenceChoice, { readonly ms: number; readonly words: string }>> = {
  '1h': { ms: HOUR_MS, words: 'for 1 hour' },
  '8h': { ms: 8 * HOUR_MS, words: 'for 8 hours' },
  '7d': { ms: 7 * 24 * HOUR_MS, words: 'for 7 days' },
  rule: { ms: 7 * 24 * HOUR_MS, words: 'for 7 days' },
}

/** `what`: in words, for people. */
export type MadeSilence = { readonly kind: 'made'; readonly silence: AskedSilence; readonly what: string }
export type NoSilence = { readonly kind: 'none'; readonly reason: string }

/** Who wants it (`by` as it is shown, `byId` the person), when (Unix ms), and of what was shown: `rule`, for the choice of one (its worst where none is given);
 *  `rules`, for the others (all where none are given). */
export type Wanted = {
  readonly by: string
  readonly byId?: string | undefined
  readonly nowMs: number
  readonly rule?: string | undefined
  readonly rules?: readonly string[] | undefined
}

/** The silence that keeps an incident's detections quiet, and those of no other subject. Its name is a function of all that is given. Names and
 *  rules are an attacker's: one that cannot be written in Falco's language as exactly that text gives no silence, and says why. Pure. */
export function silenceFor(
  incident: Incident,
  choice: SilenceChoice,
  { by, byId, nowMs, rule, rules: shown = incident.rules }: Wanted,
): MadeSilence | NoSilence {
  const rules = choice === 'rule' ? [rule ?? worstRule(incident)] : shown
  if (rules.some((rule) => Buffer.byteLength(rule) >= RULE_BYTES))
    return { kind: 'none', reason: 'the name of a rule is too long to be told from others' }
  const where = whereOf(incident)
  const quoted = [...rules.map((rule) => quotedAs('the rule', rule)), ...where.checks.map(([, value]) => quotedAs(where.words, value))]
  const wrong = [where.problem, ...quoted.map(({ problem }) => problem)].find((problem) => problem !== undefined)
  if (wrong !== undefined) return { kind: 'none', reason: wrong }
  const texts = quoted.map(({ text }) => text)
  const checks = where.checks.map(([field], at) => anyOf(field, texts[rules.length + at] ?? ''))
  const match = [`alert.rule in (${texts.slice(0, rules.length).join(', ')})`, ...checks, ...where.also].join(' and ')
  const problem = compileBoundedMatch(match)
  if (problem instanceof ConditionError) return { kind: 'none', reason: `its match cannot be compiled: ${problem.message}` }
  const { ms, words } = SPANS[choice]
  const until = new Date(nowMs + ms).toISOString()
  const what = `${choice === 'rule' ? `"${rules[0]}"` : 'the rules of this incident'} on ${nameOf(incident.subject)}, ${words}`
  const name = `silence-${contentId('silence', incident.id, choice, byId ?? by, nowMs).slice(0, 10)}`
  const asked = { by: by.slice(0, 200), ...(byId === undefined ? {} : { byId }), incident: incident.id }
  return { kind: 'made', silence: { name, match, until, ...asked, description: `from incident ${incident.id}` }, what }
}

type Where = {
  readonly words: string
  /** One of these fields has this value. */
  readonly checks: readonly (readonly [fields: readonly string[], value: string])[]
  readonly also: readonly string[]
  readonly problem?: string
}

const NO_POD = 'not pod.name exists'
/** Falco says `host` of a process of the node itself. */
const NO_CONTAINER = '(not container.id exists or container.id = host)'

/** What a detection of this subject has, and of no other, by how a detection's subject is found (group.ts). A correlation may find a user or a node
 *  by what was done in pods: then these are what the incident is about. */
function whereOf({ subject, pods, firings, evidence }: Incident): Where {
  const { kind, cluster, namespace = '', workload = '', container = '', node = '', user = '' } = subject
  const inCluster = [['cluster.name'], cluster] as const
  const of = (words: string, fields: Readonly<Record<string, string>>, also: readonly string[] = []): Where => {
    const own = Object.entries(fields).map(([names, value]) => [names.split(' '), value] as const)
    const isUnsaid = own.some(([, value]) => value === '')
    return { words, checks: [inCluster, ...own], also, ...(isUnsaid ? { problem: `its detections do not say on which ${kind}` } : {}) }
  }
  const isOfPods = firings.length > 0 && pods.seen.length > 0
  const isOfContainers = isOfPods || (firings.length > 0 && evidence.some(({ containerId }) => containerId !== undefined))
  const alone = [...(isOfPods ? [] : [NO_POD]), ...(isOfContainers ? [] : [NO_CONTAINER])]
  switch (kind) {
    case 'workload':
      return of('the workload', { 'pod.namespace': namespace, 'workload.name': workload })
    case 'container':
      return of('the container', { 'container.id': container, ...(node === '' ? {} : { 'node.name': node }) }, [
        NO_POD,
        ...(node === '' ? ['not node.name exists'] : []),
      ])
    case 'user':
      // Also what nobody is known of is called so
      return of('the user', { 'identity.name': user === 'nobody' ? '' : user }, alone)
    case 'namespace':
      return of('the namespace', { 'pod.namespace ka.target.namespace': namespace })
    case 'node':
      return of('the node', { 'node.name': node }, [...alone, ...(isOfPods ? [] : ['alert.source != k8s_audit'])])
    case 'cluster':
      return of('the cluster', {})
  }
}

function anyOf(fields: readonly string[], text: string): string {
  const checks = fields.map((field) => `${field} = ${text}`)
  return checks.length > 1 ? `(${checks.join(' or ')})` : (checks[0] ?? '')
}

/** The value in quotes, if it is read back as exactly that. */
function quotedAs(what: string, value: string): { readonly text: string; readonly problem?: string } {
  const text = quoteExactly(value)
  return { text, ...(readsAs(text, value) ? {} : { problem: `the name of ${what} cannot be written in a condition` }) }
}

function readsAs(text: string, value: string): boolean {
  try {
    const check = parseCondition(`alert.rule = ${text}`)
    return check.kind === 'check' && check.right?.kind === 'literal' && check.right.text === value
  } catch (error) {
    if (error instanceof ConditionError) return false
    throw error
  }
}

function nameOf({ kind, namespace, workload, container, node, user, cluster }: Subject): string {
  if (kind === 'workload') return `${namespace}/${workload}`
  if (kind === 'container') return `container ${container}`
  if (kind === 'user') return `user ${user}`
  if (kind === 'namespace') return `namespace ${namespace}`
  return kind === 'node' ? `node ${node}` : `cluster ${cluster}`
}
