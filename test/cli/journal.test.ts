import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../lib/adapter/sqlite.ts'
import { sqliteStore } from '../../lib/adapter/sqlite-store.ts'
import { type JournalLine, journal } from '../../lib/incident/journal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ROOT = join(import.meta.dirname, '../..')
let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

const shown = (...flags: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['cli/creance.ts', 'journal', '--data', folder.path, ...flags], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

const AT = Date.parse('2026-11-30T12:00:00Z')
const press: JournalLine = {
  id: 'p',
  at: AT + 1000,
  kind: 'press',
  what: 'isolate pressed',
  incident: 'abcdefabcdefabcd',
  by: '@bob',
  byId: 'U0BOB',
  outcome: 'refused',
  why: 'not_permitted\u001b[2J',
}
const command: JournalLine = { id: 'c', at: AT, kind: 'command', what: 'stop', by: '@alice', byId: 'U0ALICE', outcome: 'stopped' }

beforeEach(async () => {
  const store = sqliteStore(openDatabase(join(folder.path, 'store.db')), { clock: Date.now })
  await store.put({ pk: 'incidents#2026-11-30', sk: 'abcdefabcdefabcd', data: {} }, 'absent')
  await journal(store, press)
  await journal(store, command)
})

test('the journal of a day has its own lines and those of its incidents, in their order, and no control character', () => {
  expect(shown('--day', '2026-11-30')).toEqual({
    status: 0,
    stdout:
      '2026-11-30T12:00:00.000Z  command  stop, by @alice (U0ALICE): stopped\n' +
      '2026-11-30T12:00:01.000Z  press    isolate pressed, by @bob (U0BOB): refused: not_permitted\\u001b[2J  [abcdefabcdef]\n',
    stderr: '',
  })
})

test('the journal of an incident has its lines alone, as JSON if asked', () => {
  const { stdout } = shown('--incident', 'abcdefabcdefabcd', '--json')
  expect(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([press])
})

test('nothing written is said, and a day that is none is a usage error', () => {
  expect(shown('--day', '2026-11-29')).toEqual({ status: 0, stdout: '', stderr: 'creance: nothing is written of 2026-11-29\n' })
  expect(shown('--day', '30.11.')).toMatchObject({ status: 2, stderr: expect.stringContaining('expected a day') })
})
