// @ts-check

/** @typedef {{domain: string, bot: string, channels: {id: string, name: string}[], users: {id: string, name: string, realName: string}[],
 *    you: string, messages: import('./store.js').Message[]}} Hello */
/** @typedef {{kind: 'posted' | 'updated' | 'deleted', message: import('./store.js').Message}} Change */
/** @typedef {{hello: (hello: Hello) => void, change: (change: Change) => void, connected: (connected: boolean) => void}} Listeners */

/** Follows the messages that `user` may see. After a break the browser comes back by itself, and `hello` tells everything anew. The answer
 *  ends it.
 *  @param {string} user @param {Listeners} listeners */
export function follow(user, { hello, change, connected }) {
  const source = new EventSource(`live?user=${encodeURIComponent(user)}`)
  source.addEventListener('hello', ({ data }) => {
    connected(true)
    hello(JSON.parse(data))
  })
  source.addEventListener('change', ({ data }) => change(JSON.parse(data)))
  source.addEventListener('error', () => connected(false))
  return () => source.close()
}
