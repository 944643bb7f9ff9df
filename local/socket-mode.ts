import { setTimeout as sleep } from 'node:timers/promises'
import { CodedError, messageOf } from '../lib/error.ts'
import type { SlackSocket, SocketConnection } from '../lib/port/slack-socket.ts'
import { answerEnvelopes, type EnvelopePorts } from './answer-envelopes.ts'

export type SocketModePorts = EnvelopePorts & { readonly socket: SlackSocket }

export type SocketModeTimes = {
  readonly retryMs: number
  readonly maxRetryMs: number
  readonly steadyMs: number
  readonly ackWithinMs: number
}

/** Slack waits three seconds for an answer. A connection that held for less than `steadyMs` counts as one more failure. */
const TIMES: SocketModeTimes = { retryMs: 1000, maxRetryMs: 60_000, steadyMs: 10_000, ackWithinMs: 2500 }

export type SocketMode = { readonly isConnected: () => boolean; readonly stop: () => Promise<void> }

/** Takes presses and commands from Slack's Socket Mode, for an installation that Slack cannot reach, and stays connected until `stop`: a
 *  connection that Slack wants to end is replaced before it is closed. Resolves when connected, or when Slack could not be reached for now (it
 *  goes on trying). Throws `invalid_config` where Slack refuses the token at the start. `stop` waits for what is being answered. */
export async function startSocketMode(ports: SocketModePorts, times: Partial<SocketModeTimes> = {}): Promise<SocketMode> {
  const { retryMs, maxRetryMs, steadyMs, ackWithinMs } = { ...TIMES, ...times }
  const { socket, log } = ports
  const stopping = new AbortController()
  const { signal } = stopping
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  const answers = answerEnvelopes(ports, ackWithinMs)
  const listener = {
    onEnvelope: answers.take,
    onUnreadable: (kind: string) => log.warn('Slack socket: a message of another kind was dropped', { kind }),
  }
  const open = new Set<SocketConnection>()
  const closing = new Set<Promise<void>>()

  /** What came over it is acknowledged first. */
  const retire = (connection: SocketConnection | undefined): void => {
    if (!connection) return
    const done = answers
      .acknowledged()
      .then(() => connection.close())
      .catch((error: unknown) => log.warn('Slack socket: not closed', { why: messageOf(error) }))
      .finally(() => {
        open.delete(connection)
        closing.delete(done)
      })
    closing.add(done)
  }

  const pause = async (failures: number, atLeastSeconds = 0): Promise<void> => {
    const ms = Math.min(maxRetryMs, retryMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2)
    await sleep(Math.max(atLeastSeconds * 1000, ms), undefined, { signal }).catch(() => undefined)
  }

  const keepConnected = async (onTried: () => void): Promise<void> => {
    let connection: SocketConnection | undefined
    let failures = 0
    let told: string | undefined
    for (let tries = 1; !signal.aborted; tries++) {
      const next = await socket.connect(listener, signal).catch(asCoded)
      if (signal.aborted && next instanceof CodedError) break
      if (next instanceof CodedError) {
        if (next.code === 'invalid_config' && tries === 1) throw next
        failures += 1
        // An operator's error is said once, however often it is met again.
        if (next.code !== 'invalid_config') log.warn('Slack socket: not connected, trying again', { why: next.message })
        else if (told !== next.message) log.error('Slack socket: refused; trying again all the same', { why: next.message })
        told = next.message
        onTried()
        await pause(failures, next.retryAfterSeconds)
        continue
      }
      open.add(next)
      retire(connection)
      connection = next
      told = undefined
      log.info('Slack socket: connected')
      onTried()
      const since = performance.now()
      const why = await Promise.race([next.leaving, stopped])
      if (signal.aborted) break
      const off = why === 'link_disabled'
      if (off) log.error('Slack socket: Socket Mode was switched off for the app (Settings, Socket Mode)')
      else log.info('Slack socket: connecting again', { why: why ?? 'dropped' })
      failures = off || performance.now() - since < steadyMs ? failures + 1 : 0
      if (failures > 0) await pause(failures)
    }
    retire(connection)
  }

  const tried = Promise.withResolvers<void>()
  const running = keepConnected(tried.resolve)
  await Promise.race([tried.promise, running])
  return {
    isConnected: () => [...open].some((connection) => connection.isOpen()),
    stop: async () => {
      stopping.abort()
      await running
      await Promise.all(closing)
      await answers.settled()
    },
  }
}

function asCoded(error: unknown): CodedError {
  return error instanceof CodedError ? error : new CodedError('unavailable', `Slack socket: ${messageOf(error)}`, { cause: error })
}
