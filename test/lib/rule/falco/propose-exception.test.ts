import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { compileCondition } from '../../../../lib/condition/compile.ts'
import type { Detection } from '../../../../lib/detection/detection.ts'
import { readAlert } from '../../../../lib/detection/read.ts'
import { type ExceptionProposal, proposeException } from '../../../../lib/rule/falco/propose-exception.ts'
import { ORIGIN } from '../../../support/agents.ts'
import { detection } from '../../../support/detection.ts'
import { allRecorded } from '../../../support/recorded.ts'
import { load, only, rule, SOURCES } from './loading.ts'

type Fields = Detection['fields']
const SYSCALL: Fields = {
  'k8s.ns.name': 'shop',
  'k8s.pod.name': 'checkout-7d4b9c6f5-kq2vz',
  'container.id': 'dcf074031c3a',
  'container.image.repository': 'docker.io/library/debian',
  'container.image.tag': '12-slim',
  'proc.name': 'apt-get',
  'proc.exepath': '/usr/bin/apt-get',
  'proc.pname': 'runc',
  'proc.pid': 4711,
  'evt.time': '1795495758016735354',
}
const AUDIT: Fields = {
  'ka.user.name': 'system:serviceaccount:shop:deployer',
  'ka.verb': 'create',
  'ka.target.resource': 'pods',
  'ka.target.subresource': 'exec',
  'ka.target.namespace': 'shop',
  'ka.target.name': 'checkout-0',
  'ka.auditid': '6b1c2f0e-0000-4000-8000-000000000001',
}
const of = (fields: Fields, given: Partial<Detection> = {}) => detection({ rule: 'R', fields, ...given })
const audit = (fields: Fields) => of(fields, { source: 'k8s_audit' })

function proposalFor(subject: Detection, item?: Parameters<typeof proposeException>[1]): ExceptionProposal {
  const proposal = proposeException(subject, item)
  return proposal.kind === 'proposed' ? proposal : expect.fail(proposal.reason)
}

function reasonFor(subject: Detection, item?: Parameters<typeof proposeException>[1]): string {
  const proposal = proposeException(subject, item)
  return proposal.kind === 'none' ? proposal.reason : expect.fail(proposal.yaml)
}

/** Asserts the law: with the exception the detection's event is no match, and each with one excepted field changed is one as before. */
function expectExact(subject: Detection, { yaml, fields }: ExceptionProposal, { before, source = 'syscall' }: Loaded): void {
  const { errors, warnings, rules } = load([...before, yaml])
  expect({ errors, warnings: warnings.filter((code) => !code.startsWith('LOAD_UNUSED') && code !== 'LOAD_INVALID_LIST_NAME') }).toEqual({
    errors: [],
    warnings: [],
  })
  const changedRule = rules.find(({ name }) => name === subject.rule) ?? expect.fail('the rule is gone')
  const matches = compileCondition(changedRule.condition, SOURCES[source])
  expect(matches(subject.fields)).toBe(false)
  for (const field of fields) {
    for (const other of others(subject.fields[field])) expect(matches({ ...subject.fields, [field]: other }), field).toBe(true)
  }
}
type Loaded = { readonly before: readonly string[]; readonly source?: 'syscall' | 'k8s_audit' }

function others(value: Fields[string] | undefined): readonly Fields[string][] {
  const text = String(value)
  return [null, `${text}x`, `x${text}`, text.slice(1), text.toUpperCase() === text ? 'other' : text.toUpperCase()].filter(
    (one) => one !== text,
  )
}

const SYSCALL_RULE = rule({ condition: 'evt.type = open or not evt.type = open' })
const AUDIT_RULE = rule({ condition: 'not ka.stage = x', source: 'k8s_audit' })

test('a new exception is of the workload and the deed, and nothing that is another the next time', () => {
  const proposal = proposalFor(of(SYSCALL))
  expect(proposal.fields).toEqual(['k8s.ns.name', 'container.image.repository', 'proc.name', 'proc.exepath', 'proc.pname'])
  expect(proposal.values).toEqual(['shop', 'docker.io/library/debian', 'apt-get', '/usr/bin/apt-get', 'runc'])
  expect(proposal.why).toHaveLength(5)
  expect(proposal.yaml).toBe(`- rule: R
  exceptions:
    - name: ${proposal.name}
      fields: [k8s.ns.name, container.image.repository, proc.name, proc.exepath, proc.pname]
      comps: ['=', '=', '=', '=', '=']
      values:
        - ['"shop"', '"docker.io/library/debian"', '"apt-get"', '"/usr/bin/apt-get"', '"runc"']
  override:
    exceptions: append
`)
  expectExact(of(SYSCALL), proposal, { before: [SYSCALL_RULE] })
})

