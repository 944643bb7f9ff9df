import { html } from 'hono/html'
import { milliseconds } from '../detection/time.ts'
import { counted, type Html } from './text.ts'

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const

/** A time in UTC, with how long ago that was. Milliseconds since 1970. */
export function moment(ms: number, nowMs: number): Html {
  return html`${at(ms)} <span class="ago">(${agoWords(ms, nowMs)})</span>`
}

/** A time in UTC. `precise`: with its milliseconds; `day` false: without its day. */
export function at(ms: number, { precise = false, day = true } = {}): Html {
  const iso = isoTime(ms)
  const text = `${day ? `${iso.slice(0, 10)} ` : ''}${iso.slice(11, precise ? 23 : 19)}${day ? ' UTC' : ''}`
  return html`<time datetime="${iso}">${text}</time>`
}

export function atNs(ns: string): Html {
  return at(milliseconds(ns), { precise: true })
}

/** `3 minutes ago`, `in 2 hours`, `just now`. */
export function agoWords(ms: number, nowMs: number): string {
  const apart = Math.abs(nowMs - ms)
  const unit = UNITS.find(([, length]) => apart >= length)
  if (!unit) return 'just now'
  const words = counted(Math.floor(apart / unit[1]), unit[0])
  return ms > nowMs ? `in ${words}` : `${words} ago`
}

/** `2 hours 5 minutes`, `20 ms`: the two largest units. */
export function spanWords(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  let left = ms
  const parts = UNITS.flatMap(([name, length]) => {
    const count = Math.floor(left / length)
    left -= count * length
    return count > 0 ? [counted(count, name)] : []
  })
  return parts.slice(0, 2).join(' ')
}

/** What no date can hold is the last that one can. */
function isoTime(ms: number): string {
  return new Date(Math.max(0, Math.min(MOST, Number.isFinite(ms) ? ms : 0))).toISOString()
}

const MOST = 253_402_300_799_999 // the end of the year 9999
