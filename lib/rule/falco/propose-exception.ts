import { compileCondition } from '../../condition/compile.ts'
import { ConditionError } from '../../condition/error.ts'
import { jsonFields } from '../../condition/fields/json.ts'
import { parseCondition } from '../../condition/parse.ts'
import type { Detection } from '../../detection/detection.ts'
import { contentId } from '../../detection/id.ts'
import { CANDIDATES, type Candidate } from './exception-candidates.ts'
import { needsByteEscapes, quoteExactly, yamlScalar } from './exception-value.ts'
import type { FalcoRule, RuleException } from './rule.ts'
import { whyUnstable } from './stable-field.ts'

/** An exception for one rule. `yaml`: an item that adds it, to be read after the rule. `fields`, `comps` and `values` go together; `values`
 *  are the detection's own, unquoted. `why`: a line a field. `leftOut`: a line for each field that would have made it narrower. */
export type ExceptionProposal = {
  readonly kind: 'proposed'
  readonly yaml: string
  readonly name: string
  readonly fields: readonly string[]
  readonly comps: readonly string[]
  readonly values: readonly string[]
  readonly why: readonly string[]
  readonly leftOut: readonly string[]
}
export type NoException = { readonly kind: 'none'; readonly reason: string }

/** The narrowest exception by which this detection is no threat, and which holds the next time: one that the rule declares, if it compares two
 *  or more fields exactly, else a new one of what says who did it and what was done. It excepts the detection, and no event with another
 *  value in any of its fields. Pure; the same detection gives the same text. */
export function proposeException(detection: Detection, rule?: Pick<FalcoRule, 'source' | 'exceptions'>): ExceptionProposal | NoException {
  const candidates = CANDIDATES.get(rule?.source ?? detection.source)
  if (candidates === undefined || OTHER_AGENTS.has(detection.agent)) {
    return none(`no exception is known for alerts of ${detection.agent}, source ${detection.source}`)
  }
  if (!detection.rule.isWellFormed()) return none("the rule's name is no text")
  const declared = narrowestDeclared(detection, rule?.exceptions ?? [])
  if (declared !== undefined && declared.parts.length > 1) return proposed(detection, declared)
  const tried = candidates.all.map((candidate) => tryCandidate(detection, candidate))
  const leftOut = tried.flatMap(({ unusable }) => unusable)
  const parts = tried.flatMap(({ part }) => part ?? [])
  const says = candidates.needs.every((role) => tried.some(({ part, candidate }) => part !== undefined && candidate.role === role))
  if (parts.length > 1 && says) return proposed(detection, { parts, leftOut })
  // The rule's author finds this one field enough.
  if (declared !== undefined) return proposed(detection, { parts: declared.parts, leftOut })
  return none(['no stable fields say who did it and what was done', ...leftOut].join('; '))
}

type Part = { readonly field: string; readonly comp: string; readonly value: string; readonly written: string; readonly why: string }
/** What an exception is made of. `known`: the name of the declared one that it adds to. */
type Draft = { readonly parts: readonly Part[]; readonly leftOut?: readonly string[]; readonly known?: string }
/** A field's part; why it has none that can be used; undefined where the detection has no such field. */
type Attempt = Part | { readonly unusable: string } | undefined

const OTHER_AGENTS: ReadonlySet<string> = new Set(['tetragon', 'tracee', 'kubearmor'])
const FIELDS = jsonFields({ strict: true })
/** A prefix or a pattern of an attacker's choosing would except more than what was seen, in the end everything. */
const EXACT: ReadonlySet<string> = new Set(['=', '==', 'in'])

/** Falco takes no longer ones; U+FFFD stands where the agent had bytes that it could not print. */
const VALUE_MAX = 255
const UNWRITABLE = 'its value cannot be written in a rule'