test('a new exception of the audit log is of who did what to what', () => {
  const proposal = proposalFor(audit(AUDIT))
  expect(proposal.fields).toEqual([
    'ka.user.name',
    'ka.verb',
    'ka.target.resource',
    'ka.target.subresource',
    'ka.target.namespace',
    'ka.target.name',
  ])
  expectExact(audit(AUDIT), proposal, { before: [AUDIT_RULE], source: 'k8s_audit' })
})

test.each([
  ['a file that was touched stands in for the parent', { 'fd.name': '/etc/cron.d/backup' }, ['fd.name'], ['proc.pname']],
  ['a connection does not', { 'fd.name': '10.0.0.1:47176->10.0.0.2:443' }, ['proc.pname'], ['fd.name']],
  ['a pipe does not', { 'fd.name': 'stdin' }, ['proc.pname'], ['fd.name']],
  ['a path with a process in it does not', { 'fd.name': '/proc/4711/mem' }, ['proc.pname'], ['fd.name']],
  ['of the node itself there is no image', { 'container.image.repository': '', 'container.id': 'host' }, ['container.id'], []],
  ['a container has another id each time', { 'container.image.repository': null }, [], ['container.id', 'container.image.repository']],
  ['what Falco had no value for', { 'proc.pname': '<NA>' }, [], ['proc.pname']],
  ['a value over 255 bytes', { 'proc.exepath': `/${'é'.repeat(128)}` }, ['proc.name'], ['proc.exepath']],
  ['a value with a NUL', { 'proc.name': 'a\0b' }, ['proc.exepath'], ['proc.name']],
  ['a value whose bytes the agent did not print', { 'proc.name': 'a\ufffdb' }, ['proc.exepath'], ['proc.name']],
  ['a value that is no text', { 'proc.name': 'a\ud800' }, ['proc.exepath'], ['proc.name']],
])('%s', (_name, fields, has, hasNot) => {
  const proposal = proposalFor(of({ ...SYSCALL, ...fields }))
  expect(proposal.fields).toEqual(expect.arrayContaining(has))
  for (const field of hasNot) expect(proposal.fields).not.toContain(field)
  expectExact(of({ ...SYSCALL, ...fields }), proposal, { before: [SYSCALL_RULE] })
})

test.each([
  ['web-7d4b9c6f5-kq2vz', false],
  ['node-debugger-w8r4t', false],
  ['web-7d4b9c6f5', false],
  ['backup-29384756', false],
  ['checkout-0', true],
  ['kube-proxy', true],
  ['aws-auth', true],
  ['checkout', true],
])('the name %s of a target is taken: %s', (name, taken) => {
  expect(proposalFor(audit({ ...AUDIT, 'ka.target.name': name })).fields.includes('ka.target.name')).toBe(taken)
})

test.each([
  ['a word, which may be the name of a list', 'shells', `'"shells"'`],
  ['a blank', 'a b', `'"a b"'`],
  ['a word between blanks, which may be the name of a list', 'a shells b', String.raw`'"a\x20shells\x20b"'`],
  ['an item of a list', '(a,shells)', String.raw`'"\x28a\x2cshells\x29"'`],
  ['quotes', `it's "b"`, String.raw`'"it''s \"b\""'`],
  ['a backslash', String.raw`C:\x41`, String.raw`'"C:\\x41"'`],
  ['a backslash at the end', 'a\\', String.raw`'"a\x5c"'`],
  ['lines', 'a\nb', String.raw`'"a\nb"'`],
  ['what turns the line around', 'a\u202eb', String.raw`'"a\xe2\x80\xaeb"'`],
  ['another script', 'größe', `'"größe"'`],
  ['what YAML takes for a comment', 'a #b: *c', String.raw`'"a\x20#b:\x20*c"'`],
])('a value with %s is written as it is read', (_name, value, written) => {
  const subject = of({ ...SYSCALL, 'proc.name': value })
  const proposal = proposalFor(subject)
  expect(proposal.values).toContain(value)
  expect(proposal.yaml).toContain(`, ${written}, `)
  expectExact(subject, proposal, { before: ['- {list: shells, items: [zzz]}\n', SYSCALL_RULE] })
})

test('that a value needs a newer engine is said', () => {
  const why = (value: string) => proposalFor(of({ ...SYSCALL, 'proc.name': value })).why.join('\n')
  expect(why('a b c')).toContain('engine 0.63')
  expect(why(String.raw`a\x41 "b"`)).not.toContain('engine')
})

