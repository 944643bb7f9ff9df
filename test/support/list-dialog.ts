import type { ChatMessage } from '../../lib/port/chat.ts'
import type { Dialog, Modal } from '../../lib/port/dialog.ts'

/** A Dialog that is a list of what was asked of it, in its order. `views`: as they now stand, by their ids. */
export function listDialog() {
  const calls: string[] = []
  const views = new Map<string, Modal>()
  const replaced: { readonly responseUrl: string; readonly message: Pick<ChatMessage, 'text' | 'color' | 'blocks'> }[] = []
  const port: Dialog = {
    open: async (triggerId, modal) => {
      const id = `V${views.size + 1}`
      calls.push(`open ${triggerId}`)
      views.set(id, modal)
      return id
    },
    update: async (viewId, modal) => {
      calls.push(`update ${viewId}`)
      views.set(viewId, modal)
    },
    replace: async (responseUrl, message) => {
      calls.push('replace')
      replaced.push({ responseUrl, message })
    },
  }
  return { port, calls, views, replaced, last: (): Modal | undefined => [...views.values()].at(-1) }
}
