// @ts-check
import { byId } from './element.js'
import { textView } from './mrkdwn-view.js'

/** Asks before a press, as the button wants it asked. Escape and Cancel mean no.
 *  @param {import('./blocks.js').Confirm} confirm @param {import('./mrkdwn-view.js').Names} names @returns {Promise<boolean>} */
export function confirmed({ title, text, confirm, deny, style = 'primary' }, names) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('confirm'))
  const yes = byId('confirm-yes')
  const no = byId('confirm-no')
  byId('confirm-title').replaceChildren(...(title ? textView(title, names) : ['Are you sure?']))
  byId('confirm-text').replaceChildren(...textView(text, names))
  yes.replaceChildren(...(confirm ? textView(confirm, names) : ['Yes']))
  no.replaceChildren(...(deny ? textView(deny, names) : ['Cancel']))
  yes.className = style === 'danger' ? 'button danger' : 'button primary'
  yes.onclick = () => dialog.close('yes')
  no.onclick = () => dialog.close('no')
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes'), { once: true })
  })
}
