import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSpool, type Spool, type SpoolOptions } from '../../../forwarder/spool/spool.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
let folder: ReturnType<typeof temporaryFolder>
let spool: Spool
let damaged: string[]

const open = (options: Partial<SpoolOptions> = {}): Spool =>
  openSpool({
    folder: folder.path,
    maxBytes: 1_000_000,
    segmentBytes: () => 100_000,
    lingerMs: 0,
    clock: () => 1_795_500_000_000,
    log: quiet,
    onDamaged: (record) => damaged.push(record.toString('utf8')),
    ...options,
  })
beforeEach(() => {
  folder = temporaryFolder()
  damaged = []
})
afterEach(async () => {
  await spool.close()
  folder.remove()
})

const line = (index: number) => JSON.stringify({ alert: `${index}` })
const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => line(from + index))
const keepAll = (texts: readonly string[], urgent = false) => Promise.all(texts.map((text) => spool.append(text, urgent)))
const logs = (path = folder.path) => readdirSync(path).filter((name) => name.endsWith('.log'))
/** Everything that can be taken, in order; removed unless told otherwise. */
const takeAll = async ({ remove = true } = {}): Promise<string[]> => {
  const taken: string[] = []
  for (const lane of ['urgent', 'normal'] as const) {
    for (let segment = await spool.take(lane); segment; segment = await spool.take(lane)) {
      taken.push(...(await spool.read(segment)).map((text) => text.toString('utf8')))
      if (remove) await spool.remove(segment)
    }
  }
  return taken
}

test('what is kept is taken in order, and is gone from the disk only when it is removed', async () => {
  spool = open()
  expect(await keepAll(lines(0, 50))).toEqual(Array(50).fill('kept'))
  expect(await takeAll({ remove: false })).toEqual(lines(0, 50))
  expect(logs()).toHaveLength(1)
  await spool.close()
  spool = open()
  expect(await takeAll()).toEqual(lines(0, 50))
  expect(logs()).toEqual([])
  expect(spool.state()).toMatchObject({ bytes: 0, segments: 0, oldestMs: undefined })
})

test('a full file is followed by another, and the files leave oldest first', async () => {
  spool = open({ segmentBytes: () => 200 })
  for (const text of lines(0, 40)) await spool.append(text, false)
  expect(logs().length).toBeGreaterThan(3)
  expect(await takeAll()).toEqual(lines(0, 40))
})

test('after a restart the same alerts are in the same files, and new ones come after them', async () => {
  spool = open({ segmentBytes: () => 200 })
  for (const text of lines(0, 20)) await spool.append(text, false)
  const before = Object.fromEntries(logs().map((name) => [name, readFileSync(join(folder.path, name), 'utf8')]))
  await spool.close()
  spool = open({ segmentBytes: () => 200 })
  expect(Object.fromEntries(logs().map((name) => [name, readFileSync(join(folder.path, name), 'utf8')]))).toEqual(before)
  for (const text of lines(20, 30)) await spool.append(text, false)
  expect(await takeAll()).toEqual(lines(0, 30))
})

test('urgent ones have files of their own, which may leave at once, while the rest waits for the linger', async () => {
  spool = open({ lingerMs: 60_000 })
  await keepAll(lines(0, 3))
  await keepAll(lines(3, 5), true)
  expect(await takeAll()).toEqual(lines(3, 5))
  await spool.hurry()
  expect(await takeAll()).toEqual(lines(0, 3))
})

test('after the linger what is there may leave, and somebody is told', async () => {
  spool = open({ lingerMs: 20 })
  let told = 0
  spool.onReady(() => told++)
  await keepAll(lines(0, 3))
  await eventually(() => expect(told).toBeGreaterThan(0))
  expect(await takeAll()).toEqual(lines(0, 3))
})

