import { createHash } from 'node:crypto'
import { contentId } from '../../detection/id.ts'
import type { ActionContext, ProvenPod } from '../action.ts'
import type { PodData } from '../actions/pod-data.ts'
import type { Evidence } from './document.ts'
import { type Gathering, gather } from './gather.ts'
import { packEvidence } from './pack.ts'

/** Where evidence is kept and what it is: the SHA-256 of its bytes, in hex. `unread`: what is not in it, as `what: why`; unknown, and so empty, where an
 *  earlier try has kept it already. */
export type Kept = { readonly uri: string; readonly sha256: string; readonly unread: readonly string[] }

export type Taking = Pick<ActionContext, 'cluster' | 'evidence' | 'clock' | 'actionId' | 'incident'> &
  Pick<Gathering, 'logLines' | 'signal'>

/** `incident/INCIDENT/ACTION.json.gz`. */
export function evidenceKey(incident: string, actionId: string): string {
  return `incident/${keyPart(incident)}/${keyPart(actionId)}.json.gz`
}

/** Evidence of a pod that is about to be lost, of what it was when it was proven if it is gone by now. Taken again for the same action, what was
 *  kept first stays. Throws CodedError where the pod cannot be read or nothing can be kept: then it must not be lost. */
export async function takeEvidence({ namespace, name, uid, object }: ProvenPod, taking: Taking): Promise<Kept> {
  const document = await gather({ namespace, name, uid }, { ...taking, proven: object })
  return keep(document, taking)
}

/** Evidence of the pod with this uid; undefined: it is gone. */
export async function captureEvidence(pod: PodData, taking: Taking): Promise<Kept | undefined> {
  const document = await gather(pod, taking)
  return document && keep(document, taking)
}

async function keep(document: Evidence, { evidence, incident, actionId }: Taking): Promise<Kept> {
  const bytes = packEvidence(document)
  const kept = await evidence.keep(evidenceKey(incident, actionId), bytes)
  const isOurs = kept.sha256 === createHash('sha256').update(bytes).digest('hex')
  return { ...kept, unread: isOurs ? document.unread.map(({ what, why }) => `${what}: ${why}`) : [] }
}

/** Ids are hexadecimal; whatever else one is, it gives a key of its own. */
function keyPart(id: string): string {
  return /^[\w-]{1,100}$/.test(id) ? id : `id-${contentId(id).slice(0, 32)}`
}
