import { CodedError } from '../../../../lib/error.ts'
import { Incident, IncidentSilence, incidentKey, incidentPartition } from '../../../../lib/incident/incident.ts'
import { parseData, read, type Store } from '../../../../lib/port/store.ts'
import { interact } from '../../../../lib/stage/interact.ts'
import { sweep } from '../../../../lib/stage/sweep.ts'
import { pressBody, submissionBody } from '../../../support/signed-press.ts'
import { nonceFor, type PressStage, SHOWN } from '../presses/stage.ts'

type Press = Partial<Parameters<typeof pressBody>[0]>
type Submission = Partial<Parameters<typeof submissionBody>[0]> & { readonly channel?: string; readonly shown?: string }

export const press = (stage: PressStage, name: string, more: Press = {}, ports = stage.ports) =>
  interact(stage.sign(pressBody({ value: nonceFor(name), action: name, ...more })), ports)

/** Sends the dialog of that button. */
export const submit = (
  stage: PressStage,
  name: string,
  { channel = 'C0ALERTS', shown = SHOWN, ...more }: Submission,
  ports = stage.ports,
) => {
  const user = more.user ?? 'U0ALICE'
  const metadata = JSON.stringify({ nonce: nonceFor(name), action: name, channel, user, shown })
  return interact(stage.sign(submissionBody({ metadata, reason: 'a test', ...more, user })), ports)
}

export const sweepAfter = (stage: PressStage, milliseconds: number) => {
  stage.time.nowMs += milliseconds
  return sweep({ ...stage.ports, detections: { send: async () => undefined }, userGroups: [] })
}

/** The ports of a process that dies before it writes such an item. */
export function dyingAt(stage: PressStage, isWhere: (item: Parameters<Store['put']>[0]) => boolean): PressStage['ports'] {
  let isDead = false
  const put: Store['put'] = async (item, expected) => {
    isDead ||= isWhere(item)
    if (isDead) throw new CodedError('unavailable', 'died')
    return stage.ports.store.put(item, expected)
  }
  return { ...stage.ports, store: { ...stage.ports.store, put } }
}

export const requests = (stage: PressStage) => stage.sent.actions.flatMap(({ body }) => JSON.parse(body).requests)
export const incidentOf = (stage: PressStage) => read(stage.ports.store, incidentKey('open'), Incident)
export const silencesOf = async (stage: PressStage) =>
  (await stage.ports.store.query(incidentPartition('open'), { from: 'silence#', to: 'silence#~' })).map((item) =>
    parseData(IncidentSilence, item),
  )
/** `what outcome why` of each line on a press, in the order they were written. */
export const pressLines = (stage: PressStage) =>
  stage
    .lines()
    .filter(({ kind }) => kind === 'press')
    .map(({ what, byId, outcome, why }) => [what, byId, outcome, why].filter(Boolean).join(' | '))