test('what is being written when it is taken is in one file or the next, never in none', async () => {
  spool = open()
  const taken: string[] = []
  const writing = Promise.all(
    lines(0, 500).map(async (text, index) => {
      await new Promise((resolve) => setTimeout(resolve, index % 40))
      return spool.append(text, index % 7 === 0)
    }),
  )
  for (let round = 0; round < 60; round++) {
    taken.push(...(await takeAll()))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await writing
  taken.push(...(await takeAll()))
  expect(taken.toSorted()).toEqual(lines(0, 500).toSorted())
})

test('it never grows over its bound, refuses what has no room, and takes again when there is some', async () => {
  spool = open({ maxBytes: 1000, segmentBytes: () => 300 })
  const answers = await keepAll(lines(0, 100))
  expect(new Set(answers)).toEqual(new Set(['kept', 'full']))
  expect(logs().reduce((bytes, name) => bytes + statSync(join(folder.path, name)).size, 0)).toBeLessThanOrEqual(1000)
  expect(spool.state().bytes).toBeLessThanOrEqual(1000)
  const kept = lines(0, 100).filter((_, index) => answers[index] === 'kept')
  expect(await takeAll()).toEqual(kept)
  expect(await spool.append(line(100), false)).toBe('kept')
})

test('a tail that a kill tore off is passed over, and all that was acknowledged is there', async () => {
  spool = open()
  await keepAll(lines(0, 10))
  await spool.close()
  const [name = ''] = logs()
  appendFileSync(join(folder.path, name), '1234abcd {"alert":"never ackno')
  spool = open()
  expect(await takeAll()).toEqual(lines(0, 10))
  expect(damaged).toEqual([])
})

test('a record that the disk has changed is set apart for a look, and its neighbours are used', async () => {
  spool = open()
  await keepAll(lines(0, 3))
  await spool.close()
  const [name = ''] = logs()
  const path = join(folder.path, name)
  writeFileSync(path, readFileSync(path, 'utf8').replace('{"alert":"1"}', '{"alert":"7"}'))
  spool = open()
  expect(await takeAll()).toEqual([line(0), line(2)])
  expect(damaged).toEqual([expect.stringMatching(/^[0-9a-f]{8} {"alert":"7"}$/)])
})

test('what the queue will never take is set aside, still counted, and not taken again after a restart', async () => {
  spool = open()
  await keepAll(lines(0, 2))
  const segment = await spool.take('normal')
  if (segment) await spool.setAside(segment)
  expect(spool.state()).toMatchObject({ undeliverable: 1, segments: 0, bytes: segment?.bytes })
  await spool.close()
  spool = open()
  expect(await takeAll()).toEqual([])
  expect(logs(join(folder.path, 'undeliverable'))).toHaveLength(1)
  expect(spool.state()).toMatchObject({ undeliverable: 1, bytes: segment?.bytes })
})

test('a folder belongs to one forwarder at a time', async () => {
  spool = open()
  expect(() => open()).toThrow(
    expect.objectContaining({ code: 'unavailable', message: expect.stringContaining('does another forwarder use it?') }),
  )
  await spool.close()
  spool = open()
})

test('a folder that cannot be made is a setting that is not right', () => {
  writeFileSync(join(folder.path, 'file'), '')
  spool = open()
  expect(() => open({ folder: join(folder.path, 'file', 'spool') })).toThrow(expect.objectContaining({ code: 'invalid_config' }))
})

test('other files in the folder are let alone', async () => {
  writeFileSync(join(folder.path, 'notes.txt'), 'mine')
  mkdirSync(join(folder.path, 'sub'))
  spool = open()
  await keepAll(lines(0, 2))
  expect(await takeAll()).toEqual(lines(0, 2))
  expect(readFileSync(join(folder.path, 'notes.txt'), 'utf8')).toBe('mine')
})

test('a disk that is full: the write is refused, what was kept before it stands, and it goes on when there is room', async ({ skip }) => {
  const disk = join(folder.path, 'disk')
  mkdirSync(disk)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', disk], { stdio: 'pipe' })
  } catch {
    spool = open()
    return skip('a small disk could not be mounted here (this needs root)')
  }
  try {
    spool = open({ folder: disk, maxBytes: 10_000_000 })
    await keepAll(lines(0, 10))
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(200 * 1024))
    const big = JSON.stringify({ alert: 'x'.repeat(60_000) })
    await expect(spool.append(big, false)).rejects.toMatchObject({ code: 'ENOSPC' })
    execFileSync('rm', [join(disk, 'ballast')])
    expect(await spool.append(big, false)).toBe('kept')
    expect(await keepAll(lines(10, 12))).toEqual(['kept', 'kept'])
    expect(await takeAll()).toEqual([...lines(0, 10), big, ...lines(10, 12)])
    expect(damaged).toEqual([])
    // It can also be opened, and emptied, while the disk is full.
    await keepAll(lines(12, 14))
    await spool.close()
    expect(() => writeFileSync(join(disk, 'ballast'), Buffer.alloc(512 * 1024))).toThrow('ENOSPC')
    spool = open({ folder: disk })
    expect(await takeAll()).toEqual(lines(12, 14))
  } finally {
    await spool.close()
    execFileSync('umount', ['-l', disk])
  }
})
