import { ConditionError } from '../condition/error.ts'
import { contentId } from '../detection/id.ts'
import { messageOf } from '../error.ts'
import { compileBoundedMatch } from '../incident/bounded-match.ts'
import { byPerson, journal } from '../incident/journal.ts'
import { endSilence, FULL_WORDS, keepSilence } from '../incident/silences.ts'
import { guardStop, setStop } from '../response/stop.ts'
import { answer, type CommandAnswer, HELP } from '../slack/answers.ts'
import { type Command, parseCommand, readCommand, type SlashCommand } from '../slack/command.ts'
import { code, date, mention as mentionOf, plain } from '../slack/text.ts'
import { incidentLines, silenceLines, statusLines } from './command-lines.ts'
import { commandId, keepOutcome, takeOnce } from './command-once.ts'
import { grantOf } from './interact/judge.ts'
import type { PressPorts, Taken } from './interact/ports.ts'
import { readOr } from './interact/take-interaction.ts'
import { noticeMessage } from './messages.ts'

/** What a command comes to: its outcome for the journal, why, and what is answered. */
type Done = { readonly outcome: string; readonly why?: string; readonly answer: CommandAnswer }

/** Takes the fields of a slash command that is known to be Slack's. `invalid_input`: they are none. */
export async function takeCommand(fields: unknown, ports: PressPorts): Promise<Taken> {
  if (typeof fields === 'object' && fields !== null && Object.hasOwn(fields, 'ssl_check')) return { outcome: 'ignored' }
  const command = readOr(() => readCommand(fields), ports)
  if (!command) return { outcome: 'invalid_input' }
  const asked = parseCommand(command.text)
  const refusal = await refusalOf(asked, command, ports)
  if (!refusal && CHANGING.has(asked.word)) return change(asked, command, ports)
  const done = refusal ?? (await carryOut(asked, command, ports))
  await note(asked, command, done, ports)
  return { outcome: done.outcome, body: done.answer }
}

/** What changes anything: the journal says first that it was asked, and it is done once, however often it is sent. */
const CHANGING: ReadonlySet<Command['word']> = new Set(['silence', 'end', 'stop', 'resume'])

async function change(asked: Command, by: SlashCommand, ports: PressPorts): Promise<Taken> {
  const { store, clock, log } = ports
  const id = commandId(by)
  await note(asked, by, { outcome: 'asked', why: by.text.slice(0, 1000) }, ports)
  const taken = await takeOnce(store, id, clock())
  if (taken.kind === 'again') {
    const done = again(taken.outcome)
    await note(asked, by, { ...done, why: taken.outcome ?? 'what came of it is not known' }, ports)
    return { outcome: done.outcome, body: done.answer }
  }
  const done = await carryOut(asked, by, ports)
  // It is done, and that it was asked for stands in the journal: the person is told so, whatever else fails.
  await Promise.all([note(asked, by, done, ports), keepOutcome(store, id, done.outcome)]).catch((error: unknown) =>
    log.error('outcome of a command not kept', { word: asked.word, outcome: done.outcome, why: messageOf(error) }),
  )
  return { outcome: done.outcome, body: done.answer }
}

function again(outcome: string | undefined): Done {
  const known =
    outcome === undefined
      ? 'What came of it is not known: `/creance status` shows how it stands.'
      : `It was answered then: ${code(outcome, 50)}.`
  return refused('already_asked', `This very command came before. ${known} Nothing was done now; to ask once more, please type it anew.`)
}

/** By which word of the permissions a command goes; undefined: everybody may. */
const PERMISSION: Readonly<Record<Command['word'], string | undefined>> = {
  status: 'status',
  incidents: 'incidents',
  silences: 'status',
  silence: 'silence_any',
  end: 'silence_any',
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
      return end(asked.name, by, ports)
    case 'stop':
      return stop(asked.why, by, ports)
    case 'resume':
      return resume(by, ports)
  }
}

