import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteLength } from '../../../../lib/condition/bytes.ts'
import type { Value } from '../../../../lib/condition/field.ts'
import { jsonFields } from '../../../../lib/condition/fields/json.ts'
import { compileOutput, type OutputOptions } from '../../../../lib/condition/output/compile.ts'
import { failureOf, TYPES } from '../matching.ts'

const EVENT = {
  't.string': 'init',
  't.strings': ['a', 'b'],
  't.numbers': [1, 2n ** 60n],
  't.int64': -5,
  't.uint64': 2n ** 64n - 1n,
  't.double': 0.5,
  't.bool': false,
  't.bytes': Uint8Array.of(0x68, 0xc3),
  't.ip': '10.0.0.1',
  'proc.aname[2]': 'sh',
  'evt.time': '1470327477882003104',
  'evt.time.s': 1470327477882003104n,
  'evt.time.iso8601': 1470327477882003104n,
  'evt.datetime': 1470327477000000004n,
  'evt.datetime.s': 1470327477882003104n,
  'evt.rawtime': '1470327477882003104',
}
const FIELDS = jsonFields({ types: TYPES, strict: true })
const compile = (template: string, options: Partial<OutputOptions<Readonly<Record<string, unknown>>>> = {}) =>
  compileOutput(template, { ...FIELDS, ...options })

test.each([
  { template: 'plain', text: 'plain' },
  { template: 'start %t.string end', text: 'start init end' },
  { template: 'start %2t.string end', text: 'start in end' },
  { template: 'start %6t.string end', text: 'start init   end' },
  { template: '%0t.string', text: 'init' },
  { template: '%t.int64 %t.uint64 %t.double %t.bool %t.ip', text: '-5 18446744073709551615 0.5 false 10.0.0.1' },
  { template: '%t.strings %t.numbers', text: '(a,b) (1,1152921504606846976)' },
  { template: '%4t.strings|', text: '(a,b|' },
  { template: '%t.other', text: '<NA>' },
  { template: '%2t.other|%6t.other|', text: '<N|<NA>  |' },
  { template: '*%t.string', text: '*init' },
  { template: '%t.bytes', text: 'h\ufffd' },
  { template: '%proc.aname[2] %proc.aname[3]', text: 'sh <NA>' },
  { template: '%toupper(t.string) %3toupper(t.string)', text: 'INIT INI' },
  { template: '%toupper(t.other)', text: '<NA>' },
  { template: '%toupper(t.strings)', text: '(A,B)' },
  { template: '%len(t.strings)', text: '2' },
  { template: '%join("->", (concat(t.string, "/", t.int64), t.string))', text: 'init/-5->init' },
  { template: '%join(", ", t.strings)', text: 'a, b' },
  { template: '%getopt(t.strings, "x")', text: '()' },
  { template: '100%concat("%", "")', text: '100%' },
  { template: '%evt.time', text: '16:17:57.882003104' },
  { template: '%evt.time.s', text: '16:17:57' },
  { template: '%evt.time.iso8601', text: '2016-08-04T16:17:57.882003104+0000' },
  { template: '%evt.datetime', text: '2016-08-04 16:17:57.000000004' },
  { template: '%evt.datetime.s', text: '2016-08-04 16:17:57' },
  { template: '%evt.rawtime', text: '1470327477882003104' },
  { template: '%tolower(evt.time.iso8601)', text: '2016-08-04t16:17:57.882003104+0000' },
  { template: 'in %container.info|', text: 'in |' },
])('$template prints $text', ({ template, text }) => {
  expect(compile(template).format(EVENT)).toEqual({ text, complete: true })
})

test.each([
  { template: 'a %t.string b', text: 'a init b', complete: true },
  { template: 'a %t.string b %t.other c', text: 'a init b ', complete: false },
  { template: 'a %5t.other c', text: 'a ', complete: false },
  { template: '%len(t.other)', text: '', complete: false },
  { template: '*a %t.other c', text: 'a <NA> c', complete: true },
  { template: '**%t.other', text: '*<NA>', complete: true },
  { template: '*', text: '', complete: true },
  { template: '%t.other*', text: '', complete: false },
])('by asterisk, $template prints $text', ({ template, text, complete }) => {
  expect(compile(template, { missing: 'by asterisk' }).format(EVENT)).toEqual({ text, complete })
})

test.each([
  { template: 'plain', values: {} },
  { template: '%2t.string %t.string', values: { 't.string': 'init' } },
  { template: '%t.uint64 %t.bool %t.double', values: { 't.bool': false, 't.double': 0.5, 't.uint64': 2n ** 64n - 1n } },
  { template: '%t.strings %t.numbers', values: { 't.numbers': [1, 2n ** 60n], 't.strings': ['a', 'b'] } },
  { template: '%t.other', values: { 't.other': null } },
  { template: '%t.bytes', values: { 't.bytes': 'h\ufffd' } },
  { template: '%proc.aname["2"]', values: { 'proc.aname[2]': 'sh' } },
  { template: '%toupper(t.string)', values: { 't.string': 'init' } },
  { template: '%concat(t.string, "x", toupper(t.other))', values: { 't.other': null, 't.string': 'init' } },
  { template: '%concat("a", "b")', values: {} },
  { template: '%evt.time', values: { 'evt.time': 1470327477882003104n } },
  { template: '%tolower(evt.time.s)', values: { 'evt.time.s': 1470327477882003104n } },
  { template: '%evt.datetime', values: { 'evt.datetime': 1470327477000000004n } },
  { template: '%evt.rawtime', values: { 'evt.rawtime': 1470327477882003104n } },
])('$template has the values $values', ({ template, values }) => {
  const found = compile(template).values(EVENT)
  expect(found).toEqual(values)
  expect(Object.keys(found)).toEqual(Object.keys(values))
})

