import fc from 'fast-check'
import { expect, test } from 'vitest'
import { judge } from '../../../forwarder/intake/judge.ts'
import { Agent } from '../../../lib/detection/detection.ts'
import { parseJson } from '../../../lib/detection/json.ts'
import { agentOf, readAlert } from '../../../lib/detection/read.ts'
import { nearly, sample } from '../../support/agents.ts'
import { allRecorded } from '../../support/recorded.ts'

const STAMP = { cluster: 'prod', node: 'n1' }
const KINDS = { alert: 'detection', internal: 'internal', telemetry: 'telemetry', refused: 'refused', audit: 'none' } as const

/** What is told at the door has to be what is told later, when the alert is evaluated. */
function agree(text: string): void {
  const verdict = judge(text, STAMP, 5)
  const agent = agentOf(parseJson(text))
  if (!agent) {
    expect(verdict).toMatchObject({ kind: 'refused', reason: 'unknown_shape' })
    return
  }
  const reading = readAlert({ agent, alert: text, cluster: 'prod', node: 'n1', receivedMs: 5 })
  expect(KINDS[verdict.kind]).toBe(reading.kind)
  if (verdict.kind === 'refused') expect(verdict).toMatchObject({ reason: 'malformed', error: expect.any(String) })
  if (reading.kind !== 'detection') return
  const { rule, severity, priority } = reading.detection
  expect(verdict).toMatchObject({ rule, severity, priority, envelope: { agent, alert: text } })
}

test('the verdict on every recorded alert is what the reader says of it', () => {
  for (const { line } of allRecorded()) agree(line)
})

test.each(Agent.exclude(['k8s_audit']).options)('and on alerts of %s that are nearly right', (agent) => {
  const near = nearly(JSON.parse(sample(agent)))
  fc.assert(fc.property(near, (value) => agree(JSON.stringify(value))))
})

test('a number over 2^53 where a text is due is read as the text that it is later', () => {
  agree(sample('tetragon').replace('"binary":"/bin/cat"', '"binary":9007199254740992'))
  agree(sample('tetragon').replace(/"binary": ?"[^"]*"/, '"binary":9007199254740992'))
})

test('a number of more digits than an id or a time has is refused at the door as it is later', () => {
  agree(sample('kubearmor').replace(/"UID": ?\d+/, '"UID":960980528699920600000'))
  const text = JSON.stringify({ ...JSON.parse(sample('kubearmor')), UID: 'x' }).replace('"UID":"x"', '"UID":960980528699920600000')
  expect(judge(text, STAMP, 5)).toMatchObject({ kind: 'refused', reason: 'malformed' })
})

test('numbers over 2^53 are kept as they are printed', () => {
  const text = '{"rule":"r","priority":"Notice","time":"2026-11-24T05:05:18Z","output_fields":{"evt.time":1795496718470855551}}'
  expect(judge(text, STAMP, 5)).toMatchObject({ kind: 'alert', envelope: { alert: text } })
})

test('any text is judged without a throw', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void judge(text, STAMP, 5)))
  fc.assert(fc.property(fc.json(), (text) => void judge(text, STAMP, 5)))
})
