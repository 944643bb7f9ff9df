import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { CodedError, messageOf } from '../error.ts'
import { formatProblem, type Problem } from './problem.ts'
import { parseItem, type RuleItem, readRuleFile } from './yaml-file.ts'

export type RuleFile = { readonly file: string; readonly text: string }
export type RuleFiles = { readonly files: readonly RuleFile[]; readonly items: readonly RuleItem[]; readonly problems: readonly Problem[] }

/** All rule files under these paths (folders: every .yaml and .yml in them), and the items of those that are ours, not Falco's. `counts`: whether a file is
 *  looked into, by its text. Throws `invalid_config` where a path cannot be read. */
export function readRuleFiles(paths: readonly string[], counts: (text: string) => boolean = () => true): RuleFiles {
  const files = paths
    .flatMap(ruleFiles)
    .map((file) => ({ file, text: textOf(file) }))
    .filter(({ text }) => counts(text))
  const read = files.filter((one) => !isFalcoFile(one)).map(({ file, text }) => readRuleFile(file, text))
  return { files, items: read.flatMap(({ items }) => items), problems: read.flatMap(({ problems }) => problems) }
}

/** The items of one kind, for a function that needs no other: those that have this key. Only the files that may have one are parsed, since YAML takes
 *  longer than all else at a cold start; the others are checked before they are deployed. Throws `invalid_config` with the first problems. */
export function loadKind<T>(paths: readonly string[], kind: string, schema: z.ZodType<T>): readonly T[] {
  const { files, items, problems } = readRuleFiles(paths, (text) => mayHaveKey(text, kind))
  const lost = files.filter(isFalcoFile).flatMap(mixed)
  const parsed = items.filter((item) => isOfKind(item, kind)).map((item) => parseItem(item, schema))
  throwProblems([...problems, ...lost, ...parsed.flatMap((result) => ('problems' in result ? result.problems : []))])
  return parsed.flatMap((result) => ('value' in result ? [result.value] : []))
}

/** Never false where the YAML has this key: it is written out, or with an escape of a letter in double quotes. */
function mayHaveKey(text: string, key: string): boolean {
  return text.includes(key) || /\\[xuU\r\n]/.test(text)
}

export function isOfKind({ value }: RuleItem, kind: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, kind)
}

const FALCO_KINDS = '(?:rule|macro|list|required_engine_version|required_plugin_versions)'
/** An item that begins with one of these keys, or has it anywhere. */
const FALCO_ITEM = new RegExp(`^-\\s+\\{?\\s*['"]?${FALCO_KINDS}['"]?\\s*:`, 'm')
const FALCO_KEY = new RegExp(`^\\s*(?:-\\s+)?\\{?\\s*['"]?${FALCO_KINDS}['"]?\\s*:`, 'm')
const OWN_ITEM = /^(?:-\s+)?['"]?(?:response|route|permission|guards|correlation|detection|stage|silence|cluster)['"]?\s*:/m

/** Whether these are Falco's rules, which are read by Falco's own rules for YAML (lib/rule/falco). Told by the text, since what those allow
 *  may be an error elsewhere. */
export function isFalcoFile({ text }: RuleFile): boolean {
  return FALCO_ITEM.test(text) || (FALCO_KEY.test(text) && !OWN_ITEM.test(text))
}

/** The names of the rules in a file of Falco's, read from the text alone: enough to know that they are there. */
export function falcoRuleNames({ text }: RuleFile): readonly string[] {
  return [...text.matchAll(/^-\s+\{?\s*['"]?rule['"]?\s*:\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^\n]*?))\s*(?:,.*|#.*)?$/gm)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? '',
  )
}

/** What is wrong with a file of Falco's that has items of ours too: Falco would pass over them with a warning, and nobody would load them. */
export function mixed({ file, text }: RuleFile): readonly Problem[] {
  const before = OWN_ITEM.exec(text)
  if (!before) return []
  const line = text.slice(0, before.index).split('\n').length
  const message = "this file has rules of Falco's: what is not theirs belongs into another file"
  return [{ file, line, column: 1, severity: 'error', code: 'mixed_file', message }]
}

/** Ends a start with bad rules: throws `invalid_config` that names the first five errors, if there is any. */
export function throwProblems(problems: readonly Problem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new CodedError('invalid_config', `rules: ${errors.slice(0, 5).map(formatProblem).join(' | ')}`)
}

function ruleFiles(path: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [path]
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  } catch (cause) {
    throw new CodedError('invalid_config', `rules: ${path} cannot be read`, { cause })
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new CodedError('invalid_config', `rules: ${file} cannot be read: ${messageOf(cause)}`, { cause })
  }
}
