import { expect, test } from 'vitest'
import { sigmaField } from '../../../../lib/rule/sigma/field.ts'
import { detection } from '../../../support/detection.ts'

const shell = detection({
  pod: { namespace: 'shop', name: 'web-1', uid: 'u-1' },
  container: { id: '8114e6b6fb8e', name: 'web', image: 'nginx:1.29' },
  user: 'root',
  message: 'a shell',
  fields: {
    'proc.cmdline': 'bash -i',
    'proc.pid': 7,
    'proc.tty': null,
    'pod.name': 'a lie',
    hostname: "the agent's own",
    ports: [80, 443],
  },
})

test.each([
  { name: 'alert.rule', value: 'Terminal shell in container' },
  { name: 'alert.severity', value: 2 },
  { name: 'alert.agent', value: 'falco' },
  { name: 'alert.tags', value: ['T1059', 'container'] },
  { name: 'pod.namespace', value: 'shop' },
  { name: 'pod.name', value: 'web-1' },
  { name: 'pod.uid', value: 'u-1' },
  { name: 'container.id', value: '8114e6b6fb8e' },
  { name: 'container.name', value: 'web' },
  { name: 'container.image', value: 'nginx:1.29' },
  { name: 'proc.cmdline', value: 'bash -i' },
  { name: 'proc.pid', value: 7 },
  { name: 'proc.tty', value: null },
  { name: 'ports', value: [80, 443] },
  { name: 'rule', value: 'Terminal shell in container' },
  { name: 'priority', value: 'Notice' },
  { name: 'source', value: 'syscall' },
  { name: 'tags', value: ['T1059', 'container'] },
  { name: 'output', value: 'a shell' },
  { name: 'hostname', value: "the agent's own" },
  { name: 'cluster', value: 'demo' },
  { name: 'namespace', value: 'shop' },
  { name: 'pod', value: 'web-1' },
  { name: 'node', value: 'node-1' },
  { name: 'container', value: '8114e6b6fb8e' },
  { name: 'image', value: 'nginx:1.29' },
  { name: 'user', value: 'root' },
  { name: 'PROC.CMDLINE', value: undefined },
  { name: 'fd.name', value: undefined },
  { name: 'evt.arg', value: undefined },
  { name: 'message', value: undefined },
  { name: '__proto__', value: undefined },
  { name: 'constructor', value: undefined },
  { name: 'hasOwnProperty', value: undefined },
  { name: '', value: undefined },
])('$name is $value', ({ name, value }) => {
  expect(sigmaField(shell, name)).toEqual(value)
})

test('the words for a node and a pod find nothing where there is none', () => {
  const bare = detection({ node: undefined, pod: undefined, container: undefined, user: undefined, fields: {} })
  for (const name of ['hostname', 'node', 'pod', 'namespace', 'container', 'image', 'user', 'pod.uid']) {
    expect(sigmaField(bare, name), name).toBeUndefined()
  }
})

test('a field that the agent calls __proto__ is found as its own', () => {
  const fields = JSON.parse('{"__proto__": "x", "constructor": "y"}')
  expect(sigmaField(detection({ fields }), '__proto__')).toBe('x')
  expect(sigmaField(detection({ fields }), 'constructor')).toBe('y')
})
