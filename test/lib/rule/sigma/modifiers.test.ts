import { expect, test } from 'vitest'
import type { FieldValue } from '../../../../lib/detection/detection.ts'
import { detection } from '../../../support/detection.ts'
import { refusal, selecting } from './matching.ts'

const raw = String.raw
const holdsOn = (modifiers: string, value: unknown, field: FieldValue) =>
  selecting({ [`f${modifiers}`]: value })(detection({ fields: { f: field } }))

test.each([
  { modifiers: '|contains', value: 'SHELL', field: 'a shell here', holds: true },
  { modifiers: '|contains', value: 'x?y', field: 'axzyb', holds: true },
  { modifiers: '|contains', value: '42', field: 4242, holds: true },
  { modifiers: '|startswith', value: 'a sh', field: 'a shell', holds: true },
  { modifiers: '|startswith', value: 'shell', field: 'a shell', holds: false },
  { modifiers: '|endswith', value: 'shell', field: 'a shell', holds: true },
  { modifiers: '|endswith', value: 'a', field: 'a shell', holds: false },
  { modifiers: '|contains|all', value: ['a', 'shell'], field: 'a shell', holds: true },
  { modifiers: '|contains|all', value: ['a', 'bash'], field: 'a shell', holds: false },
  { modifiers: '|all|contains', value: ['a', 'bash'], field: 'a shell', holds: false },
  { modifiers: '|cased', value: 'Shell', field: 'shell', holds: false },
  { modifiers: '|cased', value: 'Shell', field: 'Shell', holds: true },
  { modifiers: '|contains|cased', value: 'Sh', field: 'a shell', holds: false },
  { modifiers: '', value: 'ÉTÉ*', field: 'été 2026', holds: true },
  { modifiers: '', value: 'ΟΔΟΣ*', field: 'οδοσ', holds: true },
  { modifiers: '', value: 'straße', field: 'STRASSE', holds: false },
  { modifiers: '|neq', value: 'x', field: 'y', holds: true },
  { modifiers: '|neq', value: 'x', field: 'X', holds: false },
  { modifiers: '|neq', value: ['x', 'y'], field: 'y', holds: false },
  { modifiers: '|neq', value: 5, field: 5, holds: false },
  { modifiers: '|neq', value: 'x', field: null, holds: true },
  { modifiers: '|contains|neq', value: 'sh', field: 'bash', holds: false },
  { modifiers: '|all|neq', value: ['*a*', '*b*'], field: 'a', holds: true },
  { modifiers: '|re', value: raw`^ba?sh\s`, field: 'bash -c', holds: true },
  { modifiers: '|re', value: 'BASH', field: 'bash', holds: false },
  { modifiers: '|re|i', value: 'BASH', field: 'bash', holds: true },
  { modifiers: '|re|ignorecase', value: 'BASH', field: 'bash', holds: true },
  { modifiers: '|re|m', value: '^b', field: 'a\nb', holds: true },
  { modifiers: '|re|s', value: 'a.b', field: 'a\nb', holds: true },
  { modifiers: '|re|m|s|i', value: 'A.b$', field: 'a\nB\n', holds: true },
  { modifiers: '|re', value: raw`a\\b\*`, field: raw`a\b*`, holds: true },
  { modifiers: '|re|startswith', value: 'b|c', field: 'ab', holds: false },
  { modifiers: '|re|endswith', value: 'b|c', field: 'ab', holds: true },
  { modifiers: '|re|contains', value: 'b', field: 'abc', holds: true },
  { modifiers: '|re', value: 'x', field: ['a', 'x'], holds: true },
  { modifiers: '|re|neq', value: 'x', field: 'x', holds: false },
  { modifiers: '|cidr', value: '10.0.0.0/8', field: '10.1.2.3', holds: true },
  { modifiers: '|cidr', value: ['10.0.0.0/8', 'fd00::/8'], field: 'fd00::1', holds: true },
  { modifiers: '|cidr', value: '10.0.0.0/8', field: '11.1.2.3', holds: false },
  { modifiers: '|cidr|neq', value: '10.0.0.0/8', field: '11.1.2.3', holds: true },
  { modifiers: '|base64', value: 'foobar', field: 'Zm9vYmFy', holds: true },
  { modifiers: '|base64|contains', value: raw`a\*`, field: 'x YSo= y', holds: true },
  { modifiers: '|wide|base64', value: 'ab', field: 'YQBiAA==', holds: true },
  { modifiers: '|utf16le|base64', value: 'ab', field: 'YQBiAA==', holds: true },
  { modifiers: '|utf16be|base64', value: 'ab', field: 'AGEAYg==', holds: true },
  { modifiers: '|utf16|base64', value: 'ab', field: '//5hAGIA', holds: true },
  { modifiers: '|wide|contains', value: 'ab', field: 'xa\0b\0y', holds: true },
  { modifiers: '|windash', value: 'cmd -c', field: 'cmd /c', holds: true },
  { modifiers: '|windash', value: 'cmd -c', field: 'cmd \u2013c', holds: true },
  { modifiers: '|windash', value: 'cmd /c a-b', field: 'cmd -c a/b', holds: false },
  { modifiers: '|windash|contains', value: '-enc', field: 'x /enc y', holds: true },
  { modifiers: '|contains|all|windash', value: ['-a', '-b'], field: 'x /a /b', holds: true },
  { modifiers: '|contains|all|windash', value: ['-a', '-b'], field: 'x /a', holds: false },
])('$modifiers: $value on $field → $holds', ({ modifiers, value, field, holds }) => {
  expect(holdsOn(modifiers, value, field)).toBe(holds)
})