test.each([
  { template: '%toupper(t.string)', values: { 't.string': 'init', 'toupper(t.string)': 'INIT' } },
  { template: '%toupper(tolower(t.string))', values: { 't.string': 'init', 'toupper(tolower(t.string))': 'INIT' } },
  { template: '%len(join(",", t.strings))', values: { 'len(join(,,t.strings))': 3, 't.strings': ['a', 'b'] } },
  {
    template: '%concat(tolower(t.string), t.bool)',
    values: { 'concat(tolower(t.string),t.bool)': 'initfalse', 't.bool': false, 't.string': 'init', 'tolower(t.string)': 'init' },
  },
  {
    template: '%join("-", (concat(t.string, "x"), toupper(t.string)))',
    values: {
      'concat(t.string,x)': 'initx',
      'join(-,(concat(t.string,x),toupper(t.string)))': 'initx-INIT',
      't.string': 'init',
      'toupper(t.string)': 'INIT',
    },
  },
])('with calls resolved, $template has the values $values', ({ template, values }) => {
  expect(compile(template, { resolveTransformedFields: true }).values(EVENT)).toEqual(values)
})

test('a time that an event has as text stays so', () => {
  const { format, values } = compile('%evt.time')
  expect(format({ 'evt.time': '10:11:12.000000001' }).text).toBe('10:11:12.000000001')
  expect(values({ 'evt.time': '10:11:12.000000001' })).toEqual({ 'evt.time': '10:11:12.000000001' })
})

test('what has more digits than a time is no time', () => {
  const digits = '1'.repeat(21)
  expect(compile('%evt.time').format({ 'evt.time': digits }).text).toBe(digits)
  expect(compile('%evt.time').values({ 'evt.time': digits })).toEqual({ 'evt.time': digits })
})

test('an unknown field inside a call is refused where it stands', () => {
  expect(failureOf(() => compile('a %toupper(proc.nam)'))).toMatchObject({ offset: 11, hint: 'did you mean proc.name?' })
  expect(failureOf(() => compile('a %tolower(len(t.strings))'))).toMatchObject({ problem: expect.stringContaining("'uint64'") })
})

test('of a long list 1023 bytes are printed, and all is among the values', () => {
  const list = Array.from({ length: 400 }, () => 'é')
  const { format, values } = compile('%t.strings')
  expect(byteLength(format({ 't.strings': list }).text)).toBe(1023)
  expect(format({ 't.strings': ['x'.repeat(1021)] }).text).toHaveLength(1023)
  expect(format({ 't.strings': ['x'.repeat(1022)] }).text).toBe(`(${'x'.repeat(1022)}`)
  expect(values({ 't.strings': list })).toEqual({ 't.strings': list })
})

test('a width is the length of the text in bytes, and a cut text is a beginning', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (value, width) => {
      const { text } = compile(`%${width}t.string`).format({ 't.string': value })
      if (byteLength(value) <= width) expect(text).toBe(value + ' '.repeat(width - byteLength(value)))
      else {
        const whole = text.replace(/\ufffd$/, '')
        expect(value.startsWith(whole)).toBe(true)
        expect(byteLength(whole)).toBeGreaterThan(width - 4)
        expect(byteLength(whole)).toBeLessThanOrEqual(width)
        if (whole === text) expect(byteLength(text)).toBe(width)
      }
    }),
  )
})

test('no value makes it throw', () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ minLength: 1 }).map((text) => `${text}\ud800`),
    fc.double(),
    fc.bigInt(),
    fc.boolean(),
    fc.uint8Array(),
  )
  const value: fc.Arbitrary<Value | undefined> = fc.oneof(scalar, fc.array(scalar), fc.constant(undefined))
  const field = () => ({ type: 'json' as const, get: (event: Value | undefined) => event })
  const template = '%evt.time %3a.b %toupper(a.b) %len(a.b) %concat(a.b, "x") %join(",", a.b) %getopt(a.b, "a:") %b64(a.b) %9basename(a.b)'
  const { format, values } = compileOutput(template, { field, resolveTransformedFields: true })
  fc.assert(
    fc.property(value, (event) => {
      expect(format(event).complete).toBe(true)
      expect(Object.keys(values(event))).toHaveLength(9)
    }),
    { numRuns: 1000 },
  )
})

test('a megabyte in a field is formatted', () => {
  const { format } = compile('%9t.string %t.string %toupper(t.string) %b64(t.string) %t.strings')
  const value = 'é'.repeat(500_000)
  expect(format({ 't.string': value, 't.strings': Array.from({ length: 200_000 }, () => 'é') }).complete).toBe(true)
})
