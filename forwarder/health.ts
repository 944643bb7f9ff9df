import type { FalcoDrops } from './intake/falco-drops.ts'

/** After this long without a single message taken by the queue, something is wrong that people should look at. */
const UNSENT_MS = 60_000
const FALCO_TOLD_MS = 10 * 60_000

/** `problems`: why this process is not healthy; `warnings`: what to know all the same. */
export type HealthReport = { readonly problems: readonly string[]; readonly warnings: readonly string[] }

/** What this process knows of its own state. Nothing here is for a liveness probe but /ping: a restart helps neither a full disk nor a queue. */
export type Health = {
  readonly spool: (state: 'ok' | 'full' | (string & {})) => void
  /** Why the queue did not take something; undefined: it did. */
  readonly sending: (why: string | undefined, nowMs: number) => void
  readonly falcoDropped: (drops: FalcoDrops, nowMs: number) => void
  readonly phase: (phase: 'starting' | 'ready' | 'draining') => void
  readonly report: (nowMs: number) => HealthReport
  /** Why no new alerts should be sent here; undefined: they may. */
  readonly whyNotReady: () => string | undefined
  readonly isDraining: () => boolean
}

/** `undeliverable`: how many files the queue will never take. */
export function createHealth({ undeliverable }: { readonly undeliverable: () => number }): Health {
  let spool = 'ok'
  let unsent: { readonly why: string; readonly sinceMs: number } | undefined
  let falco: { readonly text: string; readonly atMs: number } | undefined
  let phase = 'starting'
  const spoolProblem = () =>
    spool === 'ok' ? undefined : spool === 'full' ? 'the spool is full: alerts are being refused' : `alerts cannot be kept: ${spool}`
  return {
    spool: (state) => {
      spool = state
    },
    sending: (why, nowMs) => {
      unsent = why === undefined ? undefined : { why, sinceMs: unsent?.sinceMs ?? nowMs }
    },
    falcoDropped: ({ node, syscalls, outputs }, atMs) => {
      falco = { text: `Falco on ${node || 'a node'} lost ${syscalls} system calls and ${outputs} alerts`, atMs }
    },
    phase: (next) => {
      phase = next
    },
    report: (nowMs) => {
      const problems = [
        spoolProblem(),
        unsent && nowMs - unsent.sinceMs > UNSENT_MS
          ? `the queue has taken nothing for ${Math.round((nowMs - unsent.sinceMs) / 1000)} s: ${unsent.why}`
          : undefined,
      ]
      const warnings = [
        unsent && `the queue did not take a message: ${unsent.why}`,
        undeliverable() > 0
          ? `${undeliverable()} files of alerts that the queue will never take are in the spool's folder undeliverable`
          : undefined,
        falco && nowMs - falco.atMs < FALCO_TOLD_MS ? falco.text : undefined,
      ]
      return { problems: problems.filter((one) => one !== undefined), warnings: warnings.filter((one) => one !== undefined) }
    },
    whyNotReady: () => (phase === 'ready' ? spoolProblem() : `this forwarder is ${phase}`),
    isDraining: () => phase === 'draining',
  }
}
