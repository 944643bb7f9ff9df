import { SEVERITY_NAMES } from '../detection/detection.ts'
import { milliseconds } from '../detection/time.ts'
import type { Incident } from '../incident/incident.ts'
import type { Silence } from '../incident/silence.ts'
import type { Block } from '../port/chat.ts'
import { clip, code, date, plain } from './text.ts'

/** What a command is answered with: for the eyes of who asked alone, or for all in the channel. */
export type CommandAnswer = { readonly response_type: 'ephemeral' | 'in_channel'; readonly text: string; readonly blocks: readonly Block[] }

const SECTION_MAX = 3000
const MOST_SECTIONS = 20

export const HELP = [
  '*/creance status*: what is open, what is quiet, and whether all action is stopped',
  '*/creance incidents* [N]: the newest that are not closed',
  '*/creance silence* `MATCH` for `2h` [because …]: tells nobody of what matches, for up to 7 days',
  '*/creance silences*: those that people asked for',
  '*/creance end* `NAME`: ends such a silence',
  '*/creance stop* [why]: nothing is done to any cluster any more, whoever asks; what was done can still be released',
  '*/creance resume*: action is allowed again',
].join('\n')

/** Lines of mrkdwn, escaped, as sections within Slack's limits; what does not fit is counted. */
export function answer(lines: readonly string[], to: CommandAnswer['response_type'] = 'ephemeral'): CommandAnswer {
  const sections: string[] = []
  let shown = 0
  for (const line of lines.map((one) => clip(one, SECTION_MAX))) {
    const last = sections.at(-1)
    if (last !== undefined && last.length + line.length + 1 <= SECTION_MAX) sections[sections.length - 1] = `${last}\n${line}`
    else if (sections.length < MOST_SECTIONS) sections.push(line)
    else break
    shown += 1
  }
  const texts = shown < lines.length ? [...sections, `… and ${lines.length - shown} more`] : sections
  return {
    response_type: to,
    text: clip(lines[0] ?? '', 300),
    blocks: texts.map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })),
  }
}

/** One incident in one line. `link`: the address of its page. */
export function incidentLine({ id, title, severity, status, count, lastNs, subject }: Incident, link?: string): string {
  const where =
    subject.workload === undefined
      ? (subject.user ?? subject.namespace ?? subject.node ?? subject.container ?? subject.cluster)
      : `${subject.namespace}/${subject.workload}`
  const name = plain(title, 120)
  const shown =
    link !== undefined && /^https?:\/\/[^\s<>|]+$/.test(link)
      ? `<${link.replaceAll('&', '&amp;')}|${name.replaceAll('|', '¦')}>`
      : `*${name}*`
  return `• ${SEVERITY_NAMES[severity]}, ${status}: ${shown} on ${code(where, 120)}, ${count} times, last ${date(milliseconds(lastNs))} (${code(id.slice(0, 8))})`
}

export function silenceLine({ name, match, until, by, description }: Silence): string {
  const said = description === undefined ? '' : `, ${plain(description, 200)}`
  return `• ${code(name, 100)} until ${date(Date.parse(until))}${by === undefined ? '' : `, by ${plain(by, 80)}`}${said}\n   ${code(match, 400)}`
}