test('what had to be left out is said, since the exception is wider for it', () => {
  const proposal = proposalFor(of({ ...SYSCALL, 'proc.exepath': 'x'.repeat(300) }))
  expect(proposal.leftOut).toEqual(['proc.exepath is left out: its value cannot be written in a rule'])
})

test.each([
  ['nothing says what was done', of({ 'k8s.ns.name': 'shop', 'container.image.repository': 'debian' })],
  ['one field says too little', of({ 'proc.name': 'sh' })],
  ['who did it is not known', audit({ 'ka.verb': 'get', 'ka.target.resource': 'pods' })],
  ['who did it is everybody', audit({ ...AUDIT, 'ka.user.name': 'system:anonymous' })],
  ['a source of which no field is known', of(SYSCALL, { source: 'okta' })],
  ['an agent without exceptions', of(SYSCALL, { agent: 'tetragon', source: 'syscall' })],
  ['a rule whose name is no text', of(SYSCALL, { rule: 'a\ud800' })],
])('none can be proposed where %s', (_name, subject) => {
  expect(reasonFor(subject)).not.toBe('')
})

const declaring = (exceptions: string) => rule({ condition: 'evt.type = open or not evt.type = open', exceptions })

test.each([
  ['the one of the most fields', '[{name: a, fields: [proc.name, fd.name]}, {name: b, fields: [proc.name, fd.name, k8s.ns.name]}]', 'b'],
  ['with in', '[{name: a, fields: [proc.name, fd.name], comps: [=, in]}]', 'a'],
  ['that has values already', '[{name: a, fields: [proc.name, fd.name], values: [[x, /x]]}]', 'a'],
])('a declared exception is preferred: %s', (_name, exceptions, expected) => {
  const text = declaring(exceptions)
  const subject = of({ ...SYSCALL, 'fd.name': '/etc/cron.d/backup of, shop' })
  const proposal = proposalFor(subject, only(text))
  expect(proposal.name).toBe(expected)
  expect(proposal.yaml).not.toContain('fields:')
  expectExact(subject, proposal, { before: ['- {list: of, items: [x]}\n', text] })
})

test.each([
  ['a field is not there', '[{name: a, fields: [proc.name, user.name]}]'],
  ['a field is another each time', '[{name: a, fields: [proc.name, k8s.pod.name]}, {name: b, fields: [proc.name, proc.pid]}]'],
  ['it compares with a beginning', '[{name: a, fields: [proc.name, proc.exepath], comps: [=, startswith]}]'],
  ['it compares with a pattern', '[{name: a, fields: [proc.name, proc.exepath], comps: [=, glob]}]'],
  ['it is of one field', '[{name: a, fields: proc.name}, {name: b, fields: [proc.name]}]'],
  ['it compares a port that is given out anew', '[{name: a, fields: [proc.name, fd.sport]}]'],
])('a declared exception is not used where %s', (_name, exceptions) => {
  const text = declaring(exceptions)
  const subject = of({ ...SYSCALL, 'fd.sport': 47_176 })
  const proposal = proposalFor(subject, only(text))
  expect(proposal.name).toMatch(/^not_a_threat_/)
  expectExact(subject, proposal, { before: [text] })
})

test('a declared exception of a fixed port takes the number', () => {
  const text = declaring('[{name: a, fields: [proc.name, fd.sport], comps: [=, in]}]')
  const subject = of({ ...SYSCALL, 'fd.sport': 443 })
  const proposal = proposalFor(subject, only(text))
  expect(proposal.values).toEqual(['apt-get', '443'])
  const [changedRule] = load([text, proposal.yaml]).rules
  const matches = compileCondition(changedRule?.condition ?? expect.fail(), SOURCES.syscall)
  expect([443, 444].map((port) => matches({ ...subject.fields, 'fd.sport': port }))).toEqual([false, true])
})

test.each(['proc.name', '[proc.name]', '"proc.aname[2]"'])(
  'of one declared field %s an exception is made where no other can be',
  (fields) => {
    const text = declaring(`[{name: a, fields: ${fields}, comps: ${fields.startsWith('[') ? '[in]' : 'in'}}]`)
    const subject = of({ 'proc.name': 'sh', 'proc.aname[2]': 'cron' })
    const proposal = proposalFor(subject, only(text))
    expect(proposal.fields).toHaveLength(1)
    expectExact(subject, proposal, { before: [text] })
  },
)

