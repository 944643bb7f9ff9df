import * as z from 'zod'
import { CodedError, messageOf } from '../../error.ts'
import type { Chat } from '../../port/chat.ts'
import { parseData, update } from '../../port/store.ts'
import { type OperatorPorts, tellOperator, tellRecovery } from './operator.ts'

/** What only an operator can end, since `sinceMs`; it was tried `tries` times, the last time at `triedMs`, and is tried again from `nextMs` on.
 *  `told`: whether telling it was begun (at `tellingMs`) or is done. */
const Trouble = z.object({
  why: z.string(),
  sinceMs: z.number().int(),
  tries: z.number().int(),
  triedMs: z.number().int(),
  nextMs: z.number().int(),
  tellingMs: z.number().int(),
  told: z.boolean(),
})
type Trouble = z.infer<typeof Trouble>

/** What is known of a channel, or of the whole app: until when (Unix ms) which calls are not wanted, and which do not work. */
const Gate = z.object({
  pausedMs: z.record(z.string(), z.number().int()).default({}),
  troubles: z.record(z.string(), Trouble).default({}),
})
type Gate = z.infer<typeof Gate>

export type GatedChat = Chat & {
  /** Throws what a post to this channel would throw without being tried. */
  readonly mayPost: (channel: string) => Promise<void>
}
export type GatePorts = OperatorPorts & { readonly chat: Chat }

const APP = 'app'
const MINUTE_MS = 60_000
/** After the first, second, … try in vain. */
const NEXT_TRY_MS = [1, 5, 15].map((minutes) => minutes * MINUTE_MS)
const LONGEST_MS = 15 * MINUTE_MS
/** While one may be trying it, the others look again in a minute, not when that one would try next. */
const TRYING_MS = 30_000
/** Where Slack named no time. */
const PAUSE_SECONDS = 30

type Call = 'post' | 'update' | 'find' | 'members' | 'tell'
/** What fails together. */
const KINDS = { post: 'write', update: 'write', find: 'find', members: 'members', tell: 'tell' } as const
/** Slack counts posts by channel, and all other calls together. */
const pausePlace = (call: Call, channel: string): string => (call === 'post' ? channel : APP)

/** The chat behind what is known of it: what Slack asked to wait with is not called before its time (`throttled`, with the time left), and what needs an operator is
 *  tried by one process at a time, after 1, 5, 15 minutes and then every 15. Such an error bears the time of the next try as retryAfterSeconds,
 *  and is told once, through the same gate; that it works again is told too. */
export function gatedChat(ports: GatePorts): GatedChat {
  const { chat } = ports
  const through = async <T>(call: Call, channel: string, work: () => Promise<T>): Promise<T> => {
    const troubles = await ready(call, channel, ports)
    for (const one of troubles) await claimTry(one, ports)
    const result = await work().catch((error) => note(error, call, channel, { ...ports, chat: gated }))
    // The call took effect, whether or not this can be noted: then the next one notes it.
    for (const one of troubles) await forget(one, ports).catch((error) => ports.log.warn('not noted', { why: messageOf(error) }))
    return result
  }
  const gated: GatedChat = {
    mayPost: async (channel) => {
      for (const { trouble } of await ready('post', channel, ports)) if (trouble.nextMs > ports.clock()) throw held(trouble, ports)
    },
    post: (channel, ...rest) => through('post', channel, () => chat.post(channel, ...rest)),
    update: (posted, ...rest) => through('update', posted.channel, () => chat.update(posted, ...rest)),
    find: (channel, ...rest) => through('find', channel, () => chat.find(channel, ...rest)),
    members: (group) => through('members', group, () => chat.members(group)),
    tell: (channel, ...rest) => through('tell', channel, () => chat.tell(channel, ...rest)),
  }
  return gated
}

type At = { readonly place: string; readonly kind: string }
type Known = At & { readonly trouble: Trouble }

/** What is known not to work of that which the call needs. Throws `throttled` where Slack asked to wait. */
async function ready(call: Call, channel: string, { store, clock }: GatePorts): Promise<readonly Known[]> {
  const [app, own] = await Promise.all(
    [APP, channel].map(async (place) => {
      const { pk, sk } = keyOf(place)
      const item = await store.get(pk, sk)
      return item ? parseData(Gate, item) : undefined
    }),
  )
  const leftMs = ((call === 'post' ? own : app)?.pausedMs[call] ?? 0) - clock()
  if (leftMs > 0) {
    const retryAfterSeconds = Math.ceil(leftMs / 1000)
    throw new CodedError('throttled', `notify: ${call}: asked to wait, ${retryAfterSeconds} s more`, { retryAfterSeconds })
  }
  if (call === 'tell') return []
  const kind = KINDS[call]
  const all: readonly [string, string, Trouble | undefined][] = [
    [APP, 'token', app?.troubles.token],
    [APP, kind, app?.troubles[kind]],
    [channel, kind, own?.troubles[kind]],
  ]
  return all.flatMap(([place, of, trouble]) => (trouble ? [{ place, kind: of, trouble }] : []))
}

