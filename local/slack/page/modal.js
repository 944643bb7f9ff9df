// @ts-check
import { submitWords } from './act.js'
import { blockView } from './blocks.js'
import { byId } from './element.js'
import { fieldView, readField } from './field.js'
import { keepFocusInside, rememberedFocus } from './focus.js'
import { textView } from './mrkdwn-view.js'

/** @typedef {import('./blocks.js').Block} Block */
/** @typedef {import('./controls.js').Option} Option */
/** @typedef {import('./mrkdwn-view.js').Text} Text */
/** A modal in Slack's form (../view/view.ts).
 *  @typedef {{id: string, hash: string, title: Text, submit: Text | null, close: Text | null, blocks: Block[], previous_view_id: string | null}} View */
/** What is put into a modal, by block id and action id.
 *  @typedef {Record<string, Record<string, import('./field.js').Value>>} Values */
/** @typedef {{names: import('./mrkdwn-view.js').Names,
 *    onSubmit: (view: View, values: Values) => Promise<import('./act.js').Outcome>,
 *    onClose: (view: View, all: boolean) => Promise<import('./act.js').Outcome>,
 *    onPress: (view: View, values: Values, block: Block, pressed: import('./controls.js').Pressed) => Promise<boolean>}} Listeners */

/** Shows the last of a person's open modals, with their form. What is put in outlives an update, and a view that is pushed on top.
 *  @param {Listeners} listeners */
export function modalWindow({ names, onSubmit, onClose, onPress }) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('modal'))
  const form = /** @type {HTMLFormElement} */ (byId('modal-form'))
  const body = byId('modal-body')
  /** @type {Map<string, Values>} */
  const kept = new Map()
  /** @type {View | undefined} */
  let shown
  let comeBack = () => {}

  const valuesOf = (/** @type {View} */ view) => kept.get(view.id) ?? {}
  /** @param {View} view @param {string} blockId @param {string} actionId @param {import('./field.js').Value} value */
  const keep = (view, blockId, actionId, value) => {
    const values = valuesOf(view)
    kept.set(view.id, { ...values, [blockId]: { ...values[blockId], [actionId]: value } })
  }
  const keepFields = () => {
    for (const block of shown?.blocks ?? []) {
      if (shown && block.element) keep(shown, block.block_id, block.element.action_id, readField(body, block))
    }
  }
  /** Only what the view still asks for. @param {View} view @returns {Values} */
  const current = (view) => {
    keepFields()
    const asked = new Set(view.blocks.map((block) => block.block_id))
    return Object.fromEntries(Object.entries(valuesOf(view)).filter(([blockId]) => asked.has(blockId)))
  }

  /** @param {View} view @param {Record<string, string>} [errors] */
  const draw = (view, errors = {}) => {
    const values = valuesOf(view)
    const inside = {
      names,
      chosen: (/** @type {Block} */ block, /** @type {import('./controls.js').Control} */ control) => {
        const value = values[block.block_id]?.[control.action_id]
        return value === undefined ? undefined : [value ?? []].flat()
      },
      onPress: async (/** @type {Block} */ block, /** @type {import('./controls.js').Pressed} */ pressed) => {
        const sent = await onPress(view, current(view), block, pressed)
        const { control, options } = pressed
        if (sent && control.type !== 'button' && control.type !== 'overflow') {
          const chosen = options.map(({ value }) => value)
          keep(view, block.block_id, control.action_id, control.type === 'checkboxes' ? chosen : (chosen[0] ?? null))
          if (control.type === 'static_select' && shown === view) redraw(view)
        }
        return sent
      },
    }
    byId('modal-title').replaceChildren(...textView(view.title, names))
    byId('modal-problem').textContent = ''
    body.replaceChildren(
      ...view.blocks.map((block) =>
        block.type === 'input'
          ? fieldView(block, values[block.block_id]?.[block.element?.action_id ?? ''], errors[block.block_id], names)
          : blockView(block, inside),
      ),
    )
    const close = byId('modal-cancel')
    close.replaceChildren(...(view.close ? textView(view.close, names) : [view.submit ? 'Cancel' : 'Close']))
    const submit = byId('modal-submit')
    submit.hidden = view.submit === null
    submit.replaceChildren(...(view.submit ? textView(view.submit, names) : []))
  }
  /** @param {View} view @param {Record<string, string>} [errors] */
  const redraw = (view, errors) => {
    keepFields()
    const control = document.activeElement?.getAttribute('data-control')
    draw(view, errors)
    const same = control ? body.querySelector(`[data-control="${CSS.escape(control)}"]`) : undefined
    if (same instanceof HTMLElement) same.focus()
  }
  const focusFirst = () => {
    const wanted = body.querySelector('[data-focus]') ?? body.querySelector('input, textarea, select, button') ?? byId('modal-cancel')
    if (wanted instanceof HTMLElement) wanted.focus()
  }
  const close = async (/** @type {boolean} */ all) => {
    if (!shown) return
    const { problem } = submitWords(await onClose(shown, all))
    if (problem) byId('modal-problem').textContent = problem
  }

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const view = shown
    const button = byId('modal-submit')
    if (!view?.submit || button.getAttribute('aria-busy') === 'true') return
    button.setAttribute('aria-busy', 'true')
    byId('modal-problem').textContent = ''
    const result = await onSubmit(view, current(view))
    button.removeAttribute('aria-busy')
    if (shown !== view) return
    redraw(view, result.errors)
    byId('modal-problem').textContent = submitWords(result).problem ?? ''
    const wrong = body.querySelector('.wrong :is(input, textarea, select)')
    if (wrong instanceof HTMLElement) wrong.focus()
  })
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && shown?.submit) form.requestSubmit()
  })
  byId('modal-cancel').addEventListener('click', () => close(false))
  byId('modal-close').addEventListener('click', () => close(true))
  dialog.addEventListener('cancel', (event) => {
    if (event.target !== dialog) return
    event.preventDefault()
    close(false)
  })
  // A browser may close it without asking; the stand-in is told all the same.
  dialog.addEventListener('close', () => {
    if (!dialog.open) close(true)
  })
  keepFocusInside(dialog)

  return {
    /** @param {View[]} views */
    show(views) {
      const top = views.at(-1)
      if (!top) {
        shown = undefined
        kept.clear()
        if (!dialog.open) return
        dialog.close()
        comeBack()
        return
      }
      if (dialog.open && top.id === shown?.id && top.hash === shown.hash) return
      if (shown) keepFields()
      const isSame = top.id === shown?.id
      const before = document.activeElement?.getAttribute('data-control')
      shown = top
      draw(top)
      if (!dialog.open) {
        comeBack = rememberedFocus(byId('conversation'))
        dialog.showModal()
      }
      const same = isSame && before ? body.querySelector(`[data-control="${CSS.escape(before)}"]`) : undefined
      if (same instanceof HTMLElement) same.focus()
      else focusFirst()
    },
  }
}
