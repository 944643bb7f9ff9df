// @ts-check

/** `user`: only this one and the app see it.
 *  @typedef {{id: string, name: string, user?: string}} Channel */
/** @typedef {{domain: string, bot: string, channels: Channel[], users: {id: string, name: string, realName: string}[], commands: string[],
 *    you: string, messages: import('./store.js').Message[], views: import('./modal.js').View[]}} Hello */
/** @typedef {{kind: 'posted' | 'updated' | 'deleted', message: import('./store.js').Message}} Change */
/** @typedef {{hello: (hello: Hello) => void, change: (change: Change) => void, views: (views: import('./modal.js').View[]) => void,
 *    connected: (connected: boolean) => void}} Listeners */

/** Follows what `user` may see. After a break the browser comes back by itself, and `hello` tells everything anew. The answer ends it.
 *  @param {string} user @param {Listeners} listeners */
export function follow(user, { hello, change, views, connected }) {
  const source = new EventSource(`live?user=${encodeURIComponent(user)}`)
  source.addEventListener('hello', ({ data }) => {
    connected(true)
    hello(JSON.parse(data))
  })
  source.addEventListener('change', ({ data }) => change(JSON.parse(data)))
  source.addEventListener('views', ({ data }) => views(JSON.parse(data)))
  source.addEventListener('error', () => connected(false))
  return () => source.close()
}
