import { Incident, IncidentSilence, incidentKey, incidentPartition, silenceSortKey } from '../../incident/incident.ts'
import { journal } from '../../incident/journal.ts'
import { SILENCE_CHOICES, type SilenceChoice, silenceFor } from '../../incident/silence-for.ts'
import { endSilence, FULL_WORDS, keepSilence, markEnded } from '../../incident/silences.ts'
import { read } from '../../port/store.ts'
import { plain } from '../../slack/text.ts'
import { type ClaimedOffer, type EffectPorts, hasLine, lineOf } from './effect.ts'

/** Makes the silence that was chosen, of what was shown. Returns what the person is to be told (mrkdwn), where none could be made. Once: one that
 *  somebody has ended meanwhile stays so. */
export async function makeSilence(offer: ClaimedOffer, { store }: EffectPorts): Promise<string | undefined> {
  const { incident: id, claim, parameters, nonce } = offer
  const { user, name: by, atMs, choice, rules = [] } = claim
  const incident = await read(store, incidentKey(id), Incident)
  if (!incident || !isSilenceChoice(choice)) return undefined
  const rule = typeof parameters.rule === 'string' ? parameters.rule : undefined
  const made = silenceFor(incident, choice, { by: `@${by}`, byId: user, nowMs: atMs, rule, rules })
  const line = { ...lineOf(offer), id: `silence-${nonce}`, kind: 'silence', what: `silence for ${choice}` } as const
  const inVain = async (why: string): Promise<string> => {
    await journal(store, { ...line, outcome: 'refused', why: why.slice(0, 500) })
    return `No silence was made: ${plain(why, 300)}.`
  }
  if (made.kind === 'none') return inVain(made.reason)
  const { name, match, until } = made.silence
  const place = { pk: incidentPartition(id), sk: silenceSortKey(name) }
  const kept: IncidentSilence = { name, what: made.what, untilMs: Date.parse(until), by, byId: user, atMs }
  // Beside the incident first: that it was made, and that it was ended, is known there, whenever this process dies.
  const isNew = await store.put({ ...place, data: kept }, 'absent')
  if (!isNew && ((await read(store, place, IncidentSilence))?.endedBy !== undefined || (await hasLine(offer, line.id, store))))
    return undefined
  const keeping = await keepSilence(store, made.silence)
  if (keeping !== 'kept') {
    await store.remove(place.pk, place.sk)
    return inVain(FULL_WORDS[keeping])
  }
  await journal(store, { ...line, what: `${name} ${made.what}`, outcome: 'kept', why: match.slice(0, 1000) })
  return undefined
}

export async function endSilences(offer: ClaimedOffer, { store }: EffectPorts): Promise<string | undefined> {
  const { incident, claim, parameters, nonce } = offer
  const names = Array.isArray(parameters.names) ? parameters.names.filter((one) => typeof one === 'string') : []
  for (const name of names) {
    await markEnded(store, { incident, name }, { id: claim.user, name: claim.name })
    await endSilence(store, name)
    await journal(store, { ...lineOf(offer), id: `silence-ended-${nonce}-${name}`, kind: 'silence', what: name, outcome: 'ended' })
  }
  return undefined
}

function isSilenceChoice(choice: string | undefined): choice is SilenceChoice {
  return SILENCE_CHOICES.some((one) => one === choice)
}
