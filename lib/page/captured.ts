import { html } from 'hono/html'
import { code, words } from './pieces.ts'
import type { Story } from './story.ts'
import { counted, type Html } from './text.ts'

const SHOWN = 20
/** Addresses that may stand in a command as they are: nothing in them means anything to a shell. */
const S3 = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,62}\/[A-Za-z0-9_/.-]{1,1000}$/
const FILE = /^file:\/\/(\/[A-Za-z0-9_/.-]{1,1000})$/

/** The evidence that was taken of pods: where it is, what it must hash to, and how to see that it does. An address is never a link. */
export function captured({ actions }: Story): Html {
  const kept = new Map(
    actions.flatMap(({ evidence, request }) => (evidence ? [[evidence.uri, { ...evidence, target: request.target }] as const] : [])),
  )
  if (kept.size === 0) return html``
  const cards = [...kept.values()].slice(0, SHOWN).map(
    ({ uri, sha256, target }) => html`<div class="card">Pod ${code(`${target.namespace}/${target.pod}`, 400)}
<dl class="facts inline"><div><dt>Where</dt><dd>${code(uri, 2000)}</dd></div><div><dt>SHA-256</dt><dd>${code(sha256, 64)}</dd></div></dl>
<details><summary>How to check it</summary>${check(uri)}</details></div>`,
  )
  const more = kept.size - SHOWN
  return html`<h3 id="captured">Captured evidence</h3>${cards}${more > 0 ? html`<p class="note">${counted(more, 'capture')} more are not shown.</p>` : ''}`
}

function check(uri: string): Html {
  const path = FILE.exec(uri)?.[1]
  const command = S3.test(uri) ? `aws s3 cp ${uri} - | sha256sum` : path === undefined ? undefined : `sha256sum ${path}`
  if (command === undefined)
    return html`<p>Fetch it, and compare what ${code('sha256sum')} says of the file with the hash above. ${words('Its address has characters that a shell may take for its own, so there is no command here to copy.')}</p>`
  return html`<p>${code(command, 3000)}</p><p>must print the hash above. What is in it, and how it is kept, says docs/evidence.md.</p>`
}
