/** Control characters, which attackers write, as `\\uXXXX`: what is printed cannot move a terminal's cursor. In JSON it stays the same text. */
export function printable(line: string): string {
  return line.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** C0, DEL and C1, and the invisible ones that turn or join text. Each is one UTF-16 unit. */
const UNSAFE = /[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu
