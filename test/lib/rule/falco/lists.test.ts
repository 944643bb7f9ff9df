import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Budget } from '../../../../lib/rule/falco/budget.ts'
import { putLists, substituteLists } from '../../../../lib/rule/falco/lists.ts'
import { compiled, load, rule } from './loading.ts'

const at = { file: 'f', line: 1, column: 1 }
const budget = new Budget(Number.POSITIVE_INFINITY, at)
function put(text: string, lists: Readonly<Record<string, readonly string[]>>): string {
  const entries = Object.entries(lists).map(([name, items], index) => {
    return [name, { name, at, items: items.map((item) => ({ text: item, at })), since: index, until: index }] as const
  })
  return substituteLists(text, putLists({ lists: new Map(entries), budget }), budget).text
}

test.each([
  { name: 'in parentheses', text: 'a.b in (l)', lists: { l: ['x', 'y'] }, expected: 'a.b in ( x, y )' },
  { name: 'as a plain value', text: 'a.b=l', lists: { l: ['x'] }, expected: 'a.b= x ' },
  { name: 'at both ends', text: 'l', lists: { l: ['x'] }, expected: 'x ' },
  { name: 'inside quotes between blanks', text: 'a.b = "u l v"', lists: { l: ['x'] }, expected: 'a.b = "u x v"' },
  { name: 'not beside a quote', text: 'a.b = "l"', lists: { l: ['x'] }, expected: 'a.b = "l"' },
  { name: 'not within a word', text: 'a.b in (la, al, l.l)', lists: { l: ['x'] }, expected: 'a.b in (la, al, l.l)' },
  { name: 'with quotes around blanks', text: '(l)', lists: { l: ['x y', "'u v'", '"s t"'] }, expected: `( "x y", 'u v', "s t" )` },
  { name: 'raw where nothing is blank', text: '(l)', lists: { l: ['a,b', 'c(d'] }, expected: '( a,b, c(d )' },
  { name: 'without an empty first item', text: '(l)', lists: { l: ['', 'x'] }, expected: '( x )' },
  { name: 'empty, with the comma before', text: '(p, l, q)', lists: { l: [] }, expected: '(p , q)' },
  { name: 'empty, with the comma behind', text: '(l, q)', lists: { l: [] }, expected: '(  q)' },
  { name: 'empty, alone', text: '(l)', lists: { l: [] }, expected: '( )' },
  { name: 'empty twice', text: '(p, l, l, q)', lists: { l: [] }, expected: '(p , q)' },
  { name: 'with blanks made one', text: 'a  \n l \t b', lists: { l: ['x'] }, expected: 'a x b' },
  { name: 'of several words', text: '(a b)', lists: { 'a b': ['x'] }, expected: '( x )' },
  { name: 'naming a later list', text: '(l)', lists: { l: ['m'], m: ['x'] }, expected: '( x )' },
])('a list is put in $name', ({ text, lists, expected }) => {
  expect(put(text, lists).replace(/ +(?=[ )])/g, ' ')).toBe(expected.replace(/ +(?=[ )])/g, ' '))
})

const condition = (...lists: string[]) =>
  `${lists.map((list) => `- list: ${list}\n`).join('')}${rule({ condition: 'proc.name in (a, b, c)' })}`
test.each([
  [
    'an earlier list in a list, one level',
    condition('a\n  items: [x]', 'b\n  items: [a, y]', 'c\n  items: [b, z]'),
    'proc.name in (x, x, y, a, y, z)',
  ],
  ['a later list in a list', condition('c\n  items: [b, z]', 'b\n  items: [a, y]', 'a\n  items: [x]'), 'proc.name in (x, x, y, x, y, z)'],
  [
    'a list appended to after the other',
    condition('a\n  items: [b]', 'b\n  items: [x]', 'a\n  items: [y]\n  append: true', 'c\n  items: []'),
    'proc.name in (x, y, x)',
  ],
  ['in a circle, only the earlier list', condition('a\n  items: [b]', 'b\n  items: [a]', 'c\n  items: [x]'), 'proc.name in (b, b, x)'],
])('%s is replaced by its items', (_name, text, expected) => {
  expect(compiled(text)).toBe(expected)
})

test('a list that is not used anywhere is a warning, one in a list is not', () => {
  expect(load(`- {list: a, items: [x]}\n- {list: b, items: [a]}\n`).lines).toEqual([
    expect.stringMatching(/^2:10 LOAD_UNUSED_LIST List 'b'/),
  ])
})

test.each(['[a(b]', '["a=b"]', "[it's]", '["a\\tb c", "d\\te"]'])('items that are no words break the condition: %s', (items) => {
  const { errors } = load(`- list: l\n  items: ${items}\n${rule({ condition: 'proc.name in (l)' })}`)
  expect(errors).toEqual(['LOAD_ERR_COMPILE_CONDITION'])
})

const word = fc.stringMatching(/^[a-z]{1,4}$/)
test('without names of lists in it, a text stays as it is', () => {
  fc.assert(fc.property(fc.string(), (text) => put(text, { LIST: ['x'] }) === text || text.includes('LIST')))
})

test('in a list of values, a name stands for its items', () => {
  fc.assert(
    fc.property(fc.array(word), fc.array(word), fc.array(word), (before, items, after) => {
      const valuesOf = (text: string) => (text.match(/[a-zA-Z]+/g) ?? []).join()
      const text = put(`(${[...before, 'LIST', ...after].join(', ')})`, { LIST: items })
      expect(valuesOf(text)).toBe([...before, ...items, ...after].join())
      expect(text).toMatch(/^\( *(?:[a-z]+ *(?:, *[a-z]+ *)*)?\)$/)
    }),
  )
})
