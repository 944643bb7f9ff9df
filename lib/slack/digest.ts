import { SEVERITY_NAMES } from '../detection/detection.ts'
import type { ChatMessage } from '../port/chat.ts'
import type { Digest } from '../route/digest.ts'
import { context, header, laidOut, section } from './layout.ts'
import { SEVERITY_COLORS, SEVERITY_MARKS } from './severity.ts'
import { capital, code, counted, date, decimal, plain, unformatted, wholeLines } from './text.ts'

const SHOWN = 10
const LINES_MAX = 2800

/** The one message that stands for many incidents of a channel; pure. */
export function digestMessage(digest: Digest): ChatMessage {
  const { count, worst, sinceMs, lastMs } = digest
  const lines = wholeLines(worst.slice(0, SHOWN).map(worstLine), LINES_MAX)
  const more = count - lines.length
  const severities = severitiesOf(digest)
  const [highest] = severities
  const what = `${counted(count, 'more incident')}, told together`
  return {
    text: `${what}: ${severities.map(({ words }) => words).join(', ')}`,
    color: SEVERITY_COLORS[highest?.severity ?? 0] ?? SEVERITY_COLORS[0],
    blocks: laidOut([
      header(unformatted(`🗂️ ${what}`, 150)),
      ...section(0, severities.map(({ severity, words }) => `${SEVERITY_MARKS[severity]} *${words}*`).join('   ')),
      ...section(
        1,
        [lines.length > 1 ? '*The worst of them*' : '', ...lines, more > 0 ? `… and ${decimal(more)} more` : ''].filter(Boolean).join('\n'),
      ),
      ...context(2, [
        `Since ${date(sinceMs)}, the last ${date(lastMs)}`,
        'They came faster than a channel takes messages. Each goes on as ever: only its message is gathered here.',
      ]),
    ]),
  }
}

/** The worst first; those that there are none of are left out. */
function severitiesOf({ bySeverity }: Digest): readonly { readonly severity: number; readonly words: string }[] {
  return SEVERITY_NAMES.map((name, severity) => ({ severity, count: bySeverity[severity] ?? 0, name }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count, name }) => ({ severity, words: `${decimal(count)} ${name}` }))
    .toReversed()
}

function worstLine({ title, place, severity, status }: Digest['worst'][number]): string {
  const mark = SEVERITY_MARKS[severity] ?? SEVERITY_MARKS[0]
  return `${mark} ${capital(SEVERITY_NAMES[severity] ?? 'unknown')}: *${plain(title, 120)}* on ${code(place, 140)}${status === 'open' ? '' : ` (${plain(status, 20)})`}`
}
