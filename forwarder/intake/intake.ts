import { auditHead } from '../../lib/audit/head.ts'
import { splitAudit } from '../../lib/audit/split.ts'
import { envelopeLine } from '../../lib/batch/batch.ts'
import type { Envelope } from '../../lib/batch/envelope.ts'
import type { Severity } from '../../lib/detection/detection.ts'
import { messageOf } from '../../lib/error.ts'
import type { Clock, Log } from '../../lib/port/log.ts'
import type { Health } from '../health.ts'
import type { Metrics } from '../metrics.ts'
import { falcoDrops } from './falco-drops.ts'
import { judge, type Refusal, type RefusalReason, type Stamp } from './judge.ts'

/** Refusals of a kind are logged this often, and so many of one request are kept for a look; all are counted. */
const LOG_EVERY_MS = 1000
const KEPT_A_BODY = 20
const FOR_WANT_OF_ROOM: readonly RefusalReason[] = ['spool_full', 'storage_failed']

/** Keeps one envelope's JSON line: `kept` when it will survive this process, `full` where there is no room. Throws what the disk says. */
export type Keep = (line: string, urgent: boolean) => Promise<'kept' | 'full'>

export type IntakePorts = {
  readonly keep: Keep
  /** The same for an event of the audit log; undefined where there is nobody to evaluate it. */
  readonly keepAudit?: Keep | undefined
  readonly metrics: Metrics
  readonly health: Health
  /** Keeps the head of what was refused, for a look. */
  readonly keepRejected: (text: string | Buffer, refusal: Refusal, nowMs: number) => void
  readonly clock: Clock
  readonly log: Log
}

/** What became of some alerts. `dropped`: telemetry, which is no detection. `index`: which of them. */
export type Taken = {
  readonly kept: number
  readonly dropped: number
  /** Why something could not be kept now; only where it is taken patiently. */
  readonly notKept: string | undefined
  readonly refused: readonly (Refusal & { readonly index: number })[]
}

export type Intake = {
  /** Resolves when each alert is kept, dropped or refused. Never throws. */
  readonly take: (texts: readonly string[], options?: TakeOptions) => Promise<Taken>
  /** Counts and keeps a refusal of something that was not even looked into. */
  readonly refuse: (refusal: Refusal, what: { readonly head?: string | Buffer | undefined; readonly from?: string | undefined }) => void
}

/** `patiently`: what there is no room for now is not refused, since it comes again. `from`: who sends, for the log. */
export type TakeOptions = { readonly patiently?: boolean; readonly from?: string | undefined }

export type IntakeOptions = { readonly stamp: Stamp; readonly urgentSeverity: Severity }

