// @ts-check

/** What the stand-in says of what a person did (../press.ts, ../view/submit.ts, ../command.ts).
 *  @typedef {{outcome: string, status?: number, why?: string, milliseconds?: number, errors?: Record<string, string>, problem?: string,
 *    answer?: Outcome}} Outcome */

/** Does what the person at the page wants done, as the person they are. `path`: press, submit, close or command.
 *  @param {'press' | 'submit' | 'close' | 'command'} path @param {object} body @returns {Promise<Outcome>} */
export async function act(path, body) {
  try {
    const response = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    return await response.json()
  } catch {
    return { outcome: 'unsent' }
  }
}

/** What the person should be told about a press: `problem` beside the button, `note` at the foot of the page.
 *  @param {Outcome} result @returns {{problem?: string, note: string}} */
export function pressWords({ outcome, status = 0, why = '', milliseconds = 0 }) {
  if (outcome === 'unsent') return { problem: GONE, note: 'Not sent' }
  if (outcome === 'refused') return { problem: `That cannot be pressed any more: ${why}.`, note: 'Not sent' }
  if (why === 'timed_out')
    return { problem: 'Operation timed out. Apps need to respond within 3 seconds.', note: `No answer in ${milliseconds} ms` }
  if (outcome === 'unanswered') return { problem: 'This app is not reachable at its interactions URL.', note: 'Nobody listens' }
  const note = `Answered ${status} in ${milliseconds} ms`
  return status >= 200 && status < 300 ? { note } : { problem: `This app responded with status code ${status}.`, note }
}

/** The same about a modal that was submitted; `problem` stands at the top of the modal.
 *  @param {Outcome} result @returns {{problem?: string, note: string}} */
export function submitWords({ outcome, why, answer }) {
  if (outcome === 'unsent') return { problem: GONE, note: 'Not sent' }
  if (outcome === 'refused') return { problem: `This modal cannot be submitted any more: ${why}.`, note: 'Not sent' }
  if (outcome === 'incomplete') return { note: 'Not sent: a field is not filled in' }
  const { note } = pressWords(answer ?? { outcome: 'unsent' })
  return outcome === 'failed' ? { problem: 'We had some trouble connecting. Try again?', note } : { note }
}

/** The same about a slash command.
 *  @param {Outcome} result @param {string} command @returns {{problem?: string, note: string}} */
export function commandWords(result, command) {
  if (result.outcome === 'unsent') return { problem: GONE, note: 'Not sent' }
  if (result.outcome === 'refused') return { problem: `${command} is ${result.why}.`, note: 'Not sent' }
  const { note } = pressWords(result)
  return result.problem ? { problem: `${command} failed with the error “${result.problem}”`, note } : { note }
}

const GONE = 'The stand-in does not answer. Is it still running?'
