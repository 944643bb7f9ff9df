import type { FalcoDrops } from './intake/falco-drops.ts'
import type { SpoolState } from './spool/spool.ts'

/** After this long without a single message taken by the queue, something is wrong that people should look at. */
const UNSENT_MS = 60_000
/** What the disk said counts so long: only a new alert can show that it is well again, and none may come while this is not ready. */
const DISK_FAULT_MS = 30_000
/** A spool that had no room is well again when so much of it is free. */
const ROOM_SHARE = 0.1
const FALCO_TOLD_MS = 10 * 60_000

/** `problems`: why this process is not healthy; `warnings`: what to know all the same. */
export type HealthReport = { readonly problems: readonly string[]; readonly warnings: readonly string[] }

/** What this process knows of its own state. Nothing here is for a liveness probe but /ping: a restart helps neither a full disk nor a queue. */
export type Health = {
  /** There was no room for an alert. */
  readonly spoolWasFull: () => void
  /** An alert could not be kept for what the disk said. */
  readonly diskFailed: (why: string) => void
  readonly kept: () => void
  /** Why the queue did not take something; undefined: it did. */
  readonly sending: (why: string | undefined) => void
  readonly falcoDropped: (drops: FalcoDrops) => void
  readonly phase: (phase: 'starting' | 'ready' | 'draining') => void
  readonly report: () => HealthReport
  /** Why no new alerts should be sent here; undefined: they may. */
  readonly whyNotReady: () => string | undefined
  readonly isDraining: () => boolean
}

/** `spool`: its state now; undefined where there is none. */
export function createHealth(spool: () => SpoolState | undefined, clock: () => number): Health {
  let wasFull = false
  let disk: { readonly why: string; readonly atMs: number } | undefined
  let untaken: string | undefined
  let takenMs = Number.NEGATIVE_INFINITY
  let falco: { readonly text: string; readonly atMs: number } | undefined
  let phase = 'starting'

  const spoolProblem = (): string | undefined => {
    const state = spool()
    if (disk && clock() - disk.atMs < DISK_FAULT_MS) return `alerts cannot be kept: ${disk.why}`
    if (wasFull && state && state.maxBytes - state.bytes > state.maxBytes * ROOM_SHARE) wasFull = false
    return wasFull ? 'the spool is full: alerts are being refused' : undefined
  }
  /** How long something has waited while the queue took nothing, whether or not it said why. */
  const heldUpMs = (): number => {
    const oldestMs = spool()?.oldestMs
    return oldestMs === undefined ? 0 : clock() - Math.max(oldestMs, takenMs)
  }

  return {
    spoolWasFull: () => {
      wasFull = true
    },
    diskFailed: (why) => {
      disk = { why, atMs: clock() }
    },
    kept: () => {
      disk = undefined
    },
    sending: (why) => {
      untaken = why
      if (why === undefined) takenMs = clock()
    },
    falcoDropped: ({ node, syscalls, outputs }) => {
      falco = { text: `Falco on ${node || 'a node'} lost ${syscalls} system calls and ${outputs} alerts`, atMs: clock() }
    },
    phase: (next) => {
      phase = next
    },
    report: () => {
      const undeliverable = spool()?.undeliverable ?? 0
      const problems = [
        spoolProblem(),
        heldUpMs() > UNSENT_MS && `the queue has taken nothing for ${Math.round(heldUpMs() / 1000)} s: ${untaken ?? 'no answer'}`,
      ]
      const warnings = [
        untaken !== undefined && heldUpMs() > 0 && `the queue did not take a message: ${untaken}`,
        undeliverable > 0 && `${undeliverable} files of alerts that the queue will never take are in the spool's folder undeliverable`,
        falco && clock() - falco.atMs < FALCO_TOLD_MS && falco.text,
      ]
      return { problems: problems.filter((one) => typeof one === 'string'), warnings: warnings.filter((one) => typeof one === 'string') }
    },
    whyNotReady: () => (phase === 'ready' ? spoolProblem() : `this forwarder is ${phase}`),
    isDraining: () => phase === 'draining',
  }
}
