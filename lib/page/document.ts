import { html, raw } from 'hono/html'
import { STYLE } from './style.ts'
import { type Html, shown } from './text.ts'
import { at } from './time.ts'

/** `nav`: what stands at the top beside the name. */
type Parts = { readonly title: string; readonly main: Html; readonly nowMs: number; readonly nav?: Html | undefined }

/** A whole page: no script, no form, nothing from elsewhere. */
export function documentOf({ title, main, nowMs, nav }: Parts): Html {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${shown(title, 150)} · Creance</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex, nofollow"><meta name="referrer" content="no-referrer">
<style>${raw(STYLE)}</style></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header class="top"><b>Creance</b>${nav}</header>
<main id="main" tabindex="-1">${main}</main>
<footer>As the table was at ${at(nowMs)}. Load the page again to see what is new. All times are UTC.</footer>
</body></html>
`
}
