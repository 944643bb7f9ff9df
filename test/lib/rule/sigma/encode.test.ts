import { expect, test } from 'vitest'
import { base64Offsets, dashVariants, toUtf16, utf16Of } from '../../../../lib/rule/sigma/encode.ts'
import { ANY, STAR } from '../../../../lib/rule/sigma/text.ts'

// As pySigma 2.0.1 has them.
test.each([
  { bytes: Buffer.from('foobar'), variants: ['Zm9vYmFy', 'Zvb2Jhc', 'mb29iYX'] },
  { bytes: Buffer.from('foobarb'), variants: ['Zm9vYmFyY', 'Zvb2Jhcm', 'mb29iYXJi'] },
  { bytes: Buffer.from('foobarba'), variants: ['Zm9vYmFyYm', 'Zvb2JhcmJh', 'mb29iYXJiY'] },
  { bytes: Buffer.from('/bin', 'utf16le'), variants: ['LwBiAGkAbg', '8AYgBpAG4A', 'vAGIAaQBuA'] },
  { bytes: Buffer.from('\ufeffsh', 'utf16le'), variants: ['//5zAGgA', '/+cwBoA', '//nMAaA'] },
])('what is left of $bytes at every offset is $variants', ({ bytes, variants }) => {
  expect(base64Offsets(bytes)).toEqual(variants)
})

test.each(['', 'a'])('of "%s" nothing is left', (text) => {
  expect(base64Offsets(Buffer.from(text))).toBeUndefined()
})

test('UTF-16 keeps wildcards, and refuses what is no text then', () => {
  expect(toUtf16(['ab', STAR, 'c'], 'utf16le')).toEqual(['a\0b\0', STAR, 'c\0'])
  expect(toUtf16(['a', ANY], 'utf16be')).toEqual(['\0a', ANY])
  expect(toUtf16(['a'], 'utf16')).toEqual(['\ufeff', 'a\0'])
  expect(toUtf16(['é'], 'utf16le')).toBeUndefined()
  expect(utf16Of(['a'], 'utf16')).toEqual(Buffer.from([0xff, 0xfe, 0x61, 0]))
  expect(utf16Of(['a', STAR], 'utf16')).toBeUndefined()
})

test('a dash that begins an option is written in five ways, others in one', () => {
  const texts = (...parts: readonly (string | typeof STAR)[]) =>
    dashVariants(parts)?.map((variant) => variant.filter((part) => typeof part === 'string').join(''))
  expect(texts('a -b-c')).toEqual(['a -b-c', 'a /b-c', 'a \u2013b-c', 'a \u2014b-c', 'a \u2015b-c'])
  expect(texts('a - b')).toEqual(['a - b'])
  expect(texts(STAR, '/x')).toHaveLength(5)
  expect(texts('-a /b -c')).toHaveLength(125)
  expect(texts('-a /b -c', STAR, '-d')).toBeUndefined()
})
