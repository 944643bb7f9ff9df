import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { isOfKind, loadKind, readRuleFiles } from '../../../lib/rule/load.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const Item = z.looseObject({ permission: z.string() })
let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())
const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text)
const names = () => loadKind([folder.path], 'permission', Item).map(({ permission }) => permission)

describe('the items of one kind', () => {
  test.each([
    ['in a list', '- permission: one\n  x: 1\n'],
    ['as a document', 'permission: one\n'],
    ['in quotes', '- "permission": one\n'],
    ['as JSON', '[{"permission": "one"}]\n'],
    ['with a letter that is escaped', '- "\\x70ermission": one\n'],
    ['with another escape of a letter', '- {"permissio\\u006e": one}\n'],
    ['over two lines', '- ? "permis\\\n    sion"\n  : one\n'],
    ['behind an anchor', '- &key permission: one\n'],
  ])('are found %s', (_name, text) => {
    write('a.yaml', text)
    write('b.yaml', '- route: {name: other}\n')
    expect(names()).toEqual(['one'])
  })

  test('are read without the files that have none of them: those need not even be YAML', () => {
    write('a.yaml', '- permission: one\n')
    write('b.yaml', '- route: {\n')
    expect(names()).toEqual(['one'])
    expect(readRuleFiles([folder.path]).problems).not.toEqual([])
  })

  test('are not lost in a file of Falco’s: that is an error', () => {
    write('a.yaml', '- rule: x\n  desc: x\n- permission: one\n')
    expect(names).toThrow(/mixed_file|another file/)
  })

  test('are those that all files together have, however the key is written', () => {
    const key = fc
      .tuple(
        fc.constantFrom('permission', 'permissions', 'route'),
        fc.array(fc.constantFrom('as it is', 'x', 'u', 'U', 'line'), { maxLength: 10 }),
      )
      .map(([word, how]) => [...word].map((letter, at) => written(letter, how[at] ?? 'as it is')).join(''))
    fc.assert(
      fc.property(fc.array(key, { maxLength: 4 }), (keys) => {
        write('a.yaml', keys.map((one) => `- {"${one}": x}\n`).join(''))
        const all = readRuleFiles([folder.path]).items.filter((item) => isOfKind(item, 'permission'))
        expect(names()).toHaveLength(all.length)
      }),
    )
  })
})

function written(letter: string, how: string): string {
  const hex = letter.charCodeAt(0).toString(16)
  if (how === 'x') return `\\x${hex}`
  if (how === 'u') return `\\u${hex.padStart(4, '0')}`
  if (how === 'U') return `\\U${hex.padStart(8, '0')}`
  return how === 'line' ? `\\\n    ${letter}` : letter
}
