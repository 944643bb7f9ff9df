import { Incident, IncidentSilence, incidentKey, incidentPartition, silenceSortKey } from '../../incident/incident.ts'
import { journal } from '../../incident/journal.ts'
import { SILENCE_CHOICES, type SilenceChoice, silenceFor } from '../../incident/silence-for.ts'
import { endSilence, keepSilence } from '../../incident/silences.ts'
import { read, update } from '../../port/store.ts'
import { plain } from '../../slack/text.ts'
import { type ClaimedOffer, type EffectPorts, lineOf } from './effect.ts'

/** Makes the silence that was chosen. Returns what the person is to be told (mrkdwn), where none could be made. */
export async function makeSilence(offer: ClaimedOffer, { store }: EffectPorts): Promise<string | undefined> {
  const { incident: id, claim, parameters, nonce } = offer
  const incident = await read(store, incidentKey(id), Incident)
  if (!incident || !isSilenceChoice(claim.choice)) return undefined
  const rule = typeof parameters.rule === 'string' ? parameters.rule : undefined
  const made = silenceFor(incident, claim.choice, { by: `@${claim.name}`, nowMs: claim.atMs, rule })
  const line = { ...lineOf(offer), id: `silence-${nonce}`, kind: 'silence', what: `silence for ${claim.choice}` } as const
  const isFull = made.kind === 'made' && (await keepSilence(store, made.silence)) === 'full'
  if (made.kind === 'none' || isFull) {
    const why = made.kind === 'none' ? made.reason : 'there are as many silences as can be'
    await journal(store, { ...line, outcome: 'refused', why: why.slice(0, 500) })
    return `No silence was made: ${plain(why, 300)}.`
  }
  const { name, match, until } = made.silence
  const kept: IncidentSilence = { name, what: made.what, untilMs: Date.parse(until), by: claim.name, atMs: claim.atMs }
  await store.put({ pk: incidentPartition(id), sk: silenceSortKey(name), data: kept }, 'absent')
  await journal(store, { ...line, what: `${name} ${made.what}`, outcome: 'kept', why: match.slice(0, 1000) })
  return undefined
}

export async function endSilences(offer: ClaimedOffer, { store }: EffectPorts): Promise<string | undefined> {
  const { incident, claim, parameters, nonce } = offer
  const names = Array.isArray(parameters.names) ? parameters.names.filter((one) => typeof one === 'string') : []
  for (const name of names) {
    await endSilence(store, name)
    await update(store, { pk: incidentPartition(incident), sk: silenceSortKey(name) }, IncidentSilence, (now) =>
      now && now.endedBy === undefined ? { ...now, endedBy: claim.name } : undefined,
    )
    await journal(store, { ...lineOf(offer), id: `silence-ended-${nonce}-${name}`, kind: 'silence', what: name, outcome: 'ended' })
  }
  return undefined
}

function isSilenceChoice(choice: string | undefined): choice is SilenceChoice {
  return SILENCE_CHOICES.some((one) => one === choice)
}
