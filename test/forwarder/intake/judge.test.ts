import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judge } from '../../../forwarder/intake/judge.ts'
import { Agent } from '../../../lib/detection/detection.ts'
import { readAlert } from '../../../lib/detection/read.ts'
import { nearly, sample } from '../../support/agents.ts'
import { allRecorded } from '../../support/recorded.ts'

const STAMP = { cluster: 'prod', node: 'n1' }
const KINDS = { alert: 'detection', internal: 'internal', telemetry: 'telemetry', refused: 'refused' } as const

/** What is told at the door has to be what is told later, when the alert is evaluated. */
function agree(text: string): void {
  const verdict = judge(text, STAMP, 5)
  if (verdict.kind === 'refused' && verdict.reason !== 'malformed') return
  const agent = 'envelope' in verdict ? verdict.envelope.agent : undefined
  for (const one of agent ? [agent] : Agent.options) {
    const reading = readAlert({ agent: one, alert: text, cluster: 'prod', node: 'n1', receivedMs: 5 })
    if (agent) expect(reading.kind).toBe(KINDS[verdict.kind])
    if (verdict.kind === 'alert' && reading.kind === 'detection') {
      const { rule, severity, priority } = reading.detection
      expect(verdict).toMatchObject({ rule, severity, priority })
    }
  }
}

test('the verdict on every recorded alert is what the reader says of it', () => {
  for (const { line } of allRecorded()) agree(line)
})

test.each(Agent.options)('and on alerts of %s that are nearly right', (agent) => {
  const near = nearly(JSON.parse(sample(agent)))
  fc.assert(fc.property(near, (value) => agree(JSON.stringify(value))))
})

test('numbers over 2^53 are kept as they are printed', () => {
  const text = '{"rule":"r","priority":"Notice","time":"2026-11-24T05:05:18Z","output_fields":{"evt.time":1795496718470855551}}'
  expect(judge(text, STAMP, 5)).toMatchObject({ kind: 'alert', envelope: { alert: text } })
})

test('any text is judged without a throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void judge(text, STAMP, 5)))
  fc.assert(fc.property(fc.json(), (text) => void judge(text, STAMP, 5)))
})
