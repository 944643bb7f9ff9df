import { isFinal, type Outcome } from '../response/outcome.ts'
import type { ActionRecord } from '../response/record.ts'
import type { IncidentView } from '../response/view.ts'
import { actionLine, podOf } from './outcome-line.ts'
import { code } from './text.ts'
import { keyOf, type Told, told } from './told.ts'

const COLORS: Readonly<Partial<Record<Outcome['state'], string>>> = { done: '#2e7d32', refused: '#d9a514', failed: '#c62828' }

/** What became of each action, in full, with where the evidence is. What a release has undone is told by the release. What a response only tried out is
 *  told once for all pods that it would be the same for. */
export function outcomeReplies({ actions, incident }: IncidentView): readonly Told[] {
  const known = new Set(actions.map(({ request }) => request.id))
  const settled = actions
    .filter(({ outcome, undoneBy }) => isFinal(outcome) && !(undoneBy !== undefined && known.has(undoneBy)))
    .toSorted((a, b) => settledAt(a) - settledAt(b))
  const byKey = new Map<string, Told>()
  for (const record of settled) {
    const reply = outcomeReply(record, incident.pods)
    if (!byKey.has(reply.key)) byKey.set(reply.key, reply)
  }
  return [...byKey.values()]
}

function outcomeReply(record: ActionRecord, pods: IncidentView['incident']['pods']): Told {
  const { request, outcome, evidence } = record
  const lines = [
    actionLine(record, pods, 1200),
    pods.seen.length > 1 ? '' : `Pod ${podOf(request.target)}`,
    evidence ? `🗄️ Evidence: ${code(evidence.uri, 500)}` : '',
    evidence ? `SHA-256 ${code(evidence.sha256, 80)}` : '',
  ]
  return told(outcomeKey(record), settledAt(record), lines, outcome && COLORS[outcome.state])
}

function outcomeKey({ request, outcome, undoneBy }: ActionRecord): string {
  const { id, by, action, dryRun } = request
  const guard = outcome?.state === 'refused' ? outcome.guard : ''
  if (dryRun && by.kind === 'response') return keyOf('tried', by.name, action, outcome?.state, guard)
  return keyOf('action', id, outcome?.state, guard, undoneBy)
}

function settledAt({ settledMs, begunMs }: ActionRecord): number {
  return settledMs ?? begunMs ?? 0
}