/** One process at a time tries what did not work. */
async function claimTry({ place, kind, trouble: known }: Known, ports: GatePorts): Promise<void> {
  const nowMs = ports.clock()
  let waiting: Trouble | undefined
  await update(ports.store, keyOf(place), Gate, (now): Gate | undefined => {
    const trouble = now?.troubles[kind]
    waiting = trouble && trouble.nextMs > nowMs ? trouble : undefined
    if (!now || !trouble || waiting) return undefined
    const next = { ...trouble, tries: trouble.tries + 1, triedMs: nowMs, nextMs: nowMs + (NEXT_TRY_MS[trouble.tries] ?? LONGEST_MS) }
    return { ...now, troubles: { ...now.troubles, [kind]: next } }
  }).catch((error) => {
    if (error instanceof CodedError && error.code === 'conflict') waiting = { ...known, tries: known.tries + 1, triedMs: nowMs }
    else throw error
  })
  if (waiting) throw held(waiting, ports)
}

function held({ why, tries, triedMs, nextMs }: Trouble, { clock }: Pick<GatePorts, 'clock'>): CodedError {
  const isTried = tries > 1 && clock() - triedMs < TRYING_MS
  const waitMs = isTried ? Math.min(MINUTE_MS, nextMs - clock()) : nextMs - clock()
  return new CodedError('invalid_config', `notify: not tried: ${why}`, { retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)) })
}

/** Keeps what the error says of the calls to come, and throws it: whatever becomes of the keeping, it is what happened. */
async function note(error: unknown, call: Call, channel: string, ports: GatePorts): Promise<never> {
  if (!(error instanceof CodedError)) throw error
  const at = call === 'tell' ? undefined : placeOf(error, KINDS[call], channel)
  try {
    if (error.code === 'throttled') await pause(call, channel, error.retryAfterSeconds ?? PAUSE_SECONDS, ports)
    if (!at) throw error
    const { nextMs } = await noteTrouble(at, messageOf(error), ports)
    const retryAfterSeconds = Math.max(1, Math.ceil((nextMs - ports.clock()) / 1000))
    throw new CodedError(error.code, error.message, { cause: error, retryAfterSeconds })
  } catch (thrown) {
    if (thrown === error || (thrown instanceof CodedError && thrown.cause === error)) throw thrown
    ports.log.warn('not noted', { why: messageOf(thrown) })
    throw error
  }
}

async function pause(call: Call, channel: string, seconds: number, { store, clock }: GatePorts): Promise<void> {
  const untilMs = clock() + seconds * 1000
  await update(store, keyOf(pausePlace(call, channel)), Gate, (now = EMPTY) =>
    (now.pausedMs[call] ?? 0) >= untilMs ? undefined : { ...now, pausedMs: { ...now.pausedMs, [call]: untilMs } },
  )
}

/** Where what only an operator can end is to be known. */
function placeOf({ code }: CodedError, kind: string, channel: string): At | undefined {
  if (code === 'unauthorized') return { place: APP, kind: 'token' }
  if (code === 'not_permitted') return { place: APP, kind }
  return code === 'invalid_config' ? { place: channel, kind } : undefined
}

async function noteTrouble({ place, kind }: At, why: string, ports: GatePorts): Promise<Trouble> {
  const { store, clock } = ports
  const nowMs = clock()
  let toTell: 'first' | 'again' | undefined
  let trouble: Trouble = { why, sinceMs: nowMs, tries: 1, triedMs: nowMs, nextMs: nowMs + MINUTE_MS, tellingMs: nowMs, told: false }
  const first = trouble
  await update(store, keyOf(place), Gate, (now = EMPTY): Gate | undefined => {
    const before = now.troubles[kind]
    toTell = !before ? 'first' : !before.told && nowMs - before.tellingMs >= MINUTE_MS ? 'again' : undefined
    trouble = before ? { ...before, why, ...(toTell ? { tellingMs: nowMs } : {}) } : first
    return toTell || before?.why !== why ? { ...now, troubles: { ...now.troubles, [kind]: trouble } } : undefined
  })
  if (!toTell) return trouble
  if (!(await tellOperator({ place, kind, why, sinceMs: trouble.sinceMs, isAgain: toTell === 'again' }, ports))) return trouble
  await update(store, keyOf(place), Gate, (now): Gate | undefined => {
    const present = now?.troubles[kind]
    return now && present && !present.told ? { ...now, troubles: { ...now.troubles, [kind]: { ...present, told: true } } } : undefined
  })
  return trouble
}

/** It works again. */
async function forget({ place, kind, trouble }: Known, ports: GatePorts): Promise<void> {
  await tellRecovery({ place, kind, why: trouble.why, sinceMs: trouble.sinceMs }, ports)
  await update(ports.store, keyOf(place), Gate, (now): Gate | undefined => {
    if (!now || now.troubles[kind]?.sinceMs !== trouble.sinceMs) return undefined
    const { [kind]: _over, ...troubles } = now.troubles
    return { ...now, troubles }
  })
}

const EMPTY: Gate = { pausedMs: {}, troubles: {} }
const keyOf = (place: string) => ({ pk: 'chat', sk: `gate#${place}` })
