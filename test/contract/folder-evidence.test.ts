import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { folderEvidence } from '../../lib/adapter/folder-evidence.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { evidenceContract } from './evidence.ts'

evidenceContract('folder', async () => {
  const parent = temporaryFolder()
  let count = 0
  return {
    make: async () => folderEvidence(join(parent.path, `folder-${++count}`)),
    read: async (uri) => new Uint8Array(await readFile(fileURLToPath(uri))),
    stop: async () => parent.remove(),
  }
})

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())
const BYTES = new TextEncoder().encode('evidence')

test.each(['../out', 'a/../../out', '/etc/out', 'a//b', 'a/./b', 'a/', '', '.hidden', 'a\\b', 'a\0b', 'é', 'a b', 'x'.repeat(300)])(
  'the key %j is refused, and nothing is written',
  async (key) => {
    await expect(folderEvidence(join(folder.path, 'in')).keep(key, BYTES)).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await readdir(folder.path)).toEqual([])
  },
)

test('files and folders are for their owner alone, and nothing unfinished is left', async () => {
  const { uri } = await folderEvidence(join(folder.path, 'in')).keep('a/b/c.json', BYTES)
  const modes = ['in', 'in/a', 'in/a/b'].map((name) => statSync(join(folder.path, name)).mode & 0o777)
  expect(modes).toEqual([0o700, 0o700, 0o700])
  expect(statSync(fileURLToPath(uri)).mode & 0o777).toBe(0o600)
  await folderEvidence(join(folder.path, 'in')).keep('a/b/c.json', BYTES)
  expect(await readdir(join(folder.path, 'in/a/b'))).toEqual(['c.json'])
})

test('where a file stands in place of the folder, the configuration is wrong, and the file stays', async () => {
  writeFileSync(join(folder.path, 'file'), 'mine')
  await expect(folderEvidence(join(folder.path, 'file')).keep('a', BYTES)).rejects.toMatchObject({ code: 'invalid_config' })
  expect(readFileSync(join(folder.path, 'file'), 'utf8')).toBe('mine')
})
