// @ts-check

/** Sends a press; answers what the person should be told about it: `problem` beside the button, `note` at the foot of the page.
 *  @param {{user: string, channel: string, ts: string, action_id: string, block_id: string, value: string | null}} press
 *  @returns {Promise<{problem?: string, note: string}>} */
export async function sendPress(press) {
  try {
    const response = await fetch('press', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(press) })
    return meaningOf(await response.json())
  } catch {
    return { problem: 'The stand-in does not answer. Is it still running?', note: 'Not sent' }
  }
}

/** @param {{outcome: string, status?: number, why?: string, milliseconds?: number}} result */
function meaningOf({ outcome, status = 0, why = '', milliseconds = 0 }) {
  if (outcome === 'refused') return { problem: `That button cannot be pressed any more: ${why}.`, note: 'Not sent' }
  if (why === 'timed_out')
    return { problem: 'Operation timed out. Apps need to respond within 3 seconds.', note: `No answer in ${milliseconds} ms` }
  if (outcome === 'unanswered') return { problem: 'This app is not reachable at its interactions URL.', note: 'Nobody listens' }
  const note = `Answered ${status} in ${milliseconds} ms`
  return status >= 200 && status < 300 ? { note } : { problem: `This app responded with status code ${status}.`, note }
}
