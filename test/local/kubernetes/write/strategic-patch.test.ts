import { expect, test } from 'vitest'
import { strategicPatch } from '../../../../local/kubernetes/write/strategic-patch.ts'

const containers = [
  { name: 'app', image: 'a', ports: [{ containerPort: 80 }] },
  { name: 'side', image: 'b' },
]

test.each([
  {
    name: 'merges containers by name',
    patch: { containers: [{ name: 'app', image: 'c' }] },
    result: { containers: [{ ...containers[0], image: 'c' }, containers[1]] },
  },
  {
    name: 'adds a container',
    patch: { containers: [{ name: 'new', image: 'n' }] },
    result: { containers: [...containers, { name: 'new', image: 'n' }] },
  },
  { name: 'deletes a container', patch: { containers: [{ name: 'side', $patch: 'delete' }] }, result: { containers: [containers[0]] } },
  {
    name: 'replaces a merged list',
    patch: { containers: [{ $patch: 'replace' }, { name: 'one' }] },
    result: { containers: [{ name: 'one' }] },
  },
  { name: 'replaces other lists', target: { args: ['a', 'b'] }, patch: { args: ['c'] }, result: { args: ['c'] } },
  { name: 'removes a key', target: { a: 1, b: 2 }, patch: { a: null }, result: { b: 2 } },
  { name: 'deletes a map', target: { a: { b: 1 }, c: 1 }, patch: { a: { $patch: 'delete' } }, result: { c: 1 } },
  { name: 'replaces a map', target: { a: { b: 1 } }, patch: { a: { $patch: 'replace', c: 2 } }, result: { a: { c: 2 } } },
  {
    name: 'takes items out of a plain list',
    target: { finalizers: ['a', 'b'] },
    patch: { '$deleteFromPrimitiveList/finalizers': ['a'] },
    result: { finalizers: ['b'] },
  },
  {
    name: 'leaves directives out',
    target: {},
    patch: { '$setElementOrder/containers': [{ name: 'app' }], $retainKeys: ['a'], a: 1 },
    result: { a: 1 },
  },
])('a strategic merge patch $name', ({ target = { containers }, patch, result }) => {
  expect(strategicPatch(target, patch)).toEqual(result)
})
