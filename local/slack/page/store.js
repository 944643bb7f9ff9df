// @ts-check

/** A message as the stand-in keeps it (../message.ts).
 *  @typedef {{channel: string, ts: string, threadTs?: string, onlyFor?: string, editedTs?: string, deleted?: boolean, text: string,
 *    blocks: import('./blocks.js').Block[], attachments: Attachment[]}} Message
 *  @typedef {{color?: string, pretext?: string, title?: string, text?: string, fallback?: string, footer?: string,
 *    blocks?: import('./blocks.js').Block[]}} Attachment */

/** The messages that the page knows, by `ts`, which is unique and sorts by time. */
export function messageStore() {
  /** @type {Map<string, Message>} */
  const messages = new Map()
  /** @param {(message: Message) => boolean} chosen */
  const sorted = (chosen) => [...messages.values()].filter(chosen).sort((a, b) => (a.ts < b.ts ? -1 : 1))
  /** The message under which this one is shown: its thread's first, if that is there; else itself.
   *  @param {Message} message */
  const rootOf = (message) => messages.get(message.threadTs ?? '') ?? message
  return {
    rootOf,
    clear: () => messages.clear(),
    /** @param {string} ts */
    find: (ts) => messages.get(ts),
    /** @param {Message} message */
    put: (message) => messages.set(message.ts, message),
    /** @param {Message} message */
    remove: (message) => messages.delete(message.ts),
    /** @param {string} channel */
    roots: (channel) => sorted((message) => message.channel === channel && rootOf(message) === message),
    /** @param {Message} root */
    replies: (root) => sorted((message) => message !== root && rootOf(message) === root),
  }
}
