import { SHORT_ESCAPES } from '../../condition/print.ts'

// What Falco's loader takes for the ends of a list's name when it puts lists into a text, quotes or not.
const DELIMITER = /[ \t\n\r(),=]/
const INNER_WORD = /[ \t\n\r(),=][^ \t\n\r(),=]+[ \t\n\r(),=]/
/** Neither letters, marks, digits, punctuation nor symbols: controls, and what cannot be seen or turns the line around. */
const UNSEEN = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/** A value as Falco's language writes it in an exception: in quotes, so that it is never the name of a list, exactly this text when it is read
 *  again, and of printable characters alone. A word that stands between blanks, commas, brackets or `=` inside of the quotes would be taken
 *  for a list's name too: there these are written as `\xHH`, which needs Falco's engine 0.63 and is a loud error before it. No list's name has a
 *  quote in it. */
export function quoteExactly(value: string): string {
  const bounds = INNER_WORD.test(value)
  const written = Array.from(value, (character) => {
    const short = SHORT_ESCAPES.get(character)
    if (short !== undefined) return short
    return UNSEEN.test(character) || (bounds && DELIMITER.test(character)) ? escapeBytes(character) : character
  })
  // A backslash before the closing quote would escape that, whatever stands before.
  return `"${written.join('').replace(/\\\\$/, '\\x5c')}"`
}

function escapeBytes(character: string): string {
  return Array.from(Buffer.from(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
}

/** Whether Falco reads such a text only since its engine 0.63. */
export function needsByteEscapes(written: string): boolean {
  return /^"(?:[^\\]|\\[^x])*\\x/.test(written)
}

/** A text as a YAML scalar: as it is where it is words; in single quotes, where nothing but `'` means anything else; where it has line breaks or
 *  characters that cannot be seen, in double quotes with these escaped. */
export function yamlScalar(text: string): string {
  if (/^[a-zA-Z](?:[\w./() -]*[\w)])?$/.test(text) && !/^null$/i.test(text)) return text
  if (!Array.from(text).some((character) => UNSEEN.test(character))) return `'${text.replaceAll("'", "''")}'`
  const written = Array.from(text, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`
    return UNSEEN.test(character) ? `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}` : character
  })
  return `"${written.join('')}"`
}
