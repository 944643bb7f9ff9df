import { contentId } from '../../detection/id.ts'
import { messageOf } from '../../error.ts'
import { journal } from '../../incident/journal.ts'
import type { Chat, ChatMessage } from '../../port/chat.ts'
import type { Clock, Log } from '../../port/log.ts'
import type { Store } from '../../port/store.ts'
import { plain } from '../../slack/text.ts'

export type OperatorPorts = {
  readonly chat: Pick<Chat, 'post' | 'find'>
  readonly store: Store
  /** Channels in which trouble with others is told. */
  readonly fallbacks: readonly string[]
  readonly clock: Clock
  readonly log: Log
}

/** What only an operator can end. `place`: a channel, user or user group, or `app`. `isAgain`: telling it was begun before. */
export type OperatorNews = {
  readonly place: string
  readonly kind: string
  readonly why: string
  readonly sinceMs: number
  readonly isAgain?: boolean
}

/** Makes it known once: a line in the journal, one in the log, and a message in a fallback channel, where there is one. False: there is, and none took it now; call
 *  it again, with `isAgain`. */
export async function tellOperator(news: OperatorNews, { chat, store, fallbacks, clock, log }: OperatorPorts): Promise<boolean> {
  const { place, kind, why, sinceMs, isAgain = false } = news
  const id = idOf(news)
  await journal(store, { id: `operator-${id}`, at: clock(), kind: 'operator', what: whatOf(news), outcome: 'failed', why })
  if (!isAgain) log.error('chat needs an operator', { place, call: kind, why })
  const others = kind === 'token' ? [] : fallbacks.filter((channel) => channel !== place)
  for (const channel of others) {
    try {
      const found = isAgain ? await chat.find(channel, `operator-${id}`, sinceMs) : undefined
      if (!found) await chat.post(channel, `operator-${id}`, operatorMessage(news))
      return true
    } catch (error) {
      log.warn('no operator message in the fallback channel', { channel, why: messageOf(error) })
    }
  }
  return others.length === 0
}

/** That it works again. */
export async function tellRecovery(news: OperatorNews, { store, clock, log }: OperatorPorts): Promise<void> {
  const { place, kind, why, sinceMs } = news
  const minutes = Math.round((clock() - sinceMs) / 60_000)
  const line = { id: `operator-${idOf(news)}-over`, at: clock(), kind: 'operator', what: whatOf(news), outcome: 'works_again' } as const
  await journal(store, { ...line, why: `after ${minutes} min: ${why}`.slice(0, 500) })
  log.info('chat works again', { place, call: kind })
}

function operatorMessage(news: OperatorNews): ChatMessage {
  const text = `Creance: ${whatOf(news)} fails`
  const told = `*${plain(text)}*\n${plain(news.why, 1000)}\nWhat is to be told there is kept, and told when it works again.`
  return { text, color: '#c62828', blocks: [{ type: 'section', text: { type: 'mrkdwn', text: told, verbatim: true } }] }
}

const WORDS: Readonly<Record<string, string>> = {
  write: 'telling',
  find: 'reading what was told in',
  members: 'reading who is in',
  token: 'the token of',
}

function whatOf({ place, kind }: OperatorNews): string {
  return `${WORDS[kind] ?? kind} ${place === 'app' ? 'the chat app' : place}`
}

function idOf({ place, kind, sinceMs }: OperatorNews): string {
  return contentId('operator', place, kind, sinceMs).slice(0, 32)
}
