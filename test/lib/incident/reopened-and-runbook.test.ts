import { expect, test } from 'vitest'
import type { Detection } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import type { FiringNews } from '../../../lib/incident/firings.ts'
import { subjectOf } from '../../../lib/incident/group.ts'
import { Incident } from '../../../lib/incident/incident.ts'
import { mergeIncident } from '../../../lib/incident/merge.ts'
import { detection } from '../../support/detection.ts'

const OPENING = { id: 'i', subject: subjectOf(detection()), cause: 'c' }
const at = (second: number, given: Partial<Detection> = {}) => detection({ timeNs: String(BigInt(second) * 1_000_000_000n), ...given })
const merge = (present: Incident | undefined, detections: readonly Detection[], fired: readonly FiringNews[] = [], nowMs = 1): Incident => {
  const evidence = detections.map((one) => evidenceOf(one))
  const merged = mergeIncident(present, OPENING, { batch: `${nowMs}-${detections.length}-${fired.length}`, evidence, fired, nowMs })
  return Incident.parse(merged ?? expect.fail())
}
const firing = (correlation: string, severity: 3 | 5, runbook?: string): FiringNews => ({
  firing: { id: correlation, correlation, severity, group: [], fromNs: '1', toNs: '2', hits: 2, pods: [], containers: [] },
  evidence: [],
  mitre: [],
  ...(runbook === undefined ? {} : { runbook }),
})
const [low, high] = [firing('Low', 3, 'the low one'), firing('High', 5, 'the high one')]

test('an incident carries the runbook of the correlation that it is called by, in whatever order they came true', () => {
  expect(merge(undefined, [at(1)]).runbook).toBeUndefined()
  expect(merge(undefined, [at(1)], [low]).runbook).toEqual({ of: 'Low', text: 'the low one' })
  const orders = [
    [[low], [high]],
    [[high], [low]],
    [[low, high], []],
  ]
  for (const [first = [], second = []] of orders) {
    const grown = merge(merge(undefined, [at(1)], first, 1), [at(2)], second, 2)
    expect(grown).toMatchObject({ title: 'High', runbook: { of: 'High', text: 'the high one' } })
  }
})

test('a correlation without one takes the other’s away: the title is its own', () => {
  const grown = merge(merge(undefined, [at(1)], [low], 1), [at(2)], [firing('High', 5)], 2)
  expect(grown.title).toBe('High')
  expect(grown.runbook).toBeUndefined()
})

test('when it is open again it says since when and why, and goes on to say so', () => {
  const acknowledged = { ...merge(undefined, [at(1)]), status: 'acknowledged' as const }
  expect(merge(acknowledged, [at(2)], [], 7).reopened).toBeUndefined()
  const worse = merge(acknowledged, [at(2, { severity: 5 })], [], 7)
  expect(worse).toMatchObject({ status: 'open', reopened: { atMs: 7, why: 'worse' } })
  expect(merge(worse, [at(3)], [], 9).reopened).toEqual({ atMs: 7, why: 'worse' })
  const contained = { ...merge(undefined, [at(1)]), status: 'contained' as const }
  expect(merge(contained, [at(2, { container: { id: 'another00000' } })], [], 8).reopened).toEqual({ atMs: 8, why: 'another_container' })
})

test('who closed it, and why, is still known when something late comes', () => {
  const closed = { ...merge(undefined, [at(5)]), status: 'closed' as const, closedBy: 'alice', closedWhy: 'a drill' }
  expect(merge(closed, [at(2)], [], 3)).toMatchObject({ status: 'closed', closedBy: 'alice', closedWhy: 'a drill' })
})
