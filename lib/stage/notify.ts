import { CodedError, messageOf } from '../error.ts'
import type { Chat } from '../port/chat.ts'
import type { QueueSender, ReceivedMessage } from '../port/queue.ts'
import { type DeliverPorts, deliver } from './deliver.ts'
import { setDue } from './due.ts'
import { NoticeMessage, readBody } from './messages.ts'
import { fallbackChannels } from './notify/destinations.ts'
import { DIGEST_EDIT_MS, showDigests } from './notify/digest.ts'
import { type GatedChat, gatedChat } from './notify/gate.ts'
import type { Pace } from './notify/pace.ts'
import { tellIncident } from './notify/tell-incident.ts'
import { keepMembers } from './user-groups.ts'

export type NotifyPorts = DeliverPorts & {
  readonly chat: Chat
  /** Where what is to be done apart from Slack is passed on, and this comes from. */
  readonly messages: QueueSender
  /** 128 bits or more that nobody can guess, as `[A-Za-z0-9_-]`. */
  readonly random: () => string
  /** The user groups that permissions name. */
  readonly userGroups: readonly string[]
  /** How many new messages a channel takes; 20 a minute, and 10 that cannot wait, if not given. */
  readonly pace?: Pace
}

/** What notify is given. `receiveCount`: how often it was, from 1. */
export type Notice = Pick<ReceivedMessage, 'body' | 'receiveCount'>

/** A message that a person alone is told is of no use so late. */
const STALE_RECEIVES = 5

/** Takes one message of the messages queue. Throws what the queue is to deliver again; what waits for an operator, or longer than a queue has
 *  patience, is written down for the sweep instead. */
export async function takeNotice({ body, receiveCount }: Notice, ports: NotifyPorts): Promise<void> {
  const notice = readBody(body, NoticeMessage)
  const chat = gatedChat({ ...ports, fallbacks: fallbackChannels(ports.routes) })
  if ('deliver' in notice) return deliver(notice.deliver, ports, receiveCount)
  if ('digest' in notice) return digest(notice.digest.channel, { ...ports, chat }, receiveCount)
  if ('refresh' in notice) return refresh({ ...ports, chat })
  if ('tell' in notice) return tell(notice.tell, { ...ports, chat }, receiveCount)
  return tellIncident(notice, { ...ports, chat }, receiveCount)
}

type Told = Extract<NoticeMessage, { tell: unknown }>['tell']

/** Tells one person. What cannot be told, now or in a while, is dropped. */
async function tell({ channel, user, text }: Told, { chat, log }: NotifyPorts, receives: number): Promise<void> {
  try {
    await chat.tell(channel, user, text)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    if (error.transient && receives < STALE_RECEIVES) throw error
    log.warn('person not told', { channel, user, why: messageOf(error) })
  }
}

/** What fails now comes with the next sweep after that. */
async function digest(channel: string, ports: Omit<NotifyPorts, 'chat'> & { readonly chat: GatedChat }, receives: number): Promise<void> {
  const { store, clock, log } = ports
  try {
    await showDigests(channel, ports)
  } catch (error) {
    if (!(error instanceof CodedError) || (error.transient && receives < STALE_RECEIVES)) throw error
    log.warn('digest is shown later', { channel, why: messageOf(error) })
    const atMs = clock() + Math.max((error.retryAfterSeconds ?? 0) * 1000, DIGEST_EDIT_MS)
    await setDue(store, atMs, `digest-${channel}-held`, { do: 'digest', channel })
  }
}

/** Keeps who is in the user groups. What cannot be read now is asked for again in ten minutes; what is known grows old until then. */
async function refresh({ chat, store, userGroups, clock, log }: NotifyPorts): Promise<void> {
  for (const group of userGroups) {
    try {
      const atMs = clock()
      await keepMembers(store, group, await chat.members(group), atMs)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      log.warn('user group not read', { group, why: messageOf(error) })
    }
  }
}
