import { expect, test } from 'vitest'
import { compile, failureOf, matches } from '../matching.ts'

test.each([
  { check: '= 10.0.0.1', value: '10.0.0.1', holds: true },
  { check: '= 10.0.0.1', value: '10.0.0.2', holds: false },
  { check: '!= 10.0.0.1', value: '10.0.0.2', holds: true },
  { check: '!= 10.0.0.1', value: 'no address', holds: false },
  { check: '= 2001:db8::1', value: '2001:0DB8:0:0:0:0:0:1', holds: true },
  { check: '= ::ffff:10.0.0.1', value: '::ffff:a00:1', holds: true },
  { check: '= ::1', value: '0.0.0.1', holds: false },
  { check: '!= ::1', value: '10.0.0.1', holds: true },
  { check: 'in (10.0.0.1, ::1)', value: '0::1', holds: true },
  { check: 'in (10.0.0.1)', value: '10.0.0.2', holds: false },
  { check: '= anyof (10.0.0.1, 10.0.0.2)', value: '10.0.0.2', holds: true },
  { check: 'exists', value: '10.0.0.1', holds: true },
])('an address $check is $holds for $value', ({ check, value, holds }) => {
  expect(matches(`t.ip ${check}`, { 't.ip': value })).toBe(holds)
})

test.each([
  { check: '= 10.20.0.0/14', value: '10.23.255.255', holds: true },
  { check: '= 10.20.0.0/14', value: '10.24.0.0', holds: false },
  { check: '= 10.20.30.40/8', value: '10.1.2.3', holds: true },
  { check: '= 10.0.0.1/32', value: '10.0.0.1', holds: true },
  { check: '= 0.0.0.0/0', value: '255.0.0.1', holds: true },
  { check: '= 0.0.0.0/0', value: '::1', holds: false },
  { check: '!= 10.0.0.0/8', value: '::1', holds: true },
  { check: '!= 10.0.0.0/8', value: '10.1.1.1', holds: false },
  { check: '!= 10.0.0.0/8', value: '', holds: false },
  { check: '= 2001:db8::/33', value: '2001:db8:7fff::1', holds: true },
  { check: '= 2001:db8::/33', value: '2001:db8:8000::1', holds: false },
  { check: 'in (10.0.0.0/8, fe80::/10)', value: 'fe80::1', holds: true },
  { check: 'intersects (10.0.0.0/8)', value: '11.0.0.1', holds: false },
])('a network $check is $holds for $value', ({ check, value, holds }) => {
  expect(matches(`t.net ${check}`, { 't.net': value })).toBe(holds)
})

test.each([
  '10.0.0',
  '10.0.0.256',
  '10.0.0.01',
  '10.0.0.1/8',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '::12345',
  'host',
  '1:2:3:4:5:6:7:8:9',
  ':1',
  '1:2:3:4:5:6:7::8',
])('%s is no address', (constant) => {
  expect(failureOf(() => compile(`t.ip = ${constant}`)).message).toContain('is not an IP address')
})

test.each(['10.0.0.1', '10.0.0.0/33', '::/0', '::1/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1'])('%s is no network', (constant) => {
  expect(failureOf(() => compile(`t.net = ${constant}`)).message).toContain('address/prefix')
})

test.each(['< 1', 'contains 10', 'glob 10*', 'regex 1.*', 'pmatch (1)'])('an address does not take %s', (check) => {
  expect(failureOf(() => compile(`t.ip ${check}`)).message).toMatch(/operator not supported for ip address filters/)
  expect(failureOf(() => compile(`t.net ${check}`)).message).toMatch(/operator not supported for ip network filters/)
})
