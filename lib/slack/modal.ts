import { CodedError } from '../error.ts'
import type { Block } from '../port/chat.ts'
import type { Modal } from '../port/dialog.ts'
import { type DialogMark, INPUT, MAX_REASON, QUIET, REASON } from './submission.ts'
import { clip, code, plain, unformatted } from './text.ts'

const TITLE_MAX = 24
const METADATA_MAX = 3000
const BLOCKS_MAX = 100
const SECTION_MAX = 3000
/** Of one exception in all; what is longer is said to be, and not shown in part: half an exception is another one. */
const EXCEPTION_MAX = 9000
const CALLBACK = 'creance.dialog'

/** A proposed exception of Falco's for one rule, or why there is none. */
export type ShownException = { readonly rule: string; readonly yaml?: string; readonly notes: readonly string[] }

/** What stands there while the table is asked. */
export function waitingModal(title: string, mark: DialogMark): Modal {
  return modal(title, mark, [section('⏳ One moment …')])
}

/** Says something, with nothing to do but to close it. `text`: mrkdwn, escaped. */
export function noticeModal(title: string, text: string): Modal {
  return { ...modal(title, undefined, [section(text)]), close: word('Close') }
}

/** Asks why. `about`: mrkdwn, escaped: what will be done, and to what. */
export function reasonModal({ title, about }: { readonly title: string; readonly about: string }, mark: DialogMark): Modal {
  const blocks = [section(about), reasonInput('Why? It is shown with what was done.')]
  return { ...modal(title, mark, blocks), submit: word(title), close: word('Cancel') }
}

/** Asks why it is no threat, shows the exceptions by which Falco would say no more of it, and lets choose a silence until they are there.
 *  `noSilence`: why none can be had. */
export function notAThreatModal(
  { about, exceptions, noSilence }: { readonly about: string; readonly exceptions: readonly ShownException[]; readonly noSilence?: string },
  mark: DialogMark,
): Modal {
  const quiet = noSilence === undefined ? quietInput() : context(`No silence can be had: ${plain(noSilence, 300)}`)
  const blocks = [section(about), reasonInput('Why is it no threat?'), quiet, ...exceptions.flatMap(exceptionBlocks)]
  return { ...modal('Not a threat', mark, blocks.slice(0, BLOCKS_MAX)), submit: word('Close the incident'), close: word('Cancel') }
}

/** Shows a notice in the modal's place. */
export function showNotice(title: string, text: string): object {
  return { response_action: 'update', view: noticeModal(title, text) }
}

/** Says what is wrong with the reason, beside it. */
export function showReasonError(text: string): object {
  return { response_action: 'errors', errors: { [REASON]: clip(text, 200) } }
}

export const CLEAR = { response_action: 'clear' } as const

function exceptionBlocks({ rule, yaml, notes }: ShownException): readonly Block[] {
  const name = code(rule, 200)
  const said = notes.length > 0 ? [context(wholeNotes(notes))] : []
  if (yaml === undefined) return [section(`*No exception can be proposed* for ${name}`), ...said]
  if (yaml.length > EXCEPTION_MAX) return [section(`*The exception* for ${name} is too long to be shown here.`), ...said]
  return [section(`*An exception* for ${name}, to be added after the rule:`), ...preformatted(yaml), ...said]
}

/** Text that Slack shows as it is, and in which nothing means anything: no entities, no backticks. By whole lines where they fit. */
function preformatted(text: string): readonly Block[] {
  const parts: string[] = []
  for (const line of text.trimEnd().split(/(?<=\n)/)) {
    const last = parts.at(-1)
    if (last !== undefined && last.length + line.length <= SECTION_MAX) parts[parts.length - 1] = last + line
    else for (let from = 0; from < line.length; from += SECTION_MAX) parts.push(line.slice(from, from + SECTION_MAX))
  }
  return parts.map((part) => ({
    type: 'rich_text',
    elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: part }] }],
  }))
}

function wholeNotes(notes: readonly string[]): string {
  return notes
    .slice(0, 8)
    .map((note) => `• ${plain(note, 200)}`)
    .join('\n')
}

function reasonInput(label: string): Block {
  return {
    type: 'input',
    block_id: REASON,
    label: word(label, 2000),
    element: { type: 'plain_text_input', action_id: INPUT, multiline: true, min_length: 1, max_length: MAX_REASON },
  }
}

const QUIET_CHOICES = [
  ['none', 'Tell us again when it happens again'],
  ['8h', 'Keep quiet about it for 8 hours'],
  ['7d', 'Keep quiet about it for 7 days'],
] as const

function quietInput(): Block {
  const options = QUIET_CHOICES.map(([value, text]) => ({ text: word(text, 75), value }))
  return {
    type: 'input',
    block_id: QUIET,
    label: word('Until the exception is there', 2000),
    element: { type: 'static_select', action_id: INPUT, options, initial_option: options[0] },
  }
}

function modal(title: string, mark: DialogMark | undefined, blocks: readonly Block[]): Modal {
  const metadata = mark ? JSON.stringify(mark) : ''
  if (metadata.length > METADATA_MAX) throw new CodedError('invalid_input', 'modal: its metadata is too long')
  return { type: 'modal', callback_id: CALLBACK, private_metadata: metadata, title: word(title), blocks }
}

function section(text: string): Block {
  return { type: 'section', text: { type: 'mrkdwn', text: clip(text, SECTION_MAX), verbatim: true } }
}

function context(text: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: clip(text, 2000), verbatim: true }] }
}

function word(text: string, max = TITLE_MAX): { type: 'plain_text'; text: string } {
  return { type: 'plain_text', text: unformatted(text, max) }
}
