// @ts-check
import { byId, element } from './element.js'

/** @typedef {import('./live.js').Channel} Channel */
/** What the frame tells: where one is, who one is, and where there is something new.
 *  @typedef {{workspace: import('./live.js').Hello, channel: string, unread: Map<string, number>,
 *    addressOf: (choice: {channel?: string, as?: string}) => string}} Frame */

/** As it is spoken of: a channel with its `#`, what the app and one person say to each other by the app's name.
 *  @param {Channel | undefined} channel @param {string} bot */
export function channelName(channel, bot) {
  if (!channel) return ''
  return channel.user === undefined ? `#${channel.name}` : bot
}

/** @param {Frame} frame */
export function drawFrame({ workspace, channel, unread, addressOf }) {
  const here = workspace.channels.find(({ id }) => id === channel)
  byId('team').textContent = workspace.domain
  byId('title').textContent = channelName(here, workspace.bot).replace(/^#/, '# ')
  byId('who').replaceChildren(
    ...workspace.users.map(({ id, realName }) => element('option', { value: id, selected: id === workspace.you }, realName)),
  )
  drawChannels({ workspace, channel, unread, addressOf })
}

/** @param {Frame} frame */
export function drawChannels({ workspace, channel, unread, addressOf }) {
  /** @param {Channel} one */
  const itemOf = (one) => {
    const count = unread.get(one.id) ?? 0
    const badge =
      count > 0 ? element('span', { class: 'badge' }, String(count), element('span', { class: 'unseen' }, ' unread')) : undefined
    const attributes = { href: addressOf({ channel: one.id }), 'aria-current': one.id === channel ? 'page' : undefined }
    const name = element('span', {}, channelName(one, workspace.bot).replace(/^#/, '# '))
    return element('li', {}, element('a', attributes, name, badge))
  }
  byId('channels').replaceChildren(...workspace.channels.filter(({ user }) => user === undefined).map(itemOf))
  byId('direct').replaceChildren(...workspace.channels.filter(({ user }) => user !== undefined).map(itemOf))
  const here = workspace.channels.find(({ id }) => id === channel)
  const total = [...unread.values()].reduce((sum, count) => sum + count, 0)
  document.title = `${total > 0 ? `(${total}) ` : ''}${channelName(here, workspace.bot)} · ${workspace.domain}`
}