test.each([0, 1, 2, 3, 4, 5])('base64offset finds a text after %i others, whatever follows', (offset) => {
  for (const after of ['', '.', '..', '...']) {
    const encoded = Buffer.from(`${'x'.repeat(offset)}/bin/bash${after}`).toString('base64')
    expect(holdsOn('|base64offset|contains', '/bin/bash', encoded)).toBe(true)
    expect(holdsOn('|base64offset|contains', '/bin/dash', encoded)).toBe(false)
    const wide = Buffer.concat([Buffer.alloc(offset, 'x'), Buffer.from(`http${after}`, 'utf16le')]).toString('base64')
    expect(holdsOn('|wide|base64offset|contains', 'http', wide)).toBe(true)
  }
})

test.each([
  { selection: { 'a|fieldref': 'b' }, fields: { a: 'x', b: 'X' }, holds: true },
  { selection: { 'a|cased|fieldref': 'b' }, fields: { a: 'x', b: 'X' }, holds: false },
  { selection: { 'a|fieldref': 'b' }, fields: { a: 'x', b: 'y' }, holds: false },
  { selection: { 'a|fieldref|neq': 'b' }, fields: { a: 'x', b: 'y' }, holds: true },
  { selection: { 'a|fieldref': 'b' }, fields: { a: 80, b: '80.0' }, holds: true },
  { selection: { 'a|fieldref': 'b' }, fields: { a: '9007199254740993', b: '9007199254740992' }, holds: false },
  { selection: { 'a|fieldref': 'b' }, fields: { a: ['x', 'y'], b: ['z', 'y'] }, holds: true },
  { selection: { 'a|fieldref': 'b' }, fields: { a: null, b: null }, holds: false },
  { selection: { 'a|fieldref': 'no.such' }, fields: { a: 'x' }, holds: false },
  { selection: { 'a|fieldref': 'pod.name' }, fields: { a: 'web-1' }, holds: true },
  { selection: { 'a|fieldref': '*' }, fields: { a: 'x' }, refused: true },
  { selection: { 'a|fieldref|startswith': 'b' }, fields: { a: 'xyz', b: 'xy' }, holds: true },
  { selection: { 'a|fieldref|startswith': 'b' }, fields: { a: 'xyz', b: 'yz' }, holds: false },
  { selection: { 'a|fieldref|endswith': 'b' }, fields: { a: 'xyz', b: 'YZ' }, holds: true },
  { selection: { 'a|fieldref|contains': 'b' }, fields: { a: 'xyz', b: 'y' }, holds: true },
  { selection: { 'a|fieldref|startswith|endswith': 'b' }, fields: { a: 'xyz', b: 'y' }, holds: true },
])('fieldref: $selection on $fields → $holds', ({ selection, fields, holds, refused }) => {
  if (refused) expect(() => selecting(selection)).toThrow('fieldref goes with a text without wildcards')
  else expect(selecting(selection)(detection({ fields }))).toBe(holds)
})

