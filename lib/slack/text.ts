/** Text for Slack's mrkdwn that is shown as it is: nothing in it can mention, link or format. Control and bidirectional characters
 *  are shown as U+FFFD. Source: Slack, "Escaping text" (`&`, `<`, `>`); the formatting characters are kept apart by a word joiner. */
export function plain(text: string, max = 300): string {
  return escapeEntities(clip(visible(text), max)).replace(/[*_~`]/g, (mark) => `\u2060${mark}\u2060`)
}

/** Text for a `plain_text` object, which formats nothing: one line, with what cannot be seen made visible. */
export function unformatted(text: string, max: number): string {
  return clip(visible(text), max)
}

/** Text as inline code: within the backticks only `&`, `<`, `>` have a meaning, and a backtick would end it. */
export function code(text: string, max = 300): string {
  const shown = escapeEntities(clip(visible(text), max)).replaceAll('`', '\u02cb')
  return shown.trim() === '' ? '` `' : `\`${shown}\``
}

/** Cuts at `max` characters, with "…" in place of what is left out; never between the halves of a surrogate pair. */
export function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

function escapeEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function visible(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/gu, '\ufffd')
}

/** Slack's own date element, in the reader's time zone; the fallback is UTC. `ms`: Unix milliseconds. */
export function date(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  return `<!date^${seconds}^{date_short_pretty} {time_secs}|${new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')}>`
}
