import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { interact } from '../../../lib/stage/interact.ts'
import { pressStage } from './presses/stage.ts'
import { PRESSES, type PressCase } from './presses/table.ts'

// Every press that can be thought of, against a table: what comes of it, what the person is told, and that a press in vain changes nothing.
const DOCS = join(import.meta.dirname, '../../../docs/presses.md')

describe('a press', () => {
  test.each(PRESSES)('$press → $outcome', async ({ outcome, status = 200, told, line, changes, again, before, request }) => {
    const stage = await pressStage()
    await before?.(stage)
    const [was, linesBefore, toldBefore, openedBefore] = [stage.snapshot(), stage.lines(), stage.told().length, stage.dialog.calls.length]
    const answer = await interact(request(stage), stage.ports)
    expect(answer).toMatchObject({ status, outcome })

    expect(JSON.stringify(stage.snapshot()) !== JSON.stringify(was)).toBe(changes ?? false)
    const shown = JSON.stringify([answer.body ?? null, ...stage.dialog.views.values()])
    const toldNow = stage.told().slice(toldBefore)
    expect(toldNow).toEqual(told?.how === 'alone' ? [expect.objectContaining({ text: told.text })] : [])
    if (told?.how === 'dialog') expect(shown).toContain(JSON.stringify(told.text).slice(1, -1))
    if (told?.how === 'field') expect(answer.body).toMatchObject({ response_action: 'errors', errors: { 'creance.reason': told.text } })
    if (told?.how === 'alone') expect(stage.dialog.calls.length).toBe(openedBefore)

    const known = new Set(linesBefore.map(({ id }) => id))
    const lines = stage.lines().filter(({ id, kind }) => (kind === 'press' || kind === 'refused_input') && !known.has(id))
    const isTheOne = ({ outcome: of, why }: (typeof lines)[number]) => {
      const said = (of === 'refused' ? why : of) ?? ''
      return line instanceof RegExp ? line.test(said) : said === line
    }
    expect(lines.filter(isTheOne)).toHaveLength(line === undefined || again ? 0 : 1)
    expect(lines.filter((one) => !isTheOne(one))).toEqual([])
  })
})

test('docs/presses.md has this table, and no other', () => {
  const rows = readFileSync(DOCS, 'utf8')
    .split('\n')
    .filter((one) => one.startsWith('| '))
    .slice(2)
  expect(rows).toEqual(PRESSES.map(rowOf))
})

/** One row of the page. */
function rowOf({ press, outcome, told, changes }: PressCase): string {
  const how = { alone: 'for their eyes alone: ', dialog: 'in the dialog: ', field: 'beside the field: ' }
  const words = told ? `${how[told.how]}“${told.text.replaceAll('`', '').replace(/<@(\w+)>/g, '@$1')}”` : ''
  return `| ${press} | \`${outcome}\` | ${words} | ${changes ? 'yes' : ''} |`
}
