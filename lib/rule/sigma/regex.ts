import { ConditionError } from '../../condition/error.ts'
import { compileRegex } from '../../condition/regex.ts'
import { fold } from './fold.ts'
import { ANYTHING, inlineFlags, LINE_FEED, RegexSyntaxError, translateRegex } from './regex-syntax.ts'
import type { RegexFlag, Where } from './value.ts'

type Options = { readonly flags: ReadonlySet<RegexFlag>; readonly where: Exclude<Where, 'whole'> }

/** A search in a value by a regular expression, in time linear in the value's length; or why it is none. The engine is that of conditions, RE2
 *  in POSIX syntax: what Perl's has beside it is rewritten, or refused where it cannot be (look-around, back references, `\b`, `\p`), and
 *  so is what is over 255 bytes then. `i` folds both sides. Source: Sigma modifiers appendix, "Regular Expression". */
export function compileSearch(
  pattern: string,
  { flags, where }: Options,
): { readonly found: (value: string) => boolean } | { readonly invalid: string } {
  try {
    const { body, flags: all } = inlineFlags(pattern, flags)
    const translated = translateRegex(body, all)
    // Alone first: `a)|(b` is none, whatever stands around it.
    compile(translated)
    const anything = all.has('m') ? `${ANYTHING}*` : '.*'
    const matches = compile(`${where === 'start' ? '' : anything}(${translated})${where === 'end' ? '' : anything}`)
    return { found: (value) => matches(prepared(value, all)) }
  } catch (error) {
    if (error instanceof RegexSyntaxError) return { invalid: error.message }
    if (error instanceof ConditionError) return { invalid: error.message.replace(/^invalid regex pattern: |^filter parameter /, '') }
    throw error
  }
}

function compile(text: string): (value: string) => boolean {
  return compileRegex({ kind: 'literal', text, at: { offset: 0, line: 1, column: 1 } })
}

/** POSIX has `^` and `$` at every line. Where lines do not count there must be none, so line feeds are another character. */
function prepared(value: string, flags: ReadonlySet<RegexFlag>): string {
  const text = (flags.has('i') ? fold(value) : value).toWellFormed()
  return flags.has('m') ? text : text.replaceAll(LINE_FEED, '\ufffd').replaceAll('\n', LINE_FEED)
}
