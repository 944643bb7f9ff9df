import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compilePathMatch } from '../../../lib/condition/path.ts'

test.each([
  { patterns: ['/var/run'], path: '/var/run', holds: true },
  { patterns: ['/var/run'], path: '/var/run/docker.sock', holds: true },
  { patterns: ['/var/ru'], path: '/var/run', holds: false },
  { patterns: ['/var/run/x'], path: '/var/run', holds: false },
  { patterns: ['/a//b/'], path: '/a/b/c', holds: true },
  { patterns: ['/a/b'], path: '//a///b//', holds: true },
  { patterns: ['a/b'], path: '/a/b', holds: true },
  { patterns: ['/'], path: '/etc', holds: true },
  { patterns: [''], path: '', holds: true },
  { patterns: ['/'], path: '', holds: true },
  { patterns: ['/a'], path: '', holds: false },
  { patterns: ['/A'], path: '/a', holds: false },
  { patterns: ['/home/*/.ssh'], path: '/home/me/.ssh/id', holds: true },
  { patterns: ['/home/*/.ssh'], path: '/home/me/x/.ssh', holds: false },
  { patterns: ['/home/*'], path: '/home', holds: false },
  { patterns: ['/dev/sd?'], path: '/dev/sda', holds: true },
  { patterns: ['/dev/sd[a-c]'], path: '/dev/sdd', holds: false },
  { patterns: ['/a/b/c', '/a/*/d', '/x'], path: '/a/b/d', holds: true },
  { patterns: ['/a/b/c', '/a/*/d'], path: '/a/b/e', holds: false },
  { patterns: ['/a/[b'], path: '/a/[b/c', holds: true },
  { patterns: [], path: '/a', holds: false },
])('$patterns of $path is $holds', ({ patterns, path, holds }) => {
  expect(compilePathMatch(patterns)(path)).toBe(holds)
})

test('a path matches when one pattern is its beginning, component by component', () => {
  const path = fc.string({ unit: fc.constantFrom('a', 'b', '/'), maxLength: 8 })
  const components = (text: string) => text.split('/').filter((part) => part !== '')
  fc.assert(
    fc.property(fc.array(path, { maxLength: 4 }), path, (patterns, value) => {
      const holds = patterns.some((pattern) => components(pattern).every((part, index) => components(value)[index] === part))
      expect(compilePathMatch(patterns)(value)).toBe(holds)
    }),
    { numRuns: 2000 },
  )
})

test('a long path comes to an end', () => {
  const matches = compilePathMatch([`/${'*/'.repeat(120)}x`, `/${'a/'.repeat(120)}b`, '/a/*/a/*/b'])
  expect(matches('/a'.repeat(50_000))).toBe(false)
  expect(matches('/'.repeat(100_000))).toBe(false)
  expect(matches('a'.repeat(100_000))).toBe(false)
})
