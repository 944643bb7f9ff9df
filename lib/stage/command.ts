import { ConditionError } from '../condition/error.ts'
import { contentId } from '../detection/id.ts'
import { journal } from '../incident/journal.ts'
import { endSilence, keepSilence, silencesIn } from '../incident/silences.ts'
import { guardStop, setStop } from '../response/stop.ts'
import { compileDetectionMatch } from '../rule/detection-match.ts'
import { answer, type CommandAnswer, HELP, incidentLine, silenceLine } from '../slack/answers.ts'
import { type Command, parseCommand, readCommand, type SlashCommand } from '../slack/command.ts'
import { code, date, plain } from '../slack/text.ts'
import { grantOf } from './interact/judge.ts'
import type { PressPorts, Taken } from './interact/ports.ts'
import { readOr } from './interact/take-interaction.ts'
import { openIncidents } from './open-incidents.ts'

/** What a command comes to: its outcome for the journal, why, and what is answered. */
type Done = { readonly outcome: string; readonly why?: string; readonly answer: CommandAnswer }

/** Takes the fields of a slash command that is known to be Slack's. `invalid_input`: they are none. */
export async function takeCommand(fields: unknown, ports: PressPorts): Promise<Taken> {
  if (typeof fields === 'object' && fields !== null && Object.hasOwn(fields, 'ssl_check')) return { outcome: 'ignored' }
  const command = readOr(() => readCommand(fields), ports)
  if (!command) return { outcome: 'invalid_input' }
  const asked = parseCommand(command.text)
  const done = (await refusalOf(asked, command, ports)) ?? (await carryOut(asked, command, ports))
  await note(asked, command, done, ports)
  return { outcome: done.outcome, body: done.answer }
}

/** By which word of the permissions a command goes; undefined: everybody may. */
const PERMISSION: Readonly<Record<Command['word'], string | undefined>> = {
  status: 'status',
  incidents: 'incidents',
  silences: 'status',
  silence: 'silence',
  end: 'silence',
  stop: 'stop',
  resume: 'resume',
  help: undefined,
  unclear: undefined,
}

async function refusalOf({ word }: Command, by: SlashCommand, ports: PressPorts): Promise<Done | undefined> {
  const permission = PERMISSION[word]
  if (permission === undefined) return undefined
  const grant = await grantOf(by, permission, ports)
  if (grant.kind === 'wrong_workspace') return refused(grant.kind, 'No permission covers this Slack app and workspace.')
  if (grant.kind === 'not_permitted')
    return refused(grant.kind, `You may not ask for ${code(word)} here. No permission in the rules allows it.`)
  return grant.people > 1 ? refused('takes_two', 'It takes two people, and a command has one.') : undefined
}

async function carryOut(asked: Command, by: SlashCommand, ports: PressPorts): Promise<Done> {
  switch (asked.word) {
    case 'help':
      return said('answered', [HELP])
    case 'unclear':
      return { ...refused('unclear', `${plain(asked.problem, 300)}. \`/creance help\` lists what can be asked.`), why: 'unclear' }
    case 'status':
      return said('answered', await statusLines(ports))
    case 'incidents':
      return said('answered', await incidentLines(asked.most, ports))
    case 'silences':
      return said('answered', await silenceLines(ports))
    case 'silence':
      return silence(asked, by, ports)
    case 'end':
      return end(asked.name, ports)
    case 'stop':
      return stop(asked.why, by, ports)
    case 'resume':
      return resume(ports)
  }
}

async function statusLines(ports: PressPorts): Promise<readonly string[]> {
  const [stopped, open, silences] = await Promise.all([guardStop(ports.store), openIncidents(ports), silencesIn(ports.store)])
  const states = (['open', 'acknowledged', 'contained'] as const).map(
    (state) => `${open.incidents.filter(({ status }) => status === state).length} ${state}`,
  )
  return [
    stopped ? `🛑 ${plain(stopped.why, 500)}` : '✅ Action is allowed.',
    `Incidents: ${states.join(', ')}${open.isCut ? ' among the newest; there may be more' : ''}.`,
    `Silences that people asked for: ${silences.length}.`,
  ]
}

