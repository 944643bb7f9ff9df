import { contentId } from '../../detection/id.ts'
import { messageOf } from '../../error.ts'
import { byPerson, journal } from '../../incident/journal.ts'
import type { Modal } from '../../port/dialog.ts'
import { actionNamed } from '../../response/actions/index.ts'
import type { Offer } from '../../response/offer.ts'
import { offerTitle } from '../../response/offers.ts'
import { noticeModal, waitingModal } from '../../slack/modal.ts'
import type { Press } from '../../slack/press.ts'
import type { DialogMark } from '../../slack/submission.ts'
import { judge, mightBeGranted } from './judge.ts'
import type { PressPorts, Taken } from './ports.ts'
import { noteRefusal, REFUSALS, type Refusal, refuse } from './refusal.ts'

/** Whether a press of it asks for a reason first: what loses the pod, and what closes an incident. */
export function needsDialog(action: string | undefined): action is string {
  return action === 'not_a_threat' || (action !== undefined && (actionNamed(action)?.losesPod ?? false))
}

/** Opens the dialog that a button asks with. Slack lets a dialog be opened for three seconds after the press: so that is done before
 *  anything is asked of the table, and only then it is filled, or says why there is nothing to fill in. */
export async function openDialog(press: Press & { readonly action?: string | undefined }, ports: PressPorts): Promise<Taken> {
  const { dialog } = ports
  const { nonce, action = '', channel, triggerId } = press
  const refused = { by: press, action }
  const title = offerTitle(action)
  const grant = mightBeGranted(press, action, ports)
  if (grant.kind !== 'allowed') return { outcome: await refuse(refused, channel, REFUSALS[grant.kind](title), ports) }
  const mark: DialogMark = {
    nonce: nonce.slice(0, 64),
    action,
    channel,
    user: press.user.id,
    ...(press.message?.ts ? { ts: press.message.ts } : {}),
  }
  const view = triggerId === undefined ? undefined : await openOrNot(triggerId, waitingModal(title, mark), ports)
  const inVain = async (refusal: Refusal, offer?: Offer): Promise<Taken> => {
    const isShown = view !== undefined && (await shows(dialog.update(view, noticeModal(title, refusal.text)), ports))
    if (!isShown) return { outcome: await refuse({ ...refused, offer }, channel, refusal, ports) }
    await noteRefusal({ ...refused, offer }, refusal, ports)
    return { outcome: refusal.why }
  }
  try {
    const verdict = await judge(press, press, ports)
    if (verdict.kind === 'refused') return await inVain(verdict, verdict.offer)
    if (verdict.offer.claim) return await inVain(REFUSALS.already_pressed(verdict.offer.claim), verdict.offer)
    if (view === undefined) return await inVain(REFUSALS.no_dialog(), verdict.offer)
    const { filledModal } = await import('./filled-modal.ts') // loaded while the dialog is open already
    if (!(await shows(dialog.update(view, await filledModal(verdict, { by: press, mark }, ports)), ports)))
      return await inVain(REFUSALS.no_dialog(), verdict.offer)
    await noteOpened(press, verdict.offer, ports)
    return { outcome: 'asked' }
  } catch (error) {
    if (view !== undefined)
      await shows(dialog.update(view, noticeModal(title, 'Something failed. Nothing was done; please try again.')), ports)
    throw error
  }
}

async function openOrNot(triggerId: string, modal: Modal, { dialog, log }: PressPorts): Promise<string | undefined> {
  try {
    return await dialog.open(triggerId, modal)
  } catch (error) {
    log.error('dialog not opened', { why: messageOf(error) })
    return undefined
  }
}

async function shows(update: Promise<void>, { log }: PressPorts): Promise<boolean> {
  try {
    await update
    return true
  } catch (error) {
    log.warn('dialog not brought up to date', { why: messageOf(error) })
    return false
  }
}

async function noteOpened(press: Press, { incident, action }: Offer, { store, clock, log }: PressPorts): Promise<void> {
  const id = `press-asked-${contentId(press.nonce, press.user.id, press.id).slice(0, 32)}`
  const line = { id, at: clock(), kind: 'press', what: `${action} pressed`, ...byPerson(press.user), outcome: 'asked' } as const
  await journal(store, { ...line, incident, action, why: 'it asks for a reason first' })
  log.info('press asks for a reason', { incident, action, user: press.user.id })
}
