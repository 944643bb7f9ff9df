import type { Press } from '../../slack/press.ts'
import { claim } from './claim.ts'
import { asShown, judge } from './judge.ts'
import { needsDialog, openDialog } from './open-dialog.ts'
import type { PressPorts, Taken } from './ports.ts'
import { REFUSALS, type Refusal, refuse, tellOne } from './refusal.ts'

/** How long a silence may be, by the menu. */
const MENU: ReadonlySet<string | undefined> = new Set(['1h', '8h', 'rule'])

/** Takes a press on a button or an entry of a menu: allowed, first and in time, or nothing changes. Whoever pressed in vain is told why, in the
 *  channel, for their eyes alone. */
export async function takePress(press: Press, ports: PressPorts): Promise<Taken> {
  if (needsDialog(press.action)) return openDialog(press, ports)
  const verdict = await judge(press, press, ports)
  const { offer } = verdict
  const inVain = async (refusal: Refusal): Promise<Taken> => {
    const { action, channel } = press
    return { outcome: await refuse({ by: press, action, offer }, channel, refusal, ports) }
  }
  if (verdict.kind === 'refused') return inVain(verdict)
  const choice = press.action === 'silence' ? press.choice : undefined
  if (press.action === 'silence' && !MENU.has(choice)) return inVain(REFUSALS.no_choice())
  const isFirst = press.action === 'silence' && verdict.offer.claim === undefined
  const seen = isFirst ? asShown(verdict, verdict.offer.parameters.shown) : undefined
  if (seen && 'kind' in seen) return inVain(seen)
  const said = { ...(choice === undefined ? {} : { choice }), ...seen }
  const claimed = await claim(verdict, { by: press, said }, press, ports)
  if (claimed.kind === 'refused') return inVain(claimed)
  if (claimed.said) await tellOne({ channel: press.channel, user: press.user.id, text: claimed.said }, `said-${press.nonce}`, ports)
  return { outcome: claimed.kind }
}
