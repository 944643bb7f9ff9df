import { expect, test } from 'vitest'
import { queryParameter } from '../../../lib/audit/query.ts'

test.each([
  { name: 'a value', uri: '/x?a=1', value: '1' },
  { name: 'the first of two', uri: '/x?b=0&a=1&a=2', value: '1' },
  { name: 'a blank for a plus', uri: '/x?a=b+c', value: 'b c' },
  { name: 'a value with escapes', uri: '/x?a=%2Fb%3d%C3%A9%F0%9F%98%80', value: '/b=é😀' },
  { name: 'U+FFFD for bytes that are no text', uri: '/x?a=%ff', value: '\ufffd' },
  { name: 'an escaped name', uri: '/x?%61=1', value: '1' },
  { name: 'an equals sign in the value', uri: '/x?a=b=c', value: 'b=c' },
  { name: 'nothing for a name alone', uri: '/x?a', value: '' },
  { name: 'nothing for an empty value', uri: '/x?&&a=&', value: '' },
  { name: 'what stands before the fragment', uri: '/x?a=1#&a=2', value: '1' },
  { name: 'a question mark in the value', uri: '/x?a=b?c', value: 'b?c' },
  { name: 'characters beyond ASCII', uri: '/x?a=é', value: 'é' },
])('the parameter is $name', ({ uri, value }) => {
  expect(queryParameter(uri, 'a')).toBe(value)
})

test.each([
  { name: 'another name', uri: '/x?b=1' },
  { name: 'a name in other case', uri: '/x?A=1' },
  { name: 'no query', uri: '/x' },
  { name: 'a query in the fragment', uri: '/x#?a=1' },
  { name: 'a bad escape', uri: '/x?a=1&b=%zz' },
  { name: 'half an escape', uri: '/x?a=1&b=%4' },
  { name: 'a bad escape in the path', uri: '/%zz?a=1' },
  { name: 'a semicolon', uri: '/x?a=1;b=2' },
  { name: 'a control character', uri: '/x?a=1\n' },
  { name: 'a delete character', uri: '/x?a=1\x7f' },
  { name: 'what every object has', uri: '/x?constructor' },
])('there is no parameter with $name', ({ uri }) => {
  expect(queryParameter(uri, 'a')).toBeUndefined()
})