/** The one way in, whoever brings the alerts: judged, stamped, counted, and kept before anybody is told so. */
export function createIntake(
  { keep, keepAudit, metrics, health, keepRejected, clock, log }: IntakePorts,
  { stamp, urgentSeverity }: IntakeOptions,
): Intake {
  const readDrops = falcoDrops()

  const seldom = oncePer(LOG_EVERY_MS, clock)
  const tell = ({ reason, error }: Refusal, from: string | undefined): void => {
    seldom(reason, () => log.warn('alert refused', { reason, why: error, from, all: 'creance_alerts_refused_total counts them' }))
  }
  const refuse: Intake['refuse'] = (refusal, { head, from }) => {
    metrics.refused(refusal.reason)
    if (head !== undefined) keepRejected(head, refusal, clock())
    tell(refusal, from)
  }

  const keepLine = async (into: Keep, envelope: Envelope, urgent: boolean): Promise<Refusal | undefined> => {
    try {
      if ((await into(envelopeLine(envelope), urgent)) === 'full') {
        health.spoolWasFull()
        return { reason: 'spool_full', error: 'the spool is full: the queue has not taken anything for too long' }
      }
      health.kept()
      return undefined
    } catch (error) {
      health.diskFailed(faultOf(error))
      seldom('storage', () => log.error('an alert could not be kept', { why: messageOf(error) }))
      return { reason: 'storage_failed', error: `it could not be kept (${faultOf(error)})` }
    }
  }

  /** Every event of the payload by itself; one that cannot be read is refused alone. */
  const takeAudit = async (payload: string): Promise<Outcome> => {
    if (!keepAudit) return refusedFor('unknown_shape', 'events of the audit log are taken where CREANCE_AUDIT_QUEUE_URL is set')
    const { events, refused } = splitAudit(payload)
    const envelopes = events.map(({ text }) => ({ agent: 'k8s_audit' as const, ...stamp, receivedMs: clock(), alert: text }))
    const outcomes = await Promise.all(envelopes.map((envelope) => keepLine(keepAudit, envelope, false)))
    for (const outcome of outcomes) if (!outcome) metrics.received('k8s_audit')
    const [first] = refused
    const unread: Refusal | undefined = first && {
      reason: 'malformed',
      error: `audit event: ${first.reason} (${refused.length} of the list)`,
    }
    const refusal = outcomes.find((outcome) => outcome !== undefined) ?? unread
    return { kept: outcomes.filter((outcome) => !outcome).length, ...(refusal ? { refusal } : {}) }
  }

  const takeOne = async (text: string): Promise<Outcome> => {
    const verdict = judge(text, stamp, clock())
    if (verdict.kind === 'refused') return refusedFor(verdict.reason, verdict.error)
    if (verdict.kind === 'audit') return takeAudit(verdict.payload)
    if (verdict.kind === 'telemetry') {
      metrics.telemetry(verdict.agent)
      return { kept: 0, dropped: true }
    }
    if (verdict.kind === 'internal') {
      metrics.internal(verdict.rule)
      const drops = readDrops(verdict.alert)
      if (drops) {
        metrics.falcoDrops(drops)
        health.falcoDropped(drops)
        seldom('falco', () => log.warn('Falco lost events before it could tell of them', drops))
      }
    }
    const urgent = verdict.kind === 'alert' && verdict.severity >= urgentSeverity
    const notKept = await keepLine(keep, verdict.envelope, urgent)
    if (notKept) return { kept: 0, refusal: notKept }
    metrics.received(verdict.envelope.agent)
    if (verdict.kind === 'alert') metrics.detection(verdict.rule, verdict.priority)
    return { kept: 1 }
  }

  return {
    refuse,
    take: async (texts, { patiently = false, from } = {}) => {
      const outcomes = await Promise.all(texts.map(takeOne))
      const notTaken = outcomes.flatMap(({ refusal }, index) => (refusal ? [{ index, ...refusal }] : []))
      const refused = notTaken.filter(({ reason }) => !patiently || !FOR_WANT_OF_ROOM.includes(reason))
      const notKept = notTaken.find((one) => !refused.includes(one))?.error
      for (const { index, ...refusal } of refused.slice(0, KEPT_A_BODY)) refuse(refusal, { head: auditHead(texts[index] ?? ''), from })
      for (const { reason } of refused.slice(KEPT_A_BODY)) metrics.refused(reason)
      return {
        kept: outcomes.reduce((sum, outcome) => sum + outcome.kept, 0),
        dropped: outcomes.filter((outcome) => outcome.dropped).length,
        notKept,
        refused,
      }
    },
  }
}

/** What became of one text: an event list may hold many, some of them refused. */
type Outcome = { readonly kept: number; readonly dropped?: true; readonly refusal?: Refusal }

function refusedFor(reason: RefusalReason, error: string): Outcome {
  return { kept: 0, refusal: { reason, error } }
}

/** The error's code alone: its message has paths of this machine, which are not for whoever may ask. */
function faultOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'the log says why'
}

/** Does something at most once per `ms` for each name. */
function oncePer(ms: number, clock: Clock): (name: string, something: () => void) => void {
  const done = new Map<string, number>()
  return (name, something) => {
    if (Math.abs(clock() - (done.get(name) ?? Number.NEGATIVE_INFINITY)) < ms) return
    done.set(name, clock())
    something()
  }
}
