// @ts-check
import { confirmed } from './confirm.js'
import { conversation } from './conversation.js'
import { byId, element } from './element.js'
import { follow } from './live.js'
import { sendPress } from './press.js'
import { messageStore } from './store.js'

/** @typedef {import('./message.js').MessageView} MessageView */

const who = /** @type {HTMLSelectElement} */ (byId('who'))
const store = messageStore()
const shown = conversation({ list: byId('messages'), scroller: byId('conversation'), store })
/** @type {Map<string, number>} */
const unread = new Map()
/** @type {import('./live.js').Hello} */
let workspace = { domain: '', bot: '', channels: [], users: [], you: '', messages: [] }
let channel = ''
let stopFollowing = () => {}

/** @type {MessageView} */
const view = {
  get bot() {
    return workspace.bot
  },
  names: {
    get you() {
      return workspace.you
    },
    user: (id) => workspace.users.find((user) => user.id === id)?.realName,
    channel: (id) => workspace.channels.find((candidate) => candidate.id === id)?.name,
  },
  problems: new Map(),
  opened: new Set(),
  onPress,
}

/** The choice of channel and person lives in the address: two windows can be two people, and a link leads back.
 *  @param {{channel?: string, as?: string}} choice */
function addressOf(choice) {
  return `#${new URLSearchParams({ channel, as: workspace.you, ...choice })}`
}

function readAddress() {
  const address = new URLSearchParams(location.hash.slice(1))
  return { channel: address.get('channel') ?? channel, as: address.get('as') ?? workspace.you }
}

function connect() {
  stopFollowing()
  stopFollowing = follow(readAddress().as, {
    hello(hello) {
      workspace = hello
      store.clear()
      for (const message of hello.messages) store.put(message)
      drawFrame()
    },
    change({ kind, message }) {
      if (kind === 'deleted') store.remove(message)
      else store.put(message)
      if (message.channel !== channel) {
        if (kind === 'posted') unread.set(message.channel, (unread.get(message.channel) ?? 0) + 1)
        drawChannels()
      } else if (kind === 'deleted') shown.drawAll(channel, view.names.channel(channel) ?? '', view)
      else shown.draw(message, view)
    },
    connected(connected) {
      byId('connection').textContent = connected ? 'Connected' : 'Not connected. Trying again…'
      document.body.classList.toggle('away', !connected)
    },
  })
}

function drawFrame() {
  const wanted = readAddress().channel
  channel = workspace.channels.find(({ id }) => id === wanted)?.id ?? workspace.channels[0]?.id ?? ''
  unread.delete(channel)
  const name = view.names.channel(channel) ?? ''
  byId('team').textContent = workspace.domain
  byId('title').textContent = `# ${name}`
  who.replaceChildren(
    ...workspace.users.map(({ id, realName }) => element('option', { value: id, selected: id === workspace.you }, realName)),
  )
  history.replaceState(null, '', addressOf({}))
  drawChannels()
  shown.drawAll(channel, name, view)
}

function drawChannels() {
  const items = workspace.channels.map(({ id, name }) => {
    const count = unread.get(id) ?? 0
    const badge =
      count > 0 ? element('span', { class: 'badge' }, String(count), element('span', { class: 'unseen' }, ' unread')) : undefined
    const attributes = { href: addressOf({ channel: id }), 'aria-current': id === channel ? 'page' : undefined }
    return element('li', {}, element('a', attributes, element('span', {}, `# ${name}`), badge))
  })
  byId('channels').replaceChildren(...items)
  const total = [...unread.values()].reduce((sum, count) => sum + count, 0)
  document.title = `${total > 0 ? `(${total}) ` : ''}#${view.names.channel(channel) ?? ''} · ${workspace.domain}`
}

/** @param {import('./store.js').Message} message @param {import('./blocks.js').Button} button @param {import('./blocks.js').Block} block
 *  @param {HTMLElement} control */
async function onPress(message, button, block, control) {
  if (control.getAttribute('aria-busy') === 'true') return
  if (button.confirm && !(await confirmed(button.confirm, view.names))) return
  control.setAttribute('aria-busy', 'true')
  const { action_id, value = null } = button
  const press = { user: workspace.you, channel: message.channel, ts: message.ts, action_id, block_id: block.block_id, value }
  const { problem, note } = await sendPress(press)
  control.removeAttribute('aria-busy')
  byId('pressed').textContent = `${control.textContent}: ${note}`
  const hadProblem = view.problems.delete(message.ts)
  if (problem) view.problems.set(message.ts, problem)
  if ((problem || hadProblem) && message.channel === channel) shown.draw(message, view)
}

who.addEventListener('change', () => {
  history.replaceState(null, '', addressOf({ as: who.value }))
  connect()
})
addEventListener('hashchange', () => {
  if (readAddress().as === workspace.you) drawFrame()
  else connect()
})
byId('skip').addEventListener('click', (event) => {
  event.preventDefault()
  byId('conversation').focus()
})
connect()
