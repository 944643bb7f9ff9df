import { envelopeLine, packLines } from './batch/batch.ts'
import { agentIn } from './detection/read.ts'
import type { Log } from './port/log.ts'
import type { Store } from './port/store.ts'
import { type IncidentView, loadView } from './response/view.ts'
import type { RuleSet } from './rule-set.ts'
import { evaluate } from './stage/evaluate.ts'
import { IncidentMessage, readBody } from './stage/messages.ts'

const SIZE = { fillBytes: 1024 * 1024, maxBytes: Number.POSITIVE_INFINITY }
const QUIET: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Plays alerts through the stage that evaluates them, into a table of its own, and nothing else: what is called for is planned, and nobody
 *  is told and nothing is done. */
export type Rehearsal = {
  /** The alerts' own JSON texts; what is none of a known agent is passed over. */
  readonly play: (alerts: readonly string[]) => Promise<void>
  readonly incidents: () => Promise<readonly IncidentView[]>
}

/** `store`: an empty one. */
export function startRehearsal(rules: RuleSet, store: Store, cluster: string): Rehearsal {
  const seen = new Set<string>()
  const incidents = {
    send: async (messages: readonly { readonly body: string }[]) => {
      for (const { body } of messages) seen.add(readBody(body, IncidentMessage).incident)
    },
  }
  const ports = { store, incidents, actions: { send: async () => undefined }, rules, clock: Date.now, log: QUIET }
  return {
    play: async (alerts) => {
      const lines = alerts.flatMap((alert) => {
        const agent = agentIn(alert)
        return agent ? [Buffer.from(envelopeLine({ agent, cluster, receivedMs: Date.now(), alert }))] : []
      })
      if (lines.length === 0) return
      for (const { body, attributes = {} } of packLines(lines, SIZE)) await evaluate({ body, attributes }, ports)
    },
    incidents: async () => {
      const views = await Promise.all([...seen].map((id) => loadView(store, id)))
      return views.filter((view) => view !== undefined)
    },
  }
}
