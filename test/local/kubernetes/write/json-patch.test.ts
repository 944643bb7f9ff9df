import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonPatch } from '../../../../local/kubernetes/write/json-patch.ts'
import { mergePatch } from '../../../../local/kubernetes/write/merge-patch.ts'

describe('a merge patch', () => {
  // RFC 7396, appendix A.
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])('%s with %s is %s', (target, patch, result) => {
    expect(mergePatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result))
  })

  test('applied twice is the same as once, and leaves its target alone', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const before = structuredClone(target)
        const once = mergePatch(target, patch)
        expect(mergePatch(once, patch)).toEqual(once)
        expect(target).toEqual(before)
      }),
    )
  })
})

describe('a JSON patch', () => {
  const document = { foo: 'bar', list: ['a', 'b'], 'a/b': 1, 'm~n': 2, inner: { x: 1 } }

  test.each([
    { name: 'adds a key', operations: [{ op: 'add', path: '/baz', value: 'q' }], result: { ...document, baz: 'q' } },
    {
      name: 'adds to a list, before',
      operations: [{ op: 'add', path: '/list/1', value: 'n' }],
      result: { ...document, list: ['a', 'n', 'b'] },
    },
    {
      name: 'adds to a list, at its end',
      operations: [{ op: 'add', path: '/list/-', value: 'n' }],
      result: { ...document, list: ['a', 'b', 'n'] },
    },
    { name: 'replaces', operations: [{ op: 'replace', path: '/list/0', value: 'n' }], result: { ...document, list: ['n', 'b'] } },
    { name: 'replaces the whole', operations: [{ op: 'replace', path: '', value: 1 }], result: 1 },
    { name: 'adds where replace finds nothing', operations: [{ op: 'replace', path: '/baz', value: 1 }], result: { ...document, baz: 1 } },
    { name: 'removes', operations: [{ op: 'remove', path: '/list/0' }], result: { ...document, list: ['b'] } },
    { name: 'moves', operations: [{ op: 'move', from: '/inner/x', path: '/x' }], result: { ...document, inner: {}, x: 1 } },
    { name: 'copies', operations: [{ op: 'copy', from: '/inner', path: '/list/-' }], result: { ...document, list: ['a', 'b', { x: 1 }] } },
    {
      name: 'reads escaped keys',
      operations: [
        { op: 'test', path: '/a~1b', value: 1 },
        { op: 'remove', path: '/m~0n' },
      ],
      result: { foo: 'bar', list: ['a', 'b'], 'a/b': 1, inner: { x: 1 } },
    },
    { name: 'holds a test of equal objects', operations: [{ op: 'test', path: '/inner', value: { x: 1 } }], result: document },
    { name: 'holds a test of nothing for null', operations: [{ op: 'test', path: '/nope', value: null }], result: document },
  ])('$name', ({ operations, result }) => {
    expect(jsonPatch(document, operations)).toEqual({ patched: result })
  })

  test.each([
    { name: 'a test of another value', operation: { op: 'test', path: '/foo', value: 'no' } },
    { name: 'a test of nothing', operation: { op: 'test', path: '/nope', value: 1 } },
    { name: 'a removal of nothing', operation: { op: 'remove', path: '/nope' } },
    { name: 'a removal of the whole', operation: { op: 'remove', path: '' } },
    { name: 'an addition to nothing', operation: { op: 'add', path: '/nope/x', value: 1 } },
    { name: 'an index past the end', operation: { op: 'add', path: '/list/3', value: 1 } },
    { name: 'an index with a leading zero', operation: { op: 'replace', path: '/list/00', value: 1 } },
    { name: 'a copy of nothing', operation: { op: 'copy', from: '/nope', path: '/x' } },
    { name: 'a move into itself', operation: { op: 'move', from: '/inner', path: '/inner/x' } },
    { name: 'an unknown operation', operation: { op: 'frob', path: '/foo' } },
    { name: 'no path', operation: { op: 'add', value: 1 } },
    { name: 'a path without a slash', operation: { op: 'add', path: 'foo', value: 1 } },
    { name: 'the prototype', operation: { op: 'add', path: '/__proto__/polluted', value: 1 } },
    { name: 'an inherited key', operation: { op: 'add', path: '/constructor/prototype', value: 1 } },
    { name: 'no object', operation: 'add' },
  ])('does not apply: $name', ({ operation }) => {
    expect(jsonPatch(document, [{ op: 'add', path: '/first', value: 1 }, operation])).toBeUndefined()
    expect({}).not.toHaveProperty('polluted')
  })

  test('does not grow without bounds by copying', () => {
    const double = Array.from({ length: 60 }, (_, at) => ({ op: 'copy', from: at % 2 ? '/a' : '/b', path: at % 2 ? '/b/x' : '/a/x' }))
    expect(jsonPatch({ a: { text: 'x'.repeat(1000) }, b: {} }, [...double, ...double])).toBeUndefined()
  })

  test('never throws and never changes its document, whatever it is given', () => {
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
      path: fc.constantFrom('', '/a', '/a/0', '/b/-'),
      from: fc.constantFrom('/a', '/b'),
      value: fc.jsonValue(),
    })
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(fc.oneof(operation, fc.jsonValue())), (value, operations) => {
        const target = { a: value, b: [value] }
        const before = structuredClone(target)
        jsonPatch(target, operations)
        expect(target).toEqual(before)
      }),
    )
  })
})
