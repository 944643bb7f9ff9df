import { detectionFrom, type Evidence } from '../../detection/evidence.ts'
import type { Incident } from '../../incident/incident.ts'
import { silenceFor } from '../../incident/silence-for.ts'
import type { Modal } from '../../port/dialog.ts'
import { actionNamed } from '../../response/actions/index.ts'
import type { Offer } from '../../response/offer.ts'
import { offerTitle } from '../../response/offers.ts'
import { shownMark } from '../../response/shown.ts'
import { proposeException } from '../../rule/falco/propose-exception.ts'
import { notAThreatModal, noticeModal, reasonModal, type ShownException } from '../../slack/modal.ts'
import type { DialogMark } from '../../slack/submission.ts'
import { code, plain } from '../../slack/text.ts'
import type { Allowed, Presser } from './judge.ts'
import type { PressPorts } from './ports.ts'
import { whyNotQuiet } from './quiet.ts'

/** Of so many rules, the worst first, an exception is proposed. */
const MOST_RULES = 3

/** The dialog of an offer that asks for a reason, with what the table knows. What it shows of the incident goes with it: it is that which the person
 *  decides upon. */
export async function filledModal(
  verdict: Allowed,
  { by, mark }: { readonly by: Presser; readonly mark: DialogMark },
  ports: PressPorts,
): Promise<Modal> {
  const { offer, incident } = verdict
  const title = offerTitle(offer)
  if (offer.action !== 'not_a_threat') return reasonModal({ title, about: aboutAction(offer) }, mark)
  if (!incident) return noticeModal(title, 'There is no such incident any more.')
  const reason = await whyNoSilence(incident, by, verdict, ports)
  const noSilence = reason === undefined ? {} : { noSilence: reason }
  const about = `This closes *${plain(incident.title, 200)}*. What comes later of the same kind opens it anew, unless Falco knows the exception, or it is kept quiet.`
  return notAThreatModal({ about, exceptions: exceptionsFor(incident), ...noSilence }, { ...mark, shown: shownMark(incident) })
}

async function whyNoSilence(incident: Incident, by: Presser, { people }: Allowed, ports: PressPorts): Promise<string | undefined> {
  const refusal = await whyNotQuiet(by, people, ports)
  if (refusal) return refusal.why === 'two_to_silence' ? 'it takes two people here' : 'you may not silence here'
  const quiet = silenceFor(incident, '8h', { by: '', nowMs: ports.clock() })
  return quiet.kind === 'none' ? quiet.reason : undefined
}

function aboutAction({ action, target, dryRun }: Offer): string {
  const on = target ? `Pod ${code(`${target.namespace}/${target.pod}`)} in cluster ${code(target.cluster, 100)}. ` : ''
  return `${on}${plain(actionNamed(action)?.description ?? action)}${dryRun ? ' This is a dry run.' : ''}`
}

/** One for each of the worst rules, from the latest of its evidence that one can be made of. */
function exceptionsFor({ evidence, latest }: Incident): readonly ShownException[] {
  const byRule = Map.groupBy([...evidence, latest].toSorted(worstFirst), ({ rule }) => rule)
  return [...byRule].slice(0, MOST_RULES).map(([rule, all]) => {
    const proposals = all.map((one) => proposeException(detectionOf(one)))
    const proposal = proposals.find(({ kind }) => kind === 'proposed') ?? proposals[0]
    if (proposal?.kind === 'proposed') return { rule, yaml: proposal.yaml, notes: [...proposal.why, ...proposal.leftOut] }
    return { rule, notes: proposal ? [proposal.reason] : [] }
  })
}

/** With those of Falco's fields that the evidence tells under names of ours (detection/falco.ts), where it has them whole. */
function detectionOf(evidence: Evidence): ReturnType<typeof detectionFrom> {
  const detection = detectionFrom(evidence)
  if (detection.agent !== 'falco' || detection.source !== 'syscall') return detection
  const { namespace, image, process, file } = evidence
  const told = {
    'k8s.ns.name': namespace,
    'container.image.repository': image?.replace(/:[^:/]*$/, ''),
    'proc.exepath': process?.startsWith('/') ? process : undefined,
    'fd.name': file,
  }
  const fields = Object.fromEntries(Object.entries(told).flatMap(([name, value]) => (value ? [[name, value] as const] : [])))
  return { ...detection, fields: { ...fields, ...detection.fields } }
}

function worstFirst(a: Evidence, b: Evidence): number {
  return b.severity - a.severity || (BigInt(b.timeNs) > BigInt(a.timeNs) ? 1 : -1)
}