async function incidentLines(most: number, ports: PressPorts): Promise<readonly string[]> {
  const { incidents, isCut } = await openIncidents(ports)
  const lines = incidents.slice(0, most).map((incident) => incidentLine(incident, ports.link?.(incident.id)))
  const more = incidents.length - lines.length
  const rest = more > 0 ? [`… and ${more} more that are not closed`] : []
  return [
    lines.length > 0 ? '*Not closed, the newest first*' : 'No incident is open.',
    ...lines,
    ...rest,
    ...(isCut ? ['Only the newest were looked at.'] : []),
  ]
}

async function silenceLines({ store }: PressPorts): Promise<readonly string[]> {
  const silences = await silencesIn(store)
  if (silences.length === 0) return ['No silence that somebody asked for holds now. Those in rule files are not listed here.']
  return ['*Silences that people asked for*', ...silences.map((one) => silenceLine(one.silence))]
}

async function silence(asked: Extract<Command, { word: 'silence' }>, by: SlashCommand, { store, clock }: PressPorts): Promise<Done> {
  const { match, seconds, why } = asked
  const compiled = compileDetectionMatch(match)
  if (compiled instanceof ConditionError)
    return refused(
      'invalid_match',
      `The match cannot be read: ${plain(compiled.message, 500)} (line ${compiled.line}, column ${compiled.column}).`,
    )
  const until = new Date(clock() + seconds * 1000).toISOString()
  const name = `silence-${contentId('command', match, by.user.id, until).slice(0, 10)}`
  const kept = { name, match, until, by: `@${by.user.name}`.slice(0, 200), ...(why ? { description: why } : {}) }
  if ((await keepSilence(store, kept)) === 'full') return refused('full', 'There are as many silences as can be: end one first.')
  const lines = [
    `🔕 Nobody is told of what matches, until ${date(Date.parse(until))}. It is counted and acted upon as ever.`,
    code(match, 2000),
    `To end it: \`/creance end ${name}\``,
  ]
  return { ...said('kept', lines), why: `${name} until ${until}: ${match}`.slice(0, 1000) }
}

async function end(name: string, { store }: PressPorts): Promise<Done> {
  if (await endSilence(store, name)) return { ...said('ended', [`🔔 ${code(name, 200)} has ended.`]), why: name }
  return refused('unknown_silence', `There is no silence ${code(name, 200)} that somebody asked for. \`/creance silences\` lists them.`)
}

async function stop(why: string, by: SlashCommand, { store, clock }: PressPorts): Promise<Done> {
  const stopped = await guardStop(store)
  if (stopped?.why.startsWith('all action was stopped'))
    return refused('already_stopped', `It is stopped already: ${plain(stopped.why, 500)}`)
  await setStop(store, { by: `@${by.user.name}`, atMs: clock(), why })
  return {
    ...said('stopped', [
      '🛑 All action is stopped: nothing is done to any cluster, whoever asks. What was done can still be released.',
      'To allow it again: `/creance resume`',
    ]),
    why,
  }
}

async function resume({ store }: PressPorts): Promise<Done> {
  if (!(await guardStop(store))) return refused('not_stopped', 'Action is allowed already.')
  await setStop(store, undefined)
  return said('resumed', ['✅ Action is allowed again.'])
}

/** Every command has its line, refused ones too. */
async function note({ word }: Command, by: SlashCommand, { outcome, why }: Done, { store, clock, log }: PressPorts): Promise<void> {
  const atMs = clock()
  const id = `command-${contentId(word, by.user.id, by.channel, by.id, by.text, atMs).slice(0, 32)}`
  const line = {
    id,
    at: atMs,
    kind: 'command',
    what: `/creance ${word}`,
    by: `@${by.user.name}`,
    outcome,
    ...(why ? { why } : {}),
  } as const
  await journal(store, line)
  log.info('command taken', { word, outcome, user: by.user.id, workspace: by.workspace })
}

function said(outcome: string, lines: readonly string[]): Done {
  return { outcome, answer: answer(lines) }
}

function refused(outcome: string, text: string): Done {
  return { outcome, answer: answer([text]) }
}
