// @ts-check
import { act, pressWords, submitWords } from './act.js'
import { composer } from './composer.js'
import { confirmed } from './confirm.js'
import { conversation } from './conversation.js'
import { byId } from './element.js'
import { channelName, drawChannels, drawFrame } from './frame.js'
import { follow } from './live.js'
import { modalWindow } from './modal.js'
import { messageStore } from './store.js'

/** @typedef {import('./message.js').MessageView} MessageView */

const who = /** @type {HTMLSelectElement} */ (byId('who'))
const store = messageStore()
const shown = conversation({ list: byId('messages'), scroller: byId('conversation'), store })
/** @type {Map<string, number>} */
const unread = new Map()
/** @type {import('./live.js').Hello} */
let workspace = { domain: '', bot: '', channels: [], users: [], commands: [], you: '', messages: [], views: [] }
let channel = ''
let stopFollowing = () => {}

const names = {
  get you() {
    return workspace.you
  },
  user: (/** @type {string} */ id) => workspace.users.find((user) => user.id === id)?.realName,
  channel: (/** @type {string} */ id) => workspace.channels.find((candidate) => candidate.id === id)?.name,
}

/** @type {MessageView} */
const view = {
  get bot() {
    return workspace.bot
  },
  names,
  problems: new Map(),
  opened: new Set(),
  chosen: new Map(),
  onPress,
}

const modal = modalWindow({
  names,
  async onSubmit({ id, submit }, values) {
    const result = await act('submit', { user: workspace.you, view_id: id, values })
    tell(`${submit?.text}: ${submitWords(result).note}`)
    return result
  },
  onClose: ({ id }, all) => act('close', { user: workspace.you, view_id: id, all }),
  async onPress({ id }, values, { block_id }, pressed) {
    const { sent, problem } = await send(pressed, { view_id: id, values, block_id })
    if (problem) byId('modal-problem').textContent = problem
    return sent
  },
})

const line = composer({
  commands: () => workspace.commands,
  onCommand: (command, text) => act('command', { user: workspace.you, channel, command, text }),
  onNote: tell,
})

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
  modal.show([])
  stopFollowing = follow(readAddress().as, {
    hello(hello) {
      workspace = hello
      store.clear()
      for (const message of hello.messages) store.put(message)
      drawAll()
      modal.show(hello.views)
    },
    change({ kind, message }) {
      if (kind === 'deleted') store.remove(message)
      else store.put(message)
      if (kind === 'updated') view.chosen.delete(message.ts)
      if (message.channel !== channel) {
        if (kind === 'posted') unread.set(message.channel, (unread.get(message.channel) ?? 0) + 1)
        drawChannels({ workspace, channel, unread, addressOf })
      } else if (kind === 'deleted') shown.drawAll(channel, nameHere(), view)
      else shown.draw(message, view)
    },
    views: modal.show,
    connected(connected) {
      byId('connection').textContent = connected ? 'Connected' : 'Not connected. Trying again…'
      document.body.classList.toggle('away', !connected)
    },
  })
}

function nameHere() {
  return channelName(
    workspace.channels.find(({ id }) => id === channel),
    workspace.bot,
  )
}

function drawAll() {
  const wanted = readAddress().channel
  channel = workspace.channels.find(({ id }) => id === wanted)?.id ?? workspace.channels[0]?.id ?? ''
  unread.delete(channel)
  history.replaceState(null, '', addressOf({}))
  drawFrame({ workspace, channel, unread, addressOf })
  line.draw(nameHere())
  shown.drawAll(channel, nameHere(), view)
}

/** @param {import('./store.js').Message} message @param {import('./blocks.js').Block} block @param {import('./controls.js').Pressed} pressed */
async function onPress(message, block, pressed) {
  const { control, options } = pressed
  const { sent, problem } = await send(pressed, { channel: message.channel, ts: message.ts, block_id: block.block_id })
  if (!sent) return false
  const isKept = control.type !== 'button' && control.type !== 'overflow'
  if (isKept) {
    const chosen = view.chosen.get(message.ts) ?? new Map()
    const values = options.map(({ value }) => value)
    view.chosen.set(message.ts, chosen.set(`${block.block_id}/${control.action_id}`, values))
  }
  const hadProblem = view.problems.delete(message.ts)
  if (problem) view.problems.set(message.ts, problem)
  const now = store.find(message.ts)
  if (now && (problem || hadProblem || isKept) && message.channel === channel) shown.draw(now, view)
  return true
}

/** Asks first where the app wants it asked, then sends. `where`: the message or modal that holds the control.
 *  @param {import('./controls.js').Pressed} pressed @param {object} where @returns {Promise<{sent: boolean, problem?: string}>} */
async function send({ control, at, options, href }, where) {
  if (at.getAttribute('aria-busy') === 'true') return { sent: false }
  if (control.confirm && !(await confirmed(control.confirm, names))) return { sent: false }
  if (href !== undefined) open(href, '_blank', 'noopener,noreferrer')
  at.setAttribute('aria-busy', 'true')
  const what = control.type === 'button' ? { value: control.value ?? null } : choiceOf(control, options)
  const { problem, note } = pressWords(await act('press', { user: workspace.you, action_id: control.action_id, ...where, ...what }))
  at.removeAttribute('aria-busy')
  tell(`${control.type === 'button' ? control.text.text : options.map(({ text }) => text.text).join(', ')}: ${note}`)
  return { sent: true, ...(problem !== undefined && { problem }) }
}

/** @param {import('./controls.js').Choice} choice @param {import('./controls.js').Option[]} options */
function choiceOf(choice, options) {
  const values = options.map(({ value }) => value)
  return choice.type === 'checkboxes' ? { options: values } : { option: values[0] }
}

/** @param {string} note */
function tell(note) {
  byId('pressed').textContent = note
}

who.addEventListener('change', () => {
  history.replaceState(null, '', addressOf({ as: who.value }))
  connect()
})
addEventListener('hashchange', () => {
  if (readAddress().as === workspace.you) drawAll()
  else connect()
})
byId('skip').addEventListener('click', (event) => {
  event.preventDefault()
  byId('conversation').focus()
})
connect()
