/** The letters and values of the short options among `words`, in order, as POSIX getopt reads them: it stops at `--` or the first word
 *  that is no option, and skips `--long` ones. An unknown letter gives `?`, a missing value `""`. Source: Falco's `getopt`. */
export function getopt(words: readonly string[], letters: string): string[] {
  const found: string[] = []
  walk(words, letters, (option, value) => {
    found.push(option)
    if (value !== undefined) found.push(value)
  })
  return found
}

/** The last value of one option, or its letter if it takes none; undefined when it is not given. */
export function getoptValue(words: readonly string[], letters: string, wanted: string): string | undefined {
  let last: string | undefined
  walk(words, letters, (option, value) => {
    if (option === wanted) last = value ?? option
  })
  return last
}

function walk(words: readonly string[], letters: string, each: (option: string, value: string | undefined) => void): void {
  const takesValue = readLetters(letters)
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === '--' || word === '-' || !word.startsWith('-')) return
    if (word.startsWith('--')) continue
    for (let at = 1; at < word.length; at++) {
      const option = word[at] ?? ''
      const valued = takesValue.get(option)
      if (valued) {
        each(option, at + 1 < word.length ? word.slice(at + 1) : (words[++index] ?? ''))
        break
      }
      each(valued === undefined ? '?' : option, undefined)
    }
  }
}

function readLetters(letters: string): ReadonlyMap<string, boolean> {
  const takesValue = new Map<string, boolean>()
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] ?? ''
    if (letter !== ':' && !takesValue.has(letter)) takesValue.set(letter, letters[at + 1] === ':')
  }
  return takesValue
}
