/** The evident correction for `rest`, the text from where reading failed, after the token `last`; undefined when there is none. */
export function hintFor(rest: string, last: string): string | undefined {
  return (
    hintForCase(rest, last) ?? hintForCall(rest, last) ?? HABITS.find(([pattern]) => pattern.test(rest))?.[1] ?? hintForName(rest, last)
  )
}

const KEYWORDS = /^(?:and|or|not)$/
const MODIFIERS = /^(?:oneof|anyof|allof)$/
const OPERATORS = /^(?:exists|in|intersects|pmatch|i?contains|startswith|endswith|i?glob|regex)$/
const CALLS = /^(?:tolower|toupper|b64|basename|len|join|concat|getopt)$/

function hintForCase(rest: string, last: string): string | undefined {
  const words = [last, /^[a-zA-Z]+/.exec(rest)?.[0] ?? '']
  for (const word of words) {
    const lowered = word.toLowerCase()
    if (word !== lowered && KEYWORDS.test(lowered)) return `keywords are lower case: ${lowered}`
    if (word !== lowered && OPERATORS.test(lowered)) return `operators are lower case: ${lowered}`
  }
  return undefined
}

function hintForCall(rest: string, last: string): string | undefined {
  if (!/^\s*\(/.test(rest)) return undefined
  if (last === 'val') return 'val() stands on the right side only'
  if (CALLS.test(last)) return `no blank stands before the parenthesis: ${last}(…)`
  const word = last.toLowerCase()
  return MODIFIERS.test(word) ? `write it in lower case, with a blank before the list: ${word} (…)` : undefined
}

function hintForName(rest: string, last: string): string | undefined {
  if (last === '~') return 'write regex (RE2, the whole value) or glob'
  const operator = /^(?:[=<>]|!=|(?:exists|contains|startswith|endswith|in)\b)/.test(rest)
  return operator && /^[a-zA-Z]\w*$/.test(last) ? `a field name has a dot, so '${last}' is read as a macro` : undefined
}

// What people write who know another language, and what it is here.
const HABITS: readonly (readonly [RegExp, string])[] = [
  [
    /^not\s+(?:in|intersects|pmatch|exists|i?contains|startswith|endswith|i?glob|regex)\b/,
    'the negation stands before the check: not field in (…)',
  ],
  [/^&/, 'write and'],
  [/^\|/, 'write or'],
  [/^!(?!=)/, 'write not'],
  [/^(?:=~|~|matches\b|r?like\b)/i, 'write regex (RE2, the whole value) or glob'],
  [/^<>/, 'write !='],
  [/^(?:is|eq|equals)\b/i, 'write ='],
  [/^i(?:startswith|endswith|regex|in)\b/, 'only contains and glob have a form that ignores case; compare tolower(field)'],
  [/^(?:[ib]?contains|b?startswith|endswith|i?glob|regex)(?=[^\s])/, 'the operator needs a blank after it'],
  [/^(?:#|\/\/)/, 'conditions have no comments'],
]
