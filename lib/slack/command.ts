import * as z from 'zod'
import { type Person, readAs, SlackId } from './ids.ts'

/** The part that is read of a slash command's form. Source: Slack, "Implementing slash commands". */
const Fields = z.object({
  api_app_id: SlackId,
  team_id: SlackId,
  channel_id: SlackId,
  user_id: SlackId,
  user_name: z.string().max(255).optional(),
  text: z.string().max(8000).default(''),
  trigger_id: z.string().min(1).max(500),
})

/** `/creance …`, by whom and where. `id`: another with each that is typed, the same where one is sent again. */
export type SlashCommand = Person & { readonly channel: string; readonly text: string; readonly id: string }

/** Throws `invalid_input` where the fields are none of a slash command. */
export function readCommand(fields: unknown): SlashCommand {
  const { api_app_id, team_id, channel_id, user_id, user_name, text, trigger_id } = readAs(Fields, fields)
  return {
    app: api_app_id,
    workspace: team_id,
    channel: channel_id,
    user: { id: user_id, name: user_name ?? user_id },
    text,
    id: trigger_id,
  }
}

export const MOST_INCIDENTS = 20
export const MAX_SILENCE_SECONDS = 7 * 86_400
const MAX_MATCH = 2000
const MAX_WHY = 300

/** What is asked. `unclear`: with what is wrong. */
export type Command =
  | { readonly word: 'status' | 'silences' | 'resume' | 'help' }
  | { readonly word: 'incidents'; readonly most: number }
  | { readonly word: 'silence'; readonly match: string; readonly seconds: number; readonly why: string }
  | { readonly word: 'end'; readonly name: string }
  | { readonly word: 'stop'; readonly why: string }
  | { readonly word: 'unclear'; readonly problem: string }

/** Reads the words after `/creance`. Pure. */
export function parseCommand(typed: string): Command {
  const text = asTyped(typed).trim()
  const [word = ''] = text.split(/\s/, 1)
  const rest = text.slice(word.length).trim()
  switch (word.toLowerCase()) {
    case '':
    case 'help':
      return { word: 'help' }
    case 'status':
      return alone({ word: 'status' }, rest)
    case 'silences':
      return alone({ word: 'silences' }, rest)
    case 'resume':
      return alone({ word: 'resume' }, rest)
    case 'incidents':
      return incidents(rest)
    case 'silence':
      return silence(rest)
    case 'end':
      return /^[^\n]{1,200}$/.test(rest)
        ? { word: 'end', name: rest }
        : unclear('end: the name of which silence? /creance silences lists them')
    case 'stop': {
      const why = rest.replace(/^because\s+/i, '')
      return why.length <= MAX_WHY ? { word: 'stop', why } : unclear(`stop: please say why in ${MAX_WHY} characters`)
    }
    default:
      return unclear(`there is no command ${word.slice(0, 40)}`)
  }
}

/** As it was typed: Slack sends `&`, `<` and `>` as entities, and telephones make quotes round. */
function asTyped(text: string): string {
  const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  return plain.includes('"') ? plain : plain.replace(/[\u201c\u201d\u201e]/g, '"')
}

function alone(command: Command, rest: string): Command {
  return rest === '' ? command : unclear(`${command.word} takes nothing after it`)
}

function incidents(rest: string): Command {
  const most = rest === '' ? 10 : /^\d{1,3}$/.test(rest) ? Number(rest) : 0
  return most >= 1 && most <= MOST_INCIDENTS ? { word: 'incidents', most } : unclear(`incidents: a number from 1 to ${MOST_INCIDENTS}`)
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400 }

/** `MATCH for 2h [because …]`: the first `for` outside of quotes that a time follows, and the end or `because`. */
function silence(rest: string): Command {
  const found = [...rest.matchAll(/(?:^|\s)for\s+(\d{1,4})([mhd])(?=\s+because\s|\s*$)/gi)].find(({ index }) =>
    isOutsideQuotes(rest, index),
  )
  if (!found) return unclear('silence: expected a match, for how long, and, if you like, why: silence alert.rule = "…" for 2h because …')
  const [all, count = '', unit = ''] = found
  const match = rest.slice(0, found.index).trim()
  const why = rest
    .slice(found.index + all.length)
    .trim()
    .replace(/^because\s+/i, '')
  const seconds = Number(count) * (UNIT_SECONDS[unit.toLowerCase()] ?? 0)
  if (match === '' || match.length > MAX_MATCH) return unclear(`silence: expected a match of up to ${MAX_MATCH} characters`)
  if (seconds <= 0 || seconds > MAX_SILENCE_SECONDS) return unclear('silence: for at least a minute, and at most 7d')
  if (why.length > MAX_WHY) return unclear(`silence: please say why in ${MAX_WHY} characters`)
  return { word: 'silence', match, seconds, why }
}

/** By the rule of Falco's language: a quoted text ends at the first quote of its kind that no backslash precedes. */
function isOutsideQuotes(text: string, index: number): boolean {
  for (let at = 0; at < index; at++) {
    const quote = text[at]
    if (quote !== '"' && quote !== "'") continue
    let end = text.indexOf(quote, at + 1)
    while (end > 0 && text[end - 1] === '\\') end = text.indexOf(quote, end + 1)
    if (end < 0 || end >= index) return false
    at = end
  }
  return true
}

function unclear(problem: string): Command {
  return { word: 'unclear', problem }
}
