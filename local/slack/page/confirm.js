// @ts-check
import { byId } from './element.js'
import { textView } from './mrkdwn-view.js'

const dialog = /** @type {HTMLDialogElement} */ (byId('confirm'))
/** Ends the question that is asked now; each ends once.
 *  @type {((yes: boolean) => void) | undefined} */
let answer

// A close event comes some time after the closing: one that finds the next question open was the last one's, which has its answer already.
dialog.addEventListener('close', () => {
  if (!dialog.open) end(dialog.returnValue === 'yes')
})
byId('confirm-yes').addEventListener('click', () => end(true))
byId('confirm-no').addEventListener('click', () => end(false))

/** Asks before a press, as the button wants it asked. Escape and Cancel mean no, and so does asking something else.
 *  @param {import('./controls.js').Confirm} confirm @param {import('./mrkdwn-view.js').Names} names @returns {Promise<boolean>} */
export function confirmed({ title, text, confirm, deny, style = 'primary' }, names) {
  end(false)
  const yes = byId('confirm-yes')
  byId('confirm-title').replaceChildren(...(title ? textView(title, names) : ['Are you sure?']))
  byId('confirm-text').replaceChildren(...textView(text, names))
  yes.replaceChildren(...(confirm ? textView(confirm, names) : ['Yes']))
  byId('confirm-no').replaceChildren(...(deny ? textView(deny, names) : ['Cancel']))
  yes.className = style === 'danger' ? 'button danger' : 'button primary'
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => {
    answer = resolve
  })
}

/** @param {boolean} yes */
function end(yes) {
  const resolve = answer
  answer = undefined
  if (dialog.open) dialog.close(yes ? 'yes' : 'no')
  resolve?.(yes)
}
