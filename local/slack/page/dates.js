// @ts-check

const DAY_MS = 24 * 60 * 60 * 1000
/** @type {ReadonlyMap<string, Intl.DateTimeFormatOptions>} */
const FORMATS = new Map([
  ['time', { timeStyle: 'short' }],
  ['time_secs', { timeStyle: 'medium' }],
  ['date', { month: 'long', day: 'numeric' }],
  ['date_slash', { year: 'numeric', month: '2-digit', day: '2-digit' }],
  ['date_long', { dateStyle: 'full' }],
  ['date_long_full', { dateStyle: 'long' }],
  ['date_short', { dateStyle: 'medium' }],
  ['day_divider', { weekday: 'long', month: 'long', day: 'numeric' }],
])

/** Slack's date tokens, in the reader's own language and time zone; what is no token stays as it is. `…_pretty` says today, yesterday or
 *  tomorrow where it is. Source: docs.slack.dev/messaging/formatting-message-text, "Date formatting".
 *  @param {Date} date @param {string} format @param {Date} [now] */
export function dateText(date, format, now = new Date()) {
  return format.replace(/\{(\w+)\}/g, (token, /** @type {string} */ name) => {
    if (name === 'date_num') return date.toLocaleDateString('sv-SE')
    if (name === 'ago') return agoText(date, now)
    const options = FORMATS.get(name.replace(/_pretty$/, ''))
    if (!options) return token
    return (name.endsWith('_pretty') && nearDay(date, now)) || new Intl.DateTimeFormat(undefined, options).format(date)
  })
}

/** @param {Date} date @param {Date} now */
function nearDay(date, now) {
  const days = Math.round((new Date(date).setHours(0, 0, 0, 0) - new Date(now).setHours(0, 0, 0, 0)) / DAY_MS)
  return Math.abs(days) > 1 ? undefined : new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' }).format(days, 'day')
}

/** @param {Date} date @param {Date} now */
function agoText(date, now) {
  const seconds = Math.round((date.getTime() - now.getTime()) / 1000)
  const format = new Intl.RelativeTimeFormat(undefined)
  if (Math.abs(seconds) < 3600) return format.format(Math.round(seconds / 60), 'minute')
  return Math.abs(seconds) < 86_400 ? format.format(Math.round(seconds / 3600), 'hour') : format.format(Math.round(seconds / 86_400), 'day')
}