/** An exception of one field is made anew: whether the declared one takes rows or a flat list of values is not known here. */
function narrowestDeclared(detection: Detection, exceptions: readonly RuleException[]): Draft | undefined {
  const drafts = exceptions.flatMap(({ name, fields, comps }): readonly Draft[] => {
    const single = fields.length === 1
    const why = `the rule's exception ${name} compares it`
    const parts = fields.map((field, index) => makePart(detection, { field, comp: single ? '=' : (comps[index] ?? ''), why }))
    if (parts.length === 0 || !parts.every((part) => part !== undefined && 'field' in part)) return []
    return [{ parts, ...(single ? {} : { known: name }) }]
  })
  return drafts.toSorted((a, b) => b.parts.length - a.parts.length)[0]
}

function tryCandidate(detection: Detection, candidate: Candidate): { candidate: Candidate; part?: Part; unusable: readonly string[] } {
  const unusable: string[] = []
  for (const field of candidate.fields) {
    const part = makePart(detection, { field, comp: '=', why: candidate.why })
    if (part !== undefined && 'field' in part) return { candidate, part, unusable: [] }
    if (part !== undefined) unusable.push(part.unusable)
  }
  return { candidate, unusable }
}

function makePart(detection: Detection, { field, comp, why }: Pick<Part, 'field' | 'comp' | 'why'>): Attempt {
  const value = textIn(detection, field)
  if (value === undefined) return undefined
  if (!EXACT.has(comp)) return { unusable: `${field} is left out: ${comp} does not compare exactly` }
  if (value.length > VALUE_MAX || value.includes('\ufffd')) return { unusable: `${field} is left out: ${UNWRITABLE}` }
  const unstable = whyUnstable(field, value)
  if (unstable !== undefined) return { unusable: `${field} is left out: ${unstable}` }
  const written = quoteExactly(value)
  const holds = excepts(detection, `${field} ${comp} ${comp === 'in' ? `(${written})` : written}`)
  if (!holds) return { unusable: `${field} is left out: ${UNWRITABLE}` }
  return { field, comp, value, written, why: `${field}: ${why}${needsByteEscapes(written) ? ' (needs Falco’s engine 0.63)' : ''}` }
}

/** A scalar as text; undefined where the agent has none. */
function textIn({ fields }: Detection, field: string): string | undefined {
  const value = Object.hasOwn(fields, field) ? fields[field] : undefined
  if (value === undefined || value === null || typeof value === 'object') return undefined
  return ['', '<NA>'].includes(String(value)) ? undefined : String(value)
}

/** Whether the check can be compiled and holds for the detection: what Falco would not load, or reads as another value, is no part of anything. */
function excepts(detection: Detection, check: string): boolean {
  try {
    return compileCondition(parseCondition(check), FIELDS)(detection.fields)
  } catch (error) {
    if (error instanceof ConditionError) return false
    throw error
  }
}

function proposed(detection: Detection, { parts, leftOut = [], known }: Draft): ExceptionProposal {
  const fields = parts.map(({ field }) => field)
  const comps = parts.map(({ comp }) => comp)
  const values = parts.map(({ value }) => value)
  // By its content, so that two that were proposed before either is loaded do not have one name.
  const name = known ?? `not_a_threat_${contentId(detection.rule, fields, values).slice(0, 8)}`
  const yaml = [
    `- rule: ${yamlScalar(detection.rule)}`,
    '  exceptions:',
    `    - name: ${yamlScalar(name)}`,
    ...(known === undefined
      ? [`      fields: [${fields.map(yamlScalar).join(', ')}]`, `      comps: [${comps.map(yamlScalar).join(', ')}]`]
      : []),
    '      values:',
    `        - [${parts.map(({ written }) => yamlScalar(written)).join(', ')}]`,
    '  override:',
    '    exceptions: append',
    '',
  ].join('\n')
  return { kind: 'proposed', yaml, name, fields, comps, values, why: parts.map(({ why }) => why), leftOut }
}

function none(reason: string): NoException {
  return { kind: 'none', reason }
}
