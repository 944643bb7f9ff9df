import type { Offer } from '../response/offer.ts'
import { offerTitle } from '../response/offers.ts'
import type { IncidentView } from '../response/view.ts'
import { reasonText } from './outcome-line.ts'
import { decisionLine, silenceLine } from './status.ts'
import { date, mention, plain } from './text.ts'
import { keyOf, LAST_MS, type Told, told } from './told.ts'

/** What a press of these does is told by what came of it. */
const TOLD_BY_ACKNOWLEDGING: ReadonlySet<string> = new Set(['acknowledge', 'not_a_threat'])

/** Who decided, acknowledged and silenced what, and wanted what of which it takes two. */
export function peopleReplies({ plans, offers, silences }: IncidentView): readonly Told[] {
  return [
    ...plans.flatMap((plan) =>
      plan.decision ? [told(keyOf('decided', plan.request.id, plan.decision.kind), plan.decision.atMs, [decisionLine(plan)])] : [],
    ),
    ...offers.flatMap(({ offer }) => [...pressReplies(offer), ...halfReplies(offer)]),
    ...silences.flatMap(silenceReplies),
  ]
}

function pressReplies({ nonce, action, claim }: Offer): readonly Told[] {
  if (!claim || !TOLD_BY_ACKNOWLEDGING.has(action)) return []
  const who = `${mention(claim.user, claim.name)} ${date(claim.atMs)}${reasonText(claim.reason)}`
  const what = action === 'acknowledge' ? `👀 *Acknowledged* by ${who}` : `🟢 *Not a threat*, says ${who}`
  return [told(keyOf('pressed', nonce), claim.atMs, [what])]
}

function halfReplies({ nonce, action, approvals, people }: Offer): readonly Told[] {
  if (people < 2 && approvals.length === 0) return []
  return approvals.map(({ user, name, atMs, reason }) => {
    const what = `✋ *${plain(offerTitle(action), 40)}*: ${mention(user, name)} wants it ${date(atMs)}${reasonText(reason)}; it takes one more person`
    return told(keyOf('half', nonce, user), atMs, [what])
  })
}

/** When a silence was ended is not written down. */
function silenceReplies(silence: IncidentView['silences'][number]): readonly Told[] {
  const { name, untilMs, atMs, endedBy } = silence
  const { endedBy: _ended, ...begun } = silence
  return [
    told(keyOf('silence', name, untilMs), atMs, [silenceLine(begun)]),
    ...(endedBy === undefined ? [] : [told(keyOf('silence-ended', name, untilMs), LAST_MS - 1, [silenceLine(silence)])]),
  ]
}