test('two detections of one rule give exceptions that load together, also a second time for the declared ones', () => {
  const first = proposalFor(of(SYSCALL))
  const second = proposalFor(of({ ...SYSCALL, 'proc.name': 'dpkg' }))
  expect(load([SYSCALL_RULE, first.yaml, second.yaml]).errors).toEqual([])
  const known = load([SYSCALL_RULE, first.yaml]).rules[0] ?? expect.fail()
  const third = proposalFor(of({ ...SYSCALL, 'proc.name': 'apt' }), known)
  expect(third.name).toBe(first.name)
  expect(load([SYSCALL_RULE, first.yaml, third.yaml]).errors).toEqual([])
})

test.each(allRecorded())('the law holds for the recorded alert $name', ({ line }) => {
  const reading = readAlert({ agent: 'falco', alert: line, ...ORIGIN })
  if (reading.kind !== 'detection' || reading.detection.source !== 'syscall') return
  const subject = reading.detection
  const before = [rule({ rule: JSON.stringify(subject.rule), condition: 'evt.type = open or not evt.type = open' })]
  const proposal = proposeException(subject)
  if (proposal.kind === 'proposed') expectExact(subject, proposal, { before })
})

const PIECES = [
  ' ',
  '\t',
  '\n',
  '\r',
  '(',
  ')',
  ',',
  '=',
  '"',
  "'",
  '\\',
  'a',
  'shells',
  'and',
  '\0',
  'é',
  '\u202e',
  '\u2028',
  '\ufeff',
  '\u0085',
]
const MORE = ['\ud800', '\udc41', '<NA>', '\\x41', '#', ': ', 'null', '*', '%', '😀', '\ufffd', '$', '[', '{', '&a', '|', 'B'.repeat(100)]
const hostile = fc.oneof(
  fc.array(fc.constantFrom(...PIECES, ...MORE), { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)
const SKELETON = /^(?:(?:evt|k8s|container|proc|fd|ka)\.[a-z.]+|and|or|not|=|in|open|x|)$/

/** Not in block style, in which some texts of blanks and line breaks are not what they were. */
const exactYaml = (value: unknown) => stringify(value, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })

/** Lists whose names are the values, the words in them and what stands between quotes: each would change a value that it is put into. */
function listsNamedAfter(values: readonly string[]): string {
  const words = values.flatMap((value) => [value, ...value.split(/[ \t\n\r(),=]+/), ...value.split(/[^\w]+/)])
  // A list named as what every rule is written of, such as `and` or a quote, would break them all.
  const breaksRules = (name: string) => name.split(/[ \t\n\r(),=]+/).some((word) => SKELETON.test(word) || word.includes('"'))
  const names = [...new Set(words)].filter((name) => !breaksRules(name) && name.isWellFormed() && !name.includes('\0'))
  return exactYaml(names.map((list) => ({ list, items: ['zzz', 'yyy'] })))
}

test('whatever the values, names and lists: what is proposed loads, excepts the detection and nothing beside it', () => {
  let count = 0
  const record = (names: readonly string[]) => fc.record(Object.fromEntries(names.map((name) => [name, hostile])))
  const syscall = record(['k8s.ns.name', 'container.image.repository', 'proc.name', 'proc.exepath', 'proc.pname', 'fd.name'])
  fc.assert(
    fc.property(syscall, hostile, fc.boolean(), (fields, name, isDeclared) => {
      const ruleName = name.isWellFormed() && name !== '' ? name : 'R'
      const subject = of(fields, { rule: ruleName })
      const exceptions = isDeclared ? [{ name: 'known', fields: ['proc.name', 'fd.name'], comps: ['=', 'in'] }] : []
      const text = exactYaml([{ rule: ruleName, desc: 'd', output: 'o', priority: 'INFO', condition: 'not evt.type = x', exceptions }])
      const proposal = proposeException(subject, only(text))
      if (proposal.kind === 'none') return
      count += 1
      expectExact(subject, proposal, { before: [listsNamedAfter(proposal.values), text] })
      expect(proposal.yaml).toMatch(/^[\p{L}\p{M}\p{N}\p{P}\p{S} \n]+$/u)
    }),
    { numRuns: 2000 },
  )
  expect(count).toBeGreaterThan(500)
}, 60_000)

test('whoever names users and objects in the audit log cannot widen an exception either', () => {
  const fields = fc.record({ 'ka.user.name': hostile, 'ka.verb': hostile, 'ka.target.resource': hostile, 'ka.target.name': hostile })
  fc.assert(
    fc.property(fields, (values) => {
      const proposal = proposeException(audit(values))
      if (proposal.kind === 'none') return
      expectExact(audit(values), proposal, { before: [listsNamedAfter(proposal.values), AUDIT_RULE], source: 'k8s_audit' })
    }),
    { numRuns: 500 },
  )
})
