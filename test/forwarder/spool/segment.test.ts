import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeRecord, parseSegmentName, readRecords, segmentName } from '../../../forwarder/spool/segment.ts'

const json = fc.json().map((text) => JSON.stringify({ alert: text }))
const fileOf = (lines: readonly string[]) => Buffer.concat(lines.map(encodeRecord))
const textsOf = (bytes: Buffer) => readRecords(bytes).lines.map((line) => line.toString('utf8'))

test('what is written is read, in order', () => {
  fc.assert(
    fc.property(fc.array(json), (lines) => {
      expect(readRecords(fileOf(lines))).toMatchObject({ damaged: [], tornBytes: 0 })
      expect(textsOf(fileOf(lines))).toEqual(lines)
    }),
  )
})

test('a file cut at any byte gives the records before it, and what is left is known to be torn', () => {
  const lines = ['{"alert":"a"}', '{"alert":"shäll\\n"}', '{"alert":"c"}']
  const whole = fileOf(lines)
  const ends = lines.map((_, index) => fileOf(lines.slice(0, index + 1)).length)
  for (let cut = 0; cut <= whole.length; cut++) {
    const complete = ends.filter((end) => end <= cut).length
    const read = readRecords(whole.subarray(0, cut))
    expect(textsOf(whole.subarray(0, cut))).toEqual(lines.slice(0, complete))
    expect(read).toMatchObject({ damaged: [], tornBytes: cut - (ends[complete - 1] ?? 0) })
  }
})

test('no changed byte ever gives a line that was not written, and the records beside it are read', () => {
  fc.assert(
    fc.property(fc.array(json, { minLength: 3, maxLength: 6 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (lines, at, change) => {
      const bytes = fileOf(lines)
      const position = at % bytes.length
      bytes[position] = (bytes[position] ?? 0) ^ change
      const read = textsOf(bytes)
      expect(lines).toEqual(expect.arrayContaining(read))
      expect(read.length).toBeGreaterThanOrEqual(lines.length - 2) // a newline that is gone joins two records
    }),
  )
})

test('any bytes are read without a throw, and give no line', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      expect(readRecords(Buffer.from(bytes)).lines).toEqual([])
    }),
  )
})

test('names sort in the order in which the files were begun, and are read back', () => {
  const names = [segmentName('normal', 9, 1_795_500_000_000), segmentName('normal', 10, 5), segmentName('normal', 1000, 1)]
  expect([...names].sort()).toEqual(names)
  expect(parseSegmentName(names[1] ?? '')).toEqual({ lane: 'normal', sequence: 10, firstMs: 5, name: names[1] })
})

test.each([['lock'], ['normal-1-1.log'], ['other-000000000001-1795500000000.log'], ['normal-000000000001-1795500000000.log.tmp'], ['']])(
  'a file named "%s" is none of the spool',
  (name) => expect(parseSegmentName(name)).toBeUndefined(),
)
