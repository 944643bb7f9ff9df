import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { FieldValue } from '../../../../lib/detection/detection.ts'
import { compileSigmaRule } from '../../../../lib/rule/sigma/compile.ts'
import { SigmaError } from '../../../../lib/rule/sigma/error.ts'
import { fold } from '../../../../lib/rule/sigma/fold.ts'
import { SigmaRule } from '../../../../lib/rule/sigma/sigma-rule.ts'
import { detection } from '../../../support/detection.ts'
import { compiled, selecting } from './matching.ts'

const RULES = `
title: Terminal shell in container
id: 11111111-1111-4111-8111-111111111111
name: shell_in_container
logsource: {product: falco, category: detection}
detection:
  s: {rule: Terminal shell in container}
  condition: s
---
title: Dropped binary executed
id: 22222222-2222-4222-8222-222222222222
name: dropped_binary
logsource: {product: falco, category: detection}
detection:
  s: {rule: Drop and execute new binary in container}
  condition: s
---
title: SA token read
id: 33333333-3333-4333-8333-333333333333
name: read_sa_token
logsource: {product: tetragon, category: detection}
detection:
  s: {rule: sa-token-read}
  condition: s
---
title: An encoded download, but not by the installer
date: 2026-03-01
logsource: {product: falco}
detection:
  selection_tool: {proc.name: [curl, wget]}
  selection_pipe: {proc.cmdline|contains|all: [' | ', base64]}
  filter_installer: {proc.pname|startswith: install}
  condition: all of selection_* and not 1 of filter_*
`
const rules = parseAllDocuments(RULES).map((document) => SigmaRule.parse(document.toJS()))

test.each([
  { rule: 'Terminal shell in container', fields: {}, matching: ['Terminal shell in container'] },
  { rule: 'Drop and execute new binary in container', fields: {}, matching: ['Dropped binary executed'] },
  { rule: 'sa-token-read', fields: {}, matching: ['SA token read'] },
  {
    rule: 'other',
    fields: { 'proc.name': 'curl', 'proc.cmdline': 'curl x | base64 -d', 'proc.pname': 'sh' },
    matching: ['An encoded download, but not by the installer'],
  },
  { rule: 'other', fields: { 'proc.name': 'curl', 'proc.cmdline': 'curl x | base64 -d', 'proc.pname': 'installer' }, matching: [] },
  { rule: 'other', fields: { 'proc.name': 'curl', 'proc.cmdline': 'curl x' }, matching: [] },
])('$rule with $fields matches $matching', ({ rule, fields, matching }) => {
  const event = detection({ rule, fields })
  expect(rules.filter((one) => compileSigmaRule(one)(event)).map(({ title }) => title)).toEqual(matching)
})

const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '\ud800',
    'İſK',
    '\ufdd0',
    '9'.repeat(50),
    '1'.repeat(400),
    '2026-99-99T99:99:99Z',
    '::',
    '/',
  ),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
)
const EVERY_KIND = {
  text: { 'f|contains': 'a?b*' },
  cased: { 'f|cased': 'A' },
  number: { 'f|gte': 5 },
  big: { 'f|lt': '9007199254740993' },
  regex: { 'f|re|i': '^[A-Z]+.$' },
  lines: { 'f|re|m|s': '^.x$' },
  cidr: { 'f|cidr': '10.0.0.0/8' },
  reference: { 'f|fieldref': 'g' },
  part: { 'f|fieldref|contains': 'g' },
  time: { 'f|week|gt': 5 },
  nothing: { f: null },
  yes: { f: true },
  exists: { '__proto__|exists': true },
  encoded: { 'f|wide|base64offset|contains': 'abc' },
  words: ['x', 7],
  condition: '1 of them or all of them',
}

test('nothing that a detection says makes a rule throw', () => {
  const value = fc.oneof(hostile, fc.array(hostile, { maxLength: 4 })).filter((one) => FieldValue.safeParse(one).success)
  const matches = compiled(EVERY_KIND)
  fc.assert(
    fc.property(value, value, hostile.map(String), (f, g, word) => {
      expect(typeof matches(detection({ message: word, rule: word, fields: { f, g, [word]: g } }))).toBe('boolean')
    }),
    { numRuns: 2000 },
  )
})

test('a text without wildcards finds itself, in any case, and its negation does not', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      const escaped = text.replace(/[*?\\]/g, String.raw`\$&`)
      const event = detection({ fields: { f: text } })
      expect(selecting({ f: escaped })(event)).toBe(true)
      expect(selecting({ f: fold(escaped) })(event)).toBe(true)
      expect(selecting({ 'f|cased|contains': escaped })(event)).toBe(true)
      expect(selecting({ 'f|neq': escaped })(event)).toBe(false)
    }),
  )
})

test('folding is stable, and part by part', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
      expect(fold(fold(one))).toBe(fold(one))
      expect(fold(one + other)).toBe(fold(one) + fold(other))
    }),
  )
})

test('a rule is compiled or refused with a path into it, whatever it says', () => {
  const key = fc.tuple(
    fc.constantFrom('f', '', '__proto__'),
    fc.subarray(['contains', 're', 'all', 'cidr', 'base64', 'windash', 'gt', 'x', 'wide', 'i']),
  )
  const item = fc.tuple(key, fc.anything()).map(([[field, names], value]) => ({ [[field, ...names].join('|')]: value }))
  fc.assert(
    fc.property(fc.oneof(item, fc.array(item), fc.anything()), fc.string(), (s, condition) => {
      for (const text of ['s', condition]) {
        try {
          compiled({ s, condition: text })(detection())
        } catch (error) {
          expect(error).toBeInstanceOf(SigmaError)
          expect((error as SigmaError).path[0]).toBe('detection')
        }
      }
    }),
    { numRuns: 2000 },
  )
})

test('a megabyte takes no time', () => {
  const matches = compiled({ ...EVERY_KIND, condition: 'all of them' })
  const started = performance.now()
  for (const text of ['a'.repeat(1_000_000), 'ab'.repeat(500_000), `${'\n'.repeat(999_999)}x`])
    matches(detection({ fields: { f: text, g: text } }))
  matches(detection({ fields: { f: Array(50_000).fill('a'), g: Array(50_000).fill('b') } }))
  expect(performance.now() - started).toBeLessThan(8000)
})
