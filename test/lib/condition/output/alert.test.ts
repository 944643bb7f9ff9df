import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonFields } from '../../../../lib/condition/fields/json.ts'
import { type Alert, formatAlert } from '../../../../lib/condition/output/alert.ts'
import { compileOutput } from '../../../../lib/condition/output/compile.ts'

const ALERT: Alert = {
  rule: 'shell_in_pod',
  priority: 'WARNING',
  source: 'syscall',
  tags: ['shell', 'pod', 'shell'],
  timeNs: 1470327477882003104n,
  hostname: 'node-1',
  message: 'A shell (user=root)',
  fields: { 'user.name': 'root', 'proc.aname[2]': null, 'a.ports': [1, 2n ** 60n] },
}

test('the line is the clock, the priority and the message', () => {
  expect(formatAlert(ALERT).text).toBe('16:17:57.882003104: Warning A shell (user=root)')
  expect(formatAlert(ALERT, { timeFormatIso8601: true }).text).toBe('2016-08-04T16:17:57.882003104+0000: Warning A shell (user=root)')
})

test('the JSON has sorted keys and exact integers', () => {
  expect(formatAlert(ALERT).json).toBe(
    '{"hostname":"node-1","output":"16:17:57.882003104: Warning A shell (user=root)",' +
      '"output_fields":{"a.ports":[1,1152921504606846976],"evt.time":1470327477882003104,"proc.aname[2]":null,"user.name":"root"},' +
      '"priority":"Warning","rule":"shell_in_pod","source":"syscall","tags":["pod","shell"],"time":"2016-08-04T16:17:57.882003104Z"}',
  )
})

test.each([
  { options: { timeFormatIso8601: true }, has: '"evt.time.iso8601":1470327477882003104', lacks: '"evt.time":' },
  { options: { includeMessage: true }, has: '"hostname":"node-1","message":"A shell (user=root)","output":', lacks: undefined },
  { options: {}, has: '"output"', lacks: '"message"' },
  { options: { includeOutput: false }, has: '"rule"', lacks: '"output":' },
  { options: { includeOutputFields: false }, has: '"rule"', lacks: '"output_fields"' },
  { options: { includeTags: false }, has: '"rule"', lacks: '"tags"' },
])('with $options the JSON has $has', ({ options, has, lacks }) => {
  const { json } = formatAlert(ALERT, options)
  expect(json).toContain(has)
  if (lacks !== undefined) expect(json).not.toContain(lacks)
})

test.each([
  { priority: 'INFO', word: 'Informational' },
  { priority: 'informational', word: 'Informational' },
  { priority: 'Debug', word: 'Debug' },
  { priority: 'emergency', word: 'Emergency' },
])('the priority $priority is printed as $word', ({ priority, word }) => {
  const { text, json } = formatAlert({ ...ALERT, priority })
  expect(text).toContain(`: ${word} A shell`)
  expect(json).toContain(`"priority":"${word}"`)
})

test.each([
  { name: 'line ends', message: 'a\r\nb', escaped: 'a\\r\\nb' },
  { name: 'quotes and backslashes', message: '"a\\b"', escaped: '\\"a\\\\b\\"' },
  { name: 'control characters', message: '\u001b[31m\u0000', escaped: '\\u001b[31m\\u0000' },
  { name: 'what is no UTF-16', message: 'a\udcff\ud800b', escaped: 'a\ufffd\ufffdb' },
  { name: 'other characters', message: 'kätzchen 猫 😀', escaped: 'kätzchen 猫 😀' },
])('$name: the text stays one line, and JSON escapes once', ({ message, escaped }) => {
  const { text, json } = formatAlert({ ...ALERT, message })
  expect(text).toBe(`16:17:57.882003104: Warning ${escaped}`)
  expect(json).toContain(`"output":"16:17:57.882003104: Warning ${escaped}"`)
})

test('of a compiled output it makes the alert that Falco would send', () => {
  const { format, values } = compileOutput('%proc.name read %toupper(fd.name) at %evt.time', jsonFields())
  const event = { 'proc.name': 'cat', 'evt.time': 1470327477882003104n }
  const { text, json } = formatAlert({ ...ALERT, message: format(event).text, fields: values(event) })
  expect(text).toBe('16:17:57.882003104: Warning cat read <NA> at 16:17:57.882003104')
  expect(json).toContain('"output_fields":{"evt.time":1470327477882003104,"fd.name":null,"proc.name":"cat"}')
})

test('whatever is in an alert, its JSON parses back and its time is exact', () => {
  const text = fc.string({ unit: 'binary' })
  const value = fc.oneof(text, fc.double(), fc.bigInt(), fc.boolean(), fc.constant(null), fc.array(fc.oneof(text, fc.integer())))
  fc.assert(
    fc.property(
      fc.record({
        rule: text,
        priority: text,
        source: text,
        tags: fc.array(text),
        timeNs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        hostname: text,
        message: text,
        fields: fc.dictionary(text, value),
      }),
      (alert) => {
        const { text: line, json } = formatAlert(alert)
        const parsed = JSON.parse(json)
        expect(json).toContain(`"evt.time":${alert.timeNs}`)
        expect(line).not.toMatch(/\p{Cc}(?<![\u007f-\u009f])/u)
        expect(JSON.parse(`"${line}"`)).toBe(parsed.output)
        expect(parsed.rule).toBe(alert.rule.toWellFormed())
        expect(Object.keys(parsed)).toEqual(['hostname', 'output', 'output_fields', 'priority', 'rule', 'source', 'tags', 'time'])
      },
    ),
  )
})

test.each([
  { timeNs: 0n, time: '1970-01-01T00:00:00.000000000Z' },
  { timeNs: 2n ** 64n - 1n, time: '2554-07-21T23:34:33.709551615Z' },
  { timeNs: 2n ** 70n + 1n, time: '1970-01-01T00:00:00.000000001Z' },
])('$timeNs is $time', ({ timeNs, time }) => {
  expect(JSON.parse(formatAlert({ ...ALERT, timeNs }).json).time).toBe(time)
})
