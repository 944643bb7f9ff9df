import { SEVERITY_NAMES } from '../detection/detection.ts'
import type { ChatMessage } from '../port/chat.ts'
import type { Digest } from '../route/digest.ts'
import { context, header, laidOut, section } from './layout.ts'
import { SEVERITY_COLORS, SEVERITY_MARKS } from './severity.ts'
import { capital, code, counted, date, decimal, link as linkTo, plain, unformatted, wholeLines } from './text.ts'

const SHOWN = 10
/** Of all lines, and of those in one section (Slack takes 3,000 characters). */
const LINES_MAX = 9000
const SECTION_LINES_MAX = 2800
/** A longer address is left out. */
const ADDRESS_MAX = 600

type Links = { readonly link?: (incident: string) => string | undefined }

/** The one message that stands for many incidents of a channel; pure. `link`: the page of an incident, for those that are named. */
export function digestMessage(digest: Digest, { link }: Links = {}): ChatMessage {
  const { count, worst, sinceMs, lastMs } = digest
  const lines = wholeLines(
    worst.slice(0, SHOWN).map((one) => worstLine(one, link?.(one.incident))),
    LINES_MAX,
  )
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
      ...inSections([lines.length > 1 ? '*The worst of them*' : '', ...lines, more > 0 ? `… and ${decimal(more)} more` : '']).flatMap(
        (text) => section(1, text),
      ),
      ...context(2, [
        `Since ${date(sinceMs)}, the last ${date(lastMs)}`,
        'They came faster than a channel takes messages. Each goes on as ever: only its message is gathered here.',
      ]),
    ]),
  }
}

/** As few texts as the lines fit into, in their order. */
function inSections(lines: readonly string[]): readonly string[] {
  const texts: string[] = []
  for (const line of lines.filter((one) => one !== '')) {
    const longer = texts.length === 0 ? line : `${texts.at(-1)}\n${line}`
    if (texts.length === 0 || JSON.stringify(longer).length > SECTION_LINES_MAX) texts.push(line)
    else texts[texts.length - 1] = longer
  }
  return texts
}

/** The worst first; those that there are none of are left out. */
function severitiesOf({ bySeverity }: Digest): readonly { readonly severity: number; readonly words: string }[] {
  return SEVERITY_NAMES.map((name, severity) => ({ severity, count: bySeverity[severity] ?? 0, name }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count, name }) => ({ severity, words: `${decimal(count)} ${name}` }))
    .toReversed()
}

function worstLine({ title, place, severity, status }: Digest['worst'][number], address: string | undefined): string {
  const mark = SEVERITY_MARKS[severity] ?? SEVERITY_MARKS[0]
  return `${mark} ${capital(SEVERITY_NAMES[severity] ?? 'unknown')}: *${address === undefined || address.length > ADDRESS_MAX ? plain(title, 120) : linkTo(address, title)}* on ${code(place, 140)}${status === 'open' ? '' : ` (${plain(status, 20)})`}`
}
