// @ts-check
import { element } from './element.js'
import { controlAgain } from './focus.js'
import { dayOf, messageView } from './message.js'

/** @typedef {import('./store.js').Message} Message */
/** @typedef {import('./message.js').MessageView} MessageView */

/** Draws one channel's messages into `list`, inside `scroller`, and keeps what the reader has: place, focus, unfolded threads.
 *  @param {{list: HTMLElement, scroller: HTMLElement, store: ReturnType<typeof import('./store.js').messageStore>}} on */
export function conversation({ list, scroller, store }) {
  /** @param {Message} root */
  const drawn = (root) => /** @type {HTMLElement | null} */ (list.querySelector(`:scope > [data-ts="${root.ts}"]`))
  const keepAtEnd = scrollKeeper(scroller)
  let lastDay = ''

  /** @param {Message} root @param {MessageView} view */
  const append = (root, view) => {
    const day = dayOf(root)
    if (day !== lastDay) list.append(element('p', { class: 'day' }, element('span', {}, day)))
    lastDay = day
    list.append(messageView(root, store.replies(root), view))
  }
  return {
    /** @param {string} channel @param {string} name @param {MessageView} view */
    drawAll(channel, name, view) {
      const roots = store.roots(channel)
      lastDay = ''
      list.replaceChildren()
      for (const root of roots) append(root, view)
      if (roots.length === 0) list.append(element('p', { class: 'empty' }, `Nothing in ${name} yet. What the app posts appears here.`))
      scroller.scrollTop = scroller.scrollHeight
    },
    /** Draws a new message, or an old one anew; `message` may be a reply.
     *  @param {Message} message @param {MessageView} view */
    draw(message, view) {
      const root = store.rootOf(message)
      const old = drawn(root)
      keepAtEnd(() => {
        list.querySelector('.empty')?.remove()
        if (old) replaceKeepingFocus(old, messageView(root, store.replies(root), view))
        else append(root, view)
      })
    },
  }
}

/** A reader at the end stays at the end; one who reads further up is left alone.
 *  @param {HTMLElement} scroller @returns {(draw: () => void) => void} */
function scrollKeeper(scroller) {
  return (draw) => {
    const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 60
    draw()
    if (atEnd) scroller.scrollTop = scroller.scrollHeight
  }
}

/** Focus stays on the same control, or, when that is gone, goes to its message.
 *  @param {HTMLElement} old @param {HTMLElement} made */
function replaceKeepingFocus(old, made) {
  const focused = document.activeElement
  const inside = focused instanceof HTMLElement && old.contains(focused)
  const ts = inside ? focused.closest('[data-ts]')?.getAttribute('data-ts') : undefined
  const control = inside ? focused.getAttribute('data-control') : null
  old.replaceWith(made)
  if (!inside) return
  const target = (ts ? controlAgain(made.parentNode ?? document, ts, control) : undefined) ?? made
  target.focus({ preventScroll: true })
}
