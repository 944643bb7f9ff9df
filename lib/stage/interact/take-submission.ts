import { offerTitle } from '../../response/offers.ts'
import { CLEAR, showNotice, showReasonError } from '../../slack/modal.ts'
import { MAX_REASON, type Submission } from '../../slack/submission.ts'
import { claim } from './claim.ts'
import { asShown, judge, mightBeGranted } from './judge.ts'
import { needsDialog } from './open-dialog.ts'
import type { PressPorts, Taken } from './ports.ts'
import { whyNotQuiet } from './quiet.ts'
import { noteRefusal, REFUSALS, type Refusal, tellOne } from './refusal.ts'

const QUIET_CHOICES: ReadonlySet<string | undefined> = new Set(['none', '8h', '7d', undefined])

/** Takes a dialog that was sent: all that was judged when it was opened is judged again. What is wrong is said in the dialog. */
export async function takeSubmission(submission: Submission, ports: PressPorts): Promise<Taken> {
  const { mark, user, reason, choice } = submission
  const title = offerTitle(mark?.action ?? 'creance')
  const refused = { by: submission, action: mark?.action }
  const inVain = async (refusal: Refusal, offer?: Parameters<typeof noteRefusal>[0]['offer']): Promise<Taken> => {
    await noteRefusal({ ...refused, offer }, refusal, ports)
    return { outcome: refusal.why, body: showNotice(title, refusal.text) }
  }
  if (!mark) return inVain(REFUSALS.unknown_button())
  const by = { ...submission, channel: mark.channel }
  const grant = mightBeGranted(by, mark.action, ports)
  if (grant.kind !== 'allowed') return inVain(REFUSALS[grant.kind](title))
  const verdict = await judge(by, mark, ports)
  const { offer } = verdict
  if (verdict.kind === 'refused') return inVain(verdict, offer)
  if (mark.user !== user.id) return inVain(REFUSALS.another_person(), offer)
  if (!needsDialog(verdict.offer.action)) return inVain(REFUSALS.wrong_button(), offer)
  if (reason === '' || reason.length > MAX_REASON) {
    const refusal = reason === '' ? REFUSALS.no_reason() : REFUSALS.reason_too_long(MAX_REASON)
    await noteRefusal({ ...refused, offer }, refusal, ports)
    return { outcome: refusal.why, body: showReasonError(refusal.text) }
  }
  if (!QUIET_CHOICES.has(choice)) return inVain(REFUSALS.no_choice(), offer)
  const isClosing = verdict.offer.action === 'not_a_threat' && verdict.offer.claim === undefined
  const isQuiet = isClosing && choice !== undefined && choice !== 'none'
  const refusal = isQuiet ? await whyNotQuiet(by, verdict.people, ports) : undefined
  if (refusal) return inVain(refusal, offer)
  const seen = isClosing ? asShown(verdict, mark.shown) : undefined
  if (seen && 'kind' in seen) return inVain(seen, offer)
  const said = { reason, ...(choice === undefined ? {} : { choice }), ...seen }
  const claimed = await claim(verdict, { by, said }, undefined, ports)
  if (claimed.kind === 'refused') return inVain(claimed, offer)
  if (claimed.said) await tellOne({ channel: mark.channel, user: user.id, text: claimed.said }, `said-${mark.nonce}`, ports)
  return { outcome: claimed.kind, body: CLEAR }
}
