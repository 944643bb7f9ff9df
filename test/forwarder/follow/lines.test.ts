import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineSplitter } from '../../../forwarder/follow/lines.ts'

const MIB = 1024 * 1024
const split = (pieces: readonly Buffer[], start = 0) => {
  const oversize: { head: number; bytes: number }[] = []
  const splitter = lineSplitter((head, bytes) => void oversize.push({ head: head.length, bytes }), start)
  const lines = pieces.flatMap((piece) => {
    const scratch = Buffer.from(piece)
    const found = splitter.add(scratch).lines
    scratch.fill('!') // the piece may be overwritten
    return found
  })
  const end = splitter.add(Buffer.alloc(0)).end
  return { lines, end, last: splitter.finish(), oversize }
}
const texts = (lines: readonly { readonly text: string }[]) => lines.map(({ text }) => text)

test.each([
  { name: 'LF', input: 'a\nb\n', lines: ['a', 'b'], end: 4, last: [] },
  { name: 'CRLF', input: 'a\r\nb\r\n', lines: ['a', 'b'], end: 6, last: [] },
  { name: 'empty lines', input: '\n\na\n\r\n\n', lines: ['a'], end: 7, last: [] },
  { name: 'a partial line', input: 'a\nb', lines: ['a'], end: 2, last: ['b'] },
  { name: 'a CR inside', input: 'a\rb\n', lines: ['a\rb'], end: 4, last: [] },
  { name: 'nothing', input: '', lines: [], end: 0, last: [] },
])('$name → $lines', ({ input, lines, end, last }) => {
  const found = split([Buffer.from(input)])
  expect(texts(found.lines)).toEqual(lines)
  expect(found.end).toBe(end)
  expect(texts(found.last.lines)).toEqual(last)
  expect(found.last.end).toBe(input.length)
})

test('any split into pieces gives the same lines and offsets', () => {
  const text = fc.array(fc.constantFrom('a', 'é', '語', '🦅', '\n', '\r\n'), { maxLength: 40 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, fc.array(fc.nat(160), { maxLength: 10 }), (text, cuts) => {
      const bytes = Buffer.from(text)
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length]
      const pieces = at.slice(1).map((to, index) => bytes.subarray(at[index], to))
      expect(split(pieces, 7)).toEqual(split([bytes], 7))
      expect(texts([...split(pieces).lines, ...split(pieces).last.lines])).toEqual(text.split(/\r?\n/).filter((line) => line !== ''))
    }),
  )
})

test.each([
  { name: 'exactly 1 MiB is a line', bytes: MIB, lines: 3, oversize: [] },
  { name: 'a byte more is passed over', bytes: MIB + 1, lines: 2, oversize: [{ head: 4096, bytes: MIB + 1 }] },
  { name: 'much more is passed over', bytes: 5 * MIB, lines: 2, oversize: [{ head: 4096, bytes: 5 * MIB }] },
])('$name', ({ bytes, lines, oversize }) => {
  const input = Buffer.concat([Buffer.from('a\n'), Buffer.alloc(bytes, 'x'), Buffer.from('\nb\n')])
  const pieces = Array.from({ length: Math.ceil(input.length / 65536) }, (_, index) => input.subarray(index * 65536, (index + 1) * 65536))
  for (const found of [split(pieces), split([input])]) {
    expect(found.lines).toHaveLength(lines)
    expect(found.lines.at(-1)).toEqual({ text: 'b', end: input.length })
    expect(found.oversize).toEqual(oversize)
  }
})
