import fc from 'fast-check'
import { expect, test } from 'vitest'
import { falcoDrops } from '../../../forwarder/intake/falco-drops.ts'

const snapshot = (drops: unknown, hostname = 'n1') => ({
  rule: 'Falco internal: metrics snapshot',
  hostname,
  output_fields: { 'falco.outputs_queue_num_drops': drops },
})

test('lost system calls are counted as they are told, in text or number', () => {
  const read = falcoDrops()
  const event = (drops: unknown) => ({ rule: 'Falco internal: syscall event drop', hostname: 'n1', output_fields: { n_drops: drops } })
  expect([read(event('12')), read(event(3)), read(event('0')), read(event('many'))]).toEqual([
    { node: 'n1', syscalls: 12, outputs: 0 },
    { node: 'n1', syscalls: 3, outputs: 0 },
    undefined,
    undefined,
  ])
})

test('what Falco tells since its start is counted once, node by node, and from nothing after it restarted', () => {
  const read = falcoDrops()
  const told = [snapshot(10), snapshot(10), snapshot(14), snapshot(5, 'n2'), snapshot(2)].map((event) => read(event)?.outputs ?? 0)
  expect(told).toEqual([10, 0, 4, 5, 2])
})

test('any event is read without a throw', () => {
  const read = falcoDrops()
  fc.assert(fc.property(fc.jsonValue(), (event) => void read(event)))
  fc.assert(fc.property(fc.jsonValue(), (drops) => void read(snapshot(drops))))
})
