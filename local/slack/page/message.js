// @ts-check
import { barColor, blockView } from './blocks.js'
import { element } from './element.js'
import { textView } from './mrkdwn-view.js'

/** @typedef {import('./store.js').Message} Message */
/** @typedef {import('./blocks.js').Block} Block */
/** What drawing a message needs. `problems` by `ts`; `opened` holds the `ts` of messages whose thread is unfolded; `chosen` by `ts` the values
 *  that were chosen, by block and action id.
 *  @typedef {{bot: string, names: import('./mrkdwn-view.js').Names, problems: Map<string, string>, opened: Set<string>,
 *    chosen: Map<string, Map<string, string[]>>,
 *    onPress: (message: Message, block: Block, pressed: import('./controls.js').Pressed) => Promise<boolean>}} MessageView */

/** @param {Message} message @param {readonly Message[]} replies @param {MessageView} view */
export function messageView(message, replies, view) {
  const { bot, problems } = view
  const problem = problems.get(message.ts)
  const time = timeOf(message)
  return element(
    'article',
    {
      class: message.onlyFor ? 'message ephemeral' : 'message',
      tabindex: '-1',
      'data-ts': message.ts,
      'aria-label': `${bot} at ${clockTime(time)}`,
    },
    element('span', { class: 'avatar', 'aria-hidden': 'true' }, bot.slice(0, 1).toUpperCase()),
    element(
      'div',
      { class: 'body' },
      message.onlyFor && element('p', { class: 'only' }, 'Only visible to you'),
      element(
        'p',
        { class: 'byline' },
        element('strong', {}, bot),
        element('span', { class: 'app' }, 'App'),
        element('time', { datetime: time.toISOString(), title: time.toLocaleString() }, clockTime(time)),
      ),
      ...contentView(message, view),
      problem && element('p', { class: 'problem', role: 'alert' }, problem),
      replies.length > 0 ? threadView(message, replies, view) : undefined,
    ),
  )
}

/** The day that a message falls on, as the divider above a day's first message tells it.
 *  @param {Message} message */
export function dayOf(message) {
  return timeOf(message).toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
}

/** As Slack does it: the text stands for the blocks where there are none; attachments follow either.
 *  @param {Message} message @param {MessageView} view */
function contentView(message, view) {
  if (message.deleted) return [element('p', { class: 'tombstone' }, 'This message was deleted.')]
  const inner = blockContext(message, view)
  const text = message.blocks.length === 0 && message.text !== '' && mrkdwn(message.text, view, message.editedTs !== undefined)
  return [
    ...(text ? [text] : []),
    ...message.blocks.map((block) => blockView(block, inner)),
    ...message.attachments.map((attachment) => attachmentView(attachment, message, view)),
  ]
}

/** @param {import('./store.js').Attachment} attachment @param {Message} message @param {MessageView} view */
function attachmentView({ color, pretext, title, text, fallback, footer, blocks }, message, view) {
  const bar = element('div', { class: 'bar' })
  bar.style.backgroundColor = barColor(color)
  const legacy = blocks
    ? []
    : [title && element('strong', {}, title), mrkdwn(text ?? fallback ?? '', view), footer && element('p', { class: 'context' }, footer)]
  const inner = blockContext(message, view)
  const body = element(
    'div',
    { class: 'blocks' },
    ...legacy.filter((part) => part !== ''),
    ...(blocks ?? []).map((block) => blockView(block, inner)),
  )
  return element('div', {}, pretext && mrkdwn(pretext, view), element('div', { class: 'attachment' }, bar, body))
}

/** @param {Message} message @param {MessageView} view @returns {import('./blocks.js').View} */
function blockContext(message, { names, chosen, onPress }) {
  return {
    names,
    chosen: (block, control) => chosen.get(message.ts)?.get(`${block.block_id}/${control.action_id}`),
    onPress: (block, pressed) => onPress(message, block, pressed),
  }
}

/** @param {string} text @param {MessageView} view @param {boolean} [edited] */
function mrkdwn(text, { names }, edited = false) {
  const mark = edited ? element('span', { class: 'edited' }, ' (edited)') : undefined
  return element('div', { class: 'text' }, ...textView({ type: 'mrkdwn', text }, names), mark)
}

/** @param {Message} message @param {readonly Message[]} replies @param {MessageView} view */
function threadView(message, replies, view) {
  const last = clockTime(timeOf(/** @type {Message} */ (replies.at(-1))))
  const thread = element(
    'details',
    { class: 'thread', open: view.opened.has(message.ts) },
    element(
      'summary',
      { 'data-control': 'thread' },
      element('span', { class: 'count' }, replies.length === 1 ? '1 reply' : `${replies.length} replies`),
      element('span', { class: 'last' }, `Last reply at ${last}`),
    ),
    ...replies.map((reply) => messageView(reply, [], view)),
  )
  thread.addEventListener('toggle', () => {
    if (/** @type {HTMLDetailsElement} */ (thread).open) view.opened.add(message.ts)
    else view.opened.delete(message.ts)
  })
  return thread
}

/** @param {Message} message */
function timeOf({ ts }) {
  return new Date(Number(ts) * 1000)
}

/** @param {Date} time */
function clockTime(time) {
  return time.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })
}