async function silence(asked: Extract<Command, { word: 'silence' }>, by: SlashCommand, { store, clock }: PressPorts): Promise<Done> {
  const { match, seconds, why } = asked
  const compiled = compileBoundedMatch(match)
  if (compiled instanceof ConditionError)
    return refused(
      'invalid_match',
      `The match cannot be read: ${plain(compiled.message, 500)} (line ${compiled.line}, column ${compiled.column}).`,
    )
  const until = new Date(clock() + seconds * 1000).toISOString()
  const name = `silence-${contentId('command', match, by.user.id, until).slice(0, 10)}`
  const who = { by: `@${by.user.name}`.slice(0, 200), byId: by.user.id }
  const keeping = await keepSilence(store, { name, match, until, ...who, ...(why ? { description: why } : {}) })
  if (keeping !== 'kept') return refused(keeping, `No silence was made: ${FULL_WORDS[keeping]}.`)
  const lines = [
    `🔕 ${mention(by)} silenced what matches this, in every channel, until ${date(Date.parse(until))}: nobody is told of it. It is counted and acted upon as ever.`,
    code(match, 2000),
    ...(why ? [`Because: ${plain(why, 300)}`] : []),
    `To end it: \`/creance end ${name}\``,
  ]
  return { ...said('kept', lines, 'in_channel'), why: `${name} until ${until}: ${match}`.slice(0, 1000) }
}

async function end(name: string, by: SlashCommand, { store, messages, clock }: PressPorts): Promise<Done> {
  const ended = await endSilence(store, name, by.user)
  if (!ended)
    return refused('unknown_silence', `There is no silence ${code(name, 200)} that somebody asked for. \`/creance silences\` lists them.`)
  const { incident } = ended
  if (incident !== undefined) {
    const id = `silence-ended-${commandId(by)}`
    await journal(store, { id, at: clock(), kind: 'silence', what: name, incident, ...byPerson(by.user), outcome: 'ended' })
    await messages.send([noticeMessage(incident, id)])
  }
  return { ...said('ended', [`🔔 ${mention(by)} ended the silence ${code(name, 200)}.`], 'in_channel'), why: name }
}

async function stop(why: string, by: SlashCommand, { store, clock }: PressPorts): Promise<Done> {
  const stopped = await guardStop(store)
  if (stopped?.why.startsWith('all action was stopped'))
    return refused('already_stopped', `It is stopped already: ${plain(stopped.why, 500)}`)
  await setStop(store, { ...byPerson(by.user), atMs: clock(), why })
  return {
    ...said(
      'stopped',
      [
        `🛑 ${mention(by)} stopped all action: nothing is done to any cluster, whoever asks. What was done can still be released.`,
        ...(why ? [`Because: ${plain(why, 300)}`] : []),
        'To allow it again: `/creance resume`',
      ],
      'in_channel',
    ),
    why,
  }
}

async function resume(by: SlashCommand, { store }: PressPorts): Promise<Done> {
  if (!(await guardStop(store))) return refused('not_stopped', 'Action is allowed already.')
  await setStop(store, undefined)
  return said('resumed', [`✅ ${mention(by)} allowed action again.`], 'in_channel')
}

/** Every command has its line, refused ones too; one that is sent again has no second one of the same kind. */
async function note(
  { word }: Command,
  by: SlashCommand,
  { outcome, why }: Pick<Done, 'outcome' | 'why'>,
  { store, clock, log }: PressPorts,
): Promise<void> {
  const id = `command-${commandId(by)}-${outcome}`
  const line = { id, at: clock(), kind: 'command', what: `/creance ${word}`, ...byPerson(by.user), outcome } as const
  await journal(store, { ...line, ...(why ? { why } : {}) })
  log.info('command taken', { word, outcome, user: by.user.id, workspace: by.workspace })
}

function mention({ user }: SlashCommand): string {
  return mentionOf(user.id, user.name)
}

function said(outcome: string, lines: readonly string[], to?: CommandAnswer['response_type']): Done {
  return { outcome, answer: answer(lines, to) }
}

function refused(outcome: string, text: string): Done {
  return { outcome, answer: answer([text]) }
}
