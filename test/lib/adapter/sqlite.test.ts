import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { afterTurn, inTurn, openDatabase } from '../../../lib/adapter/sqlite.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let database: DatabaseSync
let another: DatabaseSync
beforeEach(() => {
  folder = temporaryFolder()
  database = openDatabase(join(folder.path, 'd.db'))
  another = openDatabase(join(folder.path, 'd.db'))
  database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT')
})
afterEach(() => {
  database.close()
  another.close()
  folder.remove()
})
const insert = (n: number) => database.prepare('INSERT INTO t VALUES (?)').run(n)
const count = (of: DatabaseSync) => of.prepare('SELECT count(*) AS c FROM t').get()?.c

test('what is written in one turn is committed together, and is there when any of it resolves', async () => {
  const all = [1, 2, 3].map((n) => inTurn(database, () => insert(n)))
  expect([count(database), count(another)]).toEqual([3, 0])
  await all[0]
  expect(count(another)).toBe(3)
  await Promise.all(all)
})

test('work that fails leaves nothing of itself, and the others’ stays', async () => {
  const good = inTurn(database, () => insert(1))
  const bad = inTurn(database, () => {
    insert(2)
    insert(1) // is there already
  })
  await expect(bad).rejects.toThrow('UNIQUE')
  await good
  await inTurn(database, () => insert(3))
  expect(another.prepare('SELECT n FROM t ORDER BY n').all()).toEqual([{ n: 1 }, { n: 3 }])
})

test('what a read saw is on disk when it resolves', async () => {
  void inTurn(database, () => insert(1))
  expect(await afterTurn(database, () => count(database))).toBe(1)
  expect(count(another)).toBe(1)
})

test('a commit that cannot be made fails all that waited for it, and the next turn is a new one', async () => {
  database.exec('CREATE TABLE child (n INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED) STRICT; PRAGMA foreign_keys = ON')
  const fine = inTurn(database, () => insert(1))
  const orphan = inTurn(database, () => database.prepare('INSERT INTO child VALUES (99)').run())
  await expect(fine).rejects.toThrow('FOREIGN KEY')
  await expect(orphan).rejects.toThrow('FOREIGN KEY')
  await inTurn(database, () => insert(2))
  expect(another.prepare('SELECT n FROM t').all()).toEqual([{ n: 2 }])
})
