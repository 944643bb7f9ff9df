import fc from 'fast-check'
import { expect, test } from 'vitest'
import { byteLength, compareBytes, lowerAscii, toBinary, upperAscii } from '../../../lib/condition/bytes.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'Z', 'é', '中', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'), maxLength: 6 })

test('the binary form of a text is its UTF-8 bytes', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(Buffer.from(toBinary(value), 'latin1')).toEqual(Buffer.from(value))
      expect(byteLength(value)).toBe(Buffer.byteLength(value))
    }),
  )
  expect(toBinary(Uint8Array.of(0, 255))).toBe('\0\xff')
  expect(toBinary('é\udcff😀\udc80')).toBe('\xc3\xa9\xff\xf0\x9f\x98\x80\x80')
})

test('texts are in the order of their UTF-8 bytes', () => {
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareBytes(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)))
    }),
  )
})

test('case is of ASCII letters only', () => {
  expect(lowerAscii('AbZ')).toBe('abz')
  expect(lowerAscii('AÉ\u212a')).toBe('aÉ\u212a')
  expect(upperAscii('abz')).toBe('ABZ')
  expect(upperAscii('aéß')).toBe('Aéß')
})