test.each([
  { modifiers: '|nosuch', value: 'x', message: 'unknown modifier: nosuch' },
  { modifiers: '|', value: 'x', message: 'unknown modifier: ' },
  { modifiers: '|constructor', value: 'x', message: 'unknown modifier: constructor' },
  { modifiers: '|Contains', value: 'x', message: 'unknown modifier: Contains' },
  { modifiers: '|contains', value: 5, message: /contains goes with a text or .* not with a number/ },
  { modifiers: '|contains', value: null, message: /not with null/ },
  { modifiers: '|cased', value: 5, message: /cased goes with a text, not with a number/ },
  { modifiers: '|exists', value: 'true', message: /exists goes with true or false, not with a text/ },
  { modifiers: '|contains|exists', value: true, message: /exists must be|contains goes with/ },
  { modifiers: '|all|exists', value: true, message: /exists must be the first modifier, not after all/ },
  { modifiers: '|re', value: 5, message: /re goes with a text, not with a number/ },
  { modifiers: '|re', value: '(', message: /invalid regular expression/ },
  { modifiers: '|contains|re', value: 'x', message: /re must be the first modifier, not after contains/ },
  { modifiers: '|i', value: 'x', message: /i goes with a regular expression \(re\), not with a text/ },
  { modifiers: '|re|cased', value: 'x', message: /cased goes with a text, not with a regular expression/ },
  { modifiers: '|re|base64', value: 'x', message: /base64 goes with a text/ },
  { modifiers: '|cidr', value: '10.0.0.1/8', message: /cidr goes with a network without host bits/ },
  { modifiers: '|cidr', value: '10.*', message: /cidr goes with a network/ },
  { modifiers: '|contains|cidr', value: '10.0.0.0/8', message: /cidr must be the first modifier/ },
  { modifiers: '|cidr|contains', value: '10.0.0.0/8', message: /contains goes with .* not with a network/ },
  { modifiers: '|lt', value: 'x', message: /lt goes with a number without quotes/ },
  { modifiers: '|lt', value: '5', message: /lt goes with a number without quotes/ },
  { modifiers: '|lt', value: true, message: /lt goes with .* not with true or false/ },
  { modifiers: '|gt', value: 2 ** 60, message: /beyond 2\^53/ },
  { modifiers: '|lt|gt', value: 5, message: /gt goes with .* not with a comparison/ },
  { modifiers: '|base64', value: 'a*', message: /base64 goes with a text without wildcards/ },
  { modifiers: '|contains|base64', value: 'a', message: /base64 goes with a text without wildcards/ },
  { modifiers: '|base64offset|contains', value: 'a', message: /needs a longer text/ },
  { modifiers: '|wide|contains|base64', value: 'abc', message: /base64 goes with a text without wildcards/ },
  { modifiers: '|wide', value: 'é', message: /wide goes with ASCII texts alone/ },
  { modifiers: '|windash', value: '-a -b -c -d', message: /at most three dashes/ },
  { modifiers: '|expand', value: '%servers%', message: /expand is not supported/ },
  { modifiers: '|hour', value: 'x', message: /hour goes with a number, not with a text/ },
  { modifiers: '|hour', value: 1.5, message: /hour goes with an integer/ },
])('$modifiers with $value is refused', ({ modifiers, value, message }) => {
  const key = `f${modifiers}`
  const refused = refusal({ selection: { [key]: ['skipped', value].slice(1) }, condition: 'selection' })
  expect(refused.message).toMatch(message)
  expect(refused.path).toEqual(['detection', 'selection', key, 0])
})
