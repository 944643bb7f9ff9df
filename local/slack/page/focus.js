// @ts-check

const FOCUSABLE = 'a[href], button:not([disabled]), input, textarea, select, summary, [tabindex="0"]'

/** Where the focus is, to come back to it: on the same control, or, when its message was drawn anew, on the one that took its place, or on that
 *  message; else on `fallback`.
 *  @param {HTMLElement} fallback @returns {() => void} */
export function rememberedFocus(fallback) {
  const focused = document.activeElement
  if (!(focused instanceof HTMLElement) || focused === document.body) return () => fallback.focus({ preventScroll: true })
  const ts = focused.closest('[data-ts]')?.getAttribute('data-ts')
  const control = focused.getAttribute('data-control')
  return () => {
    const again = focused.isConnected ? focused : ts ? controlAgain(document, ts, control) : undefined
    const target = again ?? fallback
    target.focus({ preventScroll: true })
  }
}

/** The control with this name in the message with this `ts`, or else that message.
 *  @param {ParentNode} within @param {string} ts @param {string | null} control @returns {HTMLElement | undefined} */
export function controlAgain(within, ts, control) {
  const message = within.querySelector(`[data-ts="${CSS.escape(ts)}"]`)
  const same = control ? message?.querySelector(`[data-control="${CSS.escape(control)}"]`) : undefined
  const target = same ?? message
  return target instanceof HTMLElement ? target : undefined
}

/** Keeps Tab inside of `box`, from its last control to its first and back.
 *  @param {HTMLElement} box */
export function keepFocusInside(box) {
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Tab' || event.defaultPrevented) return
    const all = [...box.querySelectorAll(FOCUSABLE)].filter((part) => part.checkVisibility())
    const edge = event.shiftKey ? all[0] : all.at(-1)
    const other = event.shiftKey ? all.at(-1) : all[0]
    const isRadioAtEdge = edge instanceof HTMLInputElement && edge.type === 'radio' && isSameSet(edge, document.activeElement)
    if (document.activeElement !== edge && !isRadioAtEdge && box.contains(document.activeElement)) return
    event.preventDefault()
    if (other instanceof HTMLElement) other.focus()
  })
}

/** Only one of a set of radio buttons is reached by Tab.
 *  @param {HTMLInputElement} radio @param {Element | null} other */
function isSameSet(radio, other) {
  return other instanceof HTMLInputElement && other.type === 'radio' && other.name === radio.name
}
