import { expect, test } from 'vitest'
import { ASKED_FIELDS, askedOf } from '../../../lib/detection/asked.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { detection } from '../../support/detection.ts'

const fields = {
  'ka.verb': 'create',
  'ka.target.resource': 'pods',
  'ka.target.subresource': 'exec',
  'ka.target.namespace': 'shop',
  'ka.target.name': 'web-1',
  'ka.response.code': 101,
  'jevt.value[/sourceIPs/0]': '10.0.0.9',
}

test('what was asked of the API server can be read from what is kept of a detection', () => {
  const evidence = evidenceOf(detection({ agent: 'k8s_audit', source: 'k8s_audit', fields }), { fields: ASKED_FIELDS })
  expect(askedOf(evidence)).toEqual({ verb: 'create', resource: 'pods/exec', object: 'shop/web-1', answer: '101', from: '10.0.0.9' })
})

test.each([
  ['a detection of another source', { source: 'syscall', fields }],
  ['one without a verb', { source: 'k8s_audit', fields: { ...fields, 'ka.verb': null } }],
  ['one whose resource is not there', { source: 'k8s_audit', fields: { ...fields, 'ka.target.resource': '<NA>' } }],
  ['one of which nothing was kept', { source: 'k8s_audit' }],
])('%s says nothing of it', (_name, evidence) => {
  expect(askedOf(evidence)).toBeUndefined()
})

test('a cluster-wide object has no namespace, and one that was only just named has the name that it was given', () => {
  const made = { 'ka.verb': 'create', 'ka.target.resource': 'nodes', 'ka.resp.name': 'node-7' }
  expect(askedOf({ source: 'k8s_audit', fields: made })).toEqual({ verb: 'create', resource: 'nodes', object: 'node-7' })
})
