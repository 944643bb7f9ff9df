import { Command, InvalidArgumentError } from 'commander'
import type { JournalLine } from '../lib/incident/journal.ts'
import { printable } from '../lib/printable.ts'
import { openStore, type StoreOptions, withStore } from './store.ts'

type Options = StoreOptions & { readonly incident?: string; readonly day?: string; readonly json?: boolean }

/** `creance journal`: what was decided, pressed, done and refused, by whom and when, of one incident or of a day. */
export function journalCommand(): Command {
  return withStore(new Command('journal'))
    .description('Shows the journal: what was decided, pressed, done and refused, by whom and when; of today, if nothing else is said.')
    .option('--incident <id>', 'of this incident alone')
    .option('--day <YYYY-MM-DD>', 'of this day (UTC), and of the incidents that began on it', dayOf)
    .option('--json', 'one JSON object a line')
    .action(async ({ incident, day = new Date().toISOString().slice(0, 10), json, ...where }: Options) => {
      const { readJournal } = await import('../lib/incident/journal.ts')
      const { incidentsOfDay } = await import('../lib/incident/index-by-day.ts')
      const store = await openStore(where)
      const of = incident === undefined ? await incidentsOfDay(store, day) : [incident]
      const lines = incident === undefined ? [...(await readJournal(store, { day }))] : []
      for (const id of of) lines.push(...(await readJournal(store, { incident: id })))
      lines.sort((a, b) => a.at - b.at)
      if (lines.length === 0)
        process.stderr.write(`creance: nothing is written ${incident === undefined ? `of ${day}` : 'of this incident'}\n`)
      for (const line of lines) process.stdout.write(`${json ? JSON.stringify(line) : words(line)}\n`)
    })
}

function words({ at, kind, what, by, byId, outcome, why, incident }: JournalLine): string {
  const who = by === undefined ? '' : `, by ${by}${byId === undefined ? '' : ` (${byId})`}`
  const end = [outcome ?? '', why ?? ''].filter(Boolean).join(': ')
  const of = incident === undefined ? '' : `  [${incident.slice(0, 12)}]`
  return printable(`${new Date(at).toISOString()}  ${kind.padEnd(8)} ${what}${who}${end ? `: ${end}` : ''}${of}`)
}

function dayOf(text: string): string {
  const ms = Date.parse(`${text}T00:00:00Z`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || !Number.isFinite(ms) || !new Date(ms).toISOString().startsWith(text))
    throw new InvalidArgumentError('expected a day, such as 2026-12-01')
  return text
}
