/** Text for Slack's mrkdwn that is shown as it is: nothing in it can mention, link, format or become an emoji. Control, bidirectional and other
 *  invisible characters are shown as U+FFFD. Source: Slack, "Escaping text" (`&`, `<`, `>`); what formats is kept apart by a word joiner.
 *  `max`: of what comes out, as JSON; it is cut with "…", never within an escape. */
export function plain(text: string, max = 300): string {
  const shown = visible(text).replace(/:(?=[\w+'-]{1,80}:)/g, ':\u2060')
  return escaped(shown, max, (character) => PLAIN_ESCAPES[character] ?? character)
}

/** Text for a `plain_text` object, which formats nothing: one line, with what cannot be seen made visible. */
export function unformatted(text: string, max: number): string {
  return clip(visible(text), max)
}

/** Text as inline code: within the backticks only `&`, `<`, `>` have a meaning, and a backtick would end it. `max`: of what comes out, as JSON. */
export function code(text: string, max = 300): string {
  const shown = escaped(visible(text), max - 2, (character) => CODE_ESCAPES[character] ?? character)
  return shown.trim() === '' ? '` `' : `\`${shown}\``
}

/** Cuts at `max` characters, with "…" in place of what is left out; never between the halves of a surrogate pair. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

/** A Slack user, by the name that the reader knows. What is no id of a user is shown by its name, and mentions nobody. */
export function mention(id: string, name = id): string {
  return /^[UW][A-Z0-9]{1,31}$/.test(id) ? `<@${id}>` : plain(name, 80) || 'somebody'
}

/** A link to an http(s) address; the words alone where the address is none, or of a shape that could end the link. */
export function link(address: string, words: string): string {
  const isAddress = /^https?:\/\/[^\s<>|`\\\p{Cc}\p{Cf}]{1,2900}$/u.test(address) && URL.canParse(address)
  return isAddress ? `<${address.replaceAll('&', '&amp;')}|${plain(words, 100).replaceAll('|', '¦')}>` : plain(words, 100)
}

/** Slack's own date element, in the reader's time zone; the fallback is UTC. `ms`: Unix milliseconds. */
export function date(ms: number): string {
  const seconds = Math.floor(Math.min(Math.max(Number.isFinite(ms) ? ms : 0, 0), LAST_MS) / 1000)
  return `<!date^${seconds}^{date_short_pretty} {time_secs}|${new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')}>`
}

/** As many of the lines as fit, from the first on, by what they take in JSON: a line that is cut could lose the end of a link or of a code span. */
export function wholeLines(lines: readonly string[], max: number): readonly string[] {
  let length = 0
  return lines.filter((line) => {
    length += JSON.stringify(line).length
    return length <= max
  })
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

let numbers: Intl.NumberFormat | undefined

/** `12,345` */
export function decimal(count: number): string {
  numbers ??= new Intl.NumberFormat('en-US') // made when it is needed: that takes longer than to load all of a function's own code
  return numbers.format(count)
}

/** `1 detection`, `12,345 detections` */
export function counted(count: number, noun: string): string {
  return `${decimal(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** 9999-12-31T23:59:59Z */
const LAST_MS = 253_402_300_799_000
/** No more of a text is looked at, however long it is. */
const LOOKED_AT = 4000
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** A backtick begins code wherever it stands; the one that is shown is a letter. */
const CODE_ESCAPES: Readonly<Record<string, string>> = { ...ENTITIES, '`': '\u02cb' }
const PLAIN_ESCAPES: Readonly<Record<string, string>> = {
  ...CODE_ESCAPES,
  ...Object.fromEntries(['*', '_', '~'].map((mark) => [mark, `\u2060${mark}\u2060`])),
}

function escaped(text: string, max: number, shownAs: (character: string) => string): string {
  let whole = ''
  let cut = ''
  let size = 0
  for (const character of text) {
    const next = shownAs(character)
    size += next === '"' || next === '\\' ? 2 : next.length
    if (size > max) return `${cut}…`
    whole += next
    if (size < max) cut = whole
  }
  return whole
}

/** One line, with a replacement character for each that cannot be seen, or that turns, joins or hides others; of marks on a letter, the first three. */
function visible(text: string): string {
  const shown = text
    .slice(0, LOOKED_AT)
    .toWellFormed()
    .replace(/[\r\n\t\u2028\u2029\u0085]+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5/gu, '\ufffd')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
  return text.length > LOOKED_AT ? `${shown}…` : shown
}
