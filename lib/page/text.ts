import type { html } from 'hono/html'
import { printable } from '../printable.ts'

/** Markup that `html` has made: what others wrote is escaped in it. */
export type Html = ReturnType<typeof html>

/** What others wrote, as it may stand on the page: cut, with what cannot be seen, or turns text around, written out as `\\uXXXX`, and with no piles of
 *  marks. `html` escapes it. */
export function shown(text: string, max = 300): string {
  return printable(clip(text, max))
    .replace(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(PILES, '$1…')
}

const UNSEEN = /[\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu
const PILES = /(\p{M}{3})\p{M}+/gu

function clip(text: string, max: number): string {
  if (text.length <= max) return text
  const cut = text.slice(0, max - 1)
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}

const DECIMAL = new Intl.NumberFormat('en-US')

/** `1,000`. */
export function decimal(count: number): string {
  return DECIMAL.format(count)
}

/** `1 pod`, `2 pods`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${decimal(count)} ${count === 1 ? one : many}`
}

export function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
