import { expect, test } from 'vitest'
import { ASKED_FIELDS } from '../../../lib/detection/asked.ts'
import type { Detection } from '../../../lib/detection/detection.ts'
import { evidenceOf } from '../../../lib/detection/evidence.ts'
import { evidenceLine, seenText } from '../../../lib/slack/seen.ts'
import { detection } from '../../support/detection.ts'
import { incidentOf } from '../../support/incident-view.ts'

const lineOf = (given: Partial<Detection>) =>
  evidenceLine(evidenceOf(detection(given), { fields: ASKED_FIELDS })).replace(/<!date[^>]*>/, 'T')

test.each<[string, Partial<Detection>, string]>([
  [
    'a command',
    { process: { exe: '/bin/bash', cmdline: 'bash -i' }, user: 'root' },
    '• T *Terminal shell in container*: `bash -i` as `root`',
  ],
  [
    'a program that hides behind another name',
    { process: { exe: '/tmp/.x', cmdline: 'nginx: worker' } },
    '• T *Terminal shell in container*: `nginx: worker` (program `/tmp/.x`)',
  ],
  ['a file', { process: { cmdline: 'cat x' }, file: '/etc/shadow' }, '• T *Terminal shell in container*: `cat x` · `/etc/shadow`'],
  [
    'a connection',
    { process: { cmdline: 'nc' }, connection: '10.0.0.1:1->1.2.3.4:80' },
    '• T *Terminal shell in container*: `nc` · `10.0.0.1:1->1.2.3.4:80`'.replace('->', '-&gt;'),
  ],
  ['nothing but words', { process: undefined, message: 'a `thing` <@U1>' }, '• T *Terminal shell in container*: `a ˋthingˋ &lt;@U1&gt;`'],
  ['nothing at all', { process: undefined, message: '' }, '• T *Terminal shell in container*'],
])('what was seen is told: %s', (_name, given, line) => {
  expect(lineOf(given)).toBe(line)
})

const asked = (fields: Detection['fields']): Partial<Detection> => ({
  ...{ agent: 'k8s_audit', source: 'k8s_audit', rule: 'R', user: 'mallory', process: undefined, message: 'words' },
  fields: { 'ka.verb': 'create', 'ka.target.resource': 'pods', ...fields },
})

test.each<[string, Detection['fields'], string]>([
  [
    'who did what to what, from where',
    {
      'ka.target.subresource': 'exec',
      'ka.target.namespace': 'shop',
      'ka.target.name': 'web-1',
      'ka.response.code': '101',
      'jevt.value[/sourceIPs/0]': '10.0.0.9',
    },
    '• T *R*: `mallory` asked to `create pods/exec shop/web-1`: allowed (101), from `10.0.0.9`',
  ],
  [
    'that it was refused',
    { 'ka.target.resource': 'secrets', 'ka.response.code': 403 },
    '• T *R*: `mallory` asked to `create secrets`: refused (403)',
  ],
  ['that it failed', { 'ka.response.code': '500' }, '• T *R*: `mallory` asked to `create pods`: failed (500)'],
  [
    'whose token it was',
    { 'jevt.value[/user/extra/authentication.kubernetes.io~1pod-name/0]': 'web-7', 'ka.target.name': '<NA>' },
    '• T *R*: `mallory` asked to `create pods`, with the token of pod `web-7`',
  ],
  ['its words, where it does not say what was asked', { 'ka.verb': null }, '• T *R*: `words` as `mallory`'],
])('of the audit log it tells %s', (_name, fields, line) => {
  expect(lineOf(asked(fields))).toBe(line)
})

test('five are shown, and the count of the rest; other correlations are named', () => {
  const many = Array.from({ length: 1234 }, (_, at) => detection({ timeNs: String(BigInt(at + 1) * 1_000_000_000n) }))
  const text = seenText(incidentOf(many, { correlations: ['A', 'B', 'C'] }))
  expect(text.match(/^• /gm)).toHaveLength(5)
  expect(text).toContain('1,234 detections, first <!date^1^')
  expect(text).toContain('last <!date^1234^')
  expect(text).toContain('Also came true: *B*, *C*')
  expect(text).toMatch(/… and 1,229 more$/)
})

test('a command of ampersands is cut, and is still told', () => {
  const text = seenText(incidentOf([detection({ process: { cmdline: '&'.repeat(900) } })]))
  expect(text).toMatch(/`(&amp;){25,}…`$/)
})
