// @ts-check
import { commandWords } from './act.js'
import { byId } from './element.js'

/** The line at the foot, in which slash commands are typed; the arrow up brings the last one back.
 *  @param {{commands: () => string[], onCommand: (command: string, text: string) => Promise<import('./act.js').Outcome>,
 *    onNote: (note: string) => void}} on */
export function composer({ commands, onCommand, onNote }) {
  const form = byId('composer')
  const line = /** @type {HTMLInputElement} */ (byId('line'))
  const problem = byId('line-problem')
  let last = ''

  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const typed = line.value.trim()
    if (typed === '' || form.getAttribute('aria-busy') === 'true') return
    problem.textContent = ''
    if (!typed.startsWith('/')) {
      problem.textContent = `Only the app’s commands are heard here: ${commands().join(', ')}.`
      return
    }
    form.setAttribute('aria-busy', 'true')
    const [command = '', ...words] = typed.split(/\s+/)
    const result = await onCommand(command, typed.slice(command.length).trim())
    form.removeAttribute('aria-busy')
    const { problem: what, note } = commandWords(result, command)
    problem.textContent = what ?? ''
    onNote(`${[command, words[0]].filter(Boolean).join(' ')}: ${note}`)
    last = typed
    if (what === undefined && line.value.trim() === typed) line.value = ''
  })
  line.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowUp' || line.value !== '' || last === '') return
    event.preventDefault()
    line.value = last
  })
  return {
    /** @param {string} where */
    draw(where) {
      const example = commands()[0] ?? '/command'
      line.placeholder = `Type ${example} …`
      line.setAttribute('aria-label', `Command to the app in ${where}`)
    },
  }
}
