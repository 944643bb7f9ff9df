import {
  appendFileSync,
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Follow, followFile, type TakeLines } from '../../../forwarder/follow/follow-file.ts'
import { CodedError } from '../../../lib/error.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

let folder: ReturnType<typeof temporaryFolder>
let running: Follow[]
let taken: string[]
let logged: string[]
let oversize: number[]

beforeEach(() => {
  folder = temporaryFolder()
  running = []
  taken = []
  logged = []
  oversize = []
  mkdirSync(at('log'))
})
afterEach(async () => {
  await Promise.all(running.map((follow) => follow.stop()))
  folder.remove()
})

const at = (name: string) => join(folder.path, name)
const FILE = 'log/tetragon.log'
const write = (text: string | Buffer, name = FILE) => appendFileSync(at(name), text)
const rotate = (suffix: string) => renameSync(at(FILE), at(`log/tetragon-${suffix}.log`))
const position = () => JSON.parse(readFileSync(at('position'), 'utf8'))
const say = (level: string) => (message: string) => void logged.push(`${level}: ${message}`)
const log = { info: say('info'), warn: say('warn'), error: say('error') }
const logs = (part: string) => logged.filter((line) => line.includes(part))
const keep = async (lines: readonly string[]) => void taken.push(...lines)

const start = ({ take = keep, file = FILE, pollMs = 5 }: { take?: TakeLines; file?: string; pollMs?: number } = {}): Follow => {
  const onOversize = (_head: Buffer, bytes: number) => void oversize.push(bytes)
  const follow = followFile(at(file), { positionFile: at('position'), take, log, pollMs, onOversize })
  running.push(follow)
  return follow
}
const takes = (...lines: readonly string[]) => eventually(() => expect(taken).toEqual(lines))
/** Some polls later still these, and none twice. */
const stays = async (...lines: readonly string[]) => {
  await takes(...lines)
  await sleep(60)
  expect(taken).toEqual(lines)
}
/** Resolves when everything up to the end of the file is taken and saved. */
const savedAt = (offset: number) => eventually(() => expect(position().offset).toBe(offset))

test('a file is read from its beginning, then as it grows', async () => {
  write('a\n\nb\r\n')
  start()
  await takes('a', 'b')
  write('c\nd\n')
  await stays('a', 'b', 'c', 'd')
  await savedAt(10)
})

test('a file that is not there yet is waited for, which is said once', async () => {
  rmSync(at('log'), { recursive: true })
  start()
  await eventually(() => expect(logs('waiting')).toHaveLength(1))
  await sleep(40)
  mkdirSync(at('log'))
  write('a\n')
  await stays('a')
  expect(logged).toEqual(['info: waiting for the file to appear'])
})

test('a partial line is left until its newline comes, characters split in between', async () => {
  const eagle = Buffer.from('🦅é')
  write(Buffer.concat([Buffer.from('a\nb'), eagle.subarray(0, 2)]))
  const first = start()
  await savedAt(2)
  write(eagle.subarray(2, 5))
  await stays('a')
  await first.stop()
  expect(position().offset).toBe(2)
  start()
  write(Buffer.concat([eagle.subarray(5), Buffer.from('\n')]))
  await stays('a', 'b🦅é')
})

test('many lines are taken in order, in groups of 200 at most', async () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `${index} é`)
  write(`${lines.join('\n')}\n`)
  const sizes: number[] = []
  start({
    take: async (group) => {
      sizes.push(group.length)
      await keep(group)
    },
  })
  await takes(...lines)
  expect(Math.max(...sizes)).toBe(200)
})

test('a line over 1 MiB is passed over and counted, those around it are taken', async () => {
  write(`a\n${'x'.repeat(1024 * 1024 + 1)}\nb\n`)
  start()
  await stays('a', 'b')
  expect(oversize).toEqual([1024 * 1024 + 1])
  expect(logs('over 1 MiB')).toHaveLength(1)
})

test('after a stop it reads on where it was', async () => {
  write('a\n')
  const first = start()
  await takes('a')
  await first.stop()
  write('b\n')
  start()
  await stays('a', 'b')
})

test('stop lets a take that is under way end, and saves the position', async () => {
  write('a\nb\n')
  let release = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let asked = false
  const follow = start({
    take: async (lines) => {
      asked = true
      await gate
      await keep(lines)
    },
  })
  await eventually(() => expect(asked).toBe(true))
  expect(position().offset).toBe(0)
  const stopped = follow.stop()
  release()
  await stopped
  expect(taken).toEqual(['a', 'b'])
  expect(position().offset).toBe(4)
})

test('the file as it was renamed is read to its end, with a last line without newline, then the new one', async () => {
  write('a\n')
  start({ pollMs: 100 })
  await savedAt(2)
  const writer = openSync(at(FILE), 'a')
  rotate('2026-01-01')
  writeSync(writer, 'b\n')
  write('d\n')
  writeSync(writer, 'c')
  closeSync(writer)
  await takes('a', 'b', 'c', 'd')
  write('e\n')
  await takes('a', 'b', 'c', 'd', 'e')
})

test('what is written late to the renamed file, when the new one was seen already, is taken', async () => {
  write('a\n')
  start({ pollMs: 300 })
  await savedAt(2)
  await sleep(200)
  const writer = openSync(at(FILE), 'a')
  rotate('2026-01-01')
  write('c\n')
  await sleep(200) // a poll is in here, the next is not
  writeSync(writer, 'b\n')
  closeSync(writer)
  await takes('a', 'b', 'c')
})

test('after a rename without a new file it keeps reading what was renamed', async () => {
  write('a\n')
  start()
  await savedAt(2)
  rotate('1')
  await sleep(30)
  write('b\n', 'log/tetragon-1.log')
  await takes('a', 'b')
  write('c\n')
  await stays('a', 'b', 'c')
})

test('several rotations between two polls lose nothing', async () => {
  write('a\n')
  start({ pollMs: 50 })
  await savedAt(2)
  for (const index of [1, 2, 3]) {
    write(`b${index}\n`)
    rotate(`2026-01-0${index}`)
    write(`c${index}\n`)
  }
  await stays('a', 'b1', 'c1', 'b2', 'c2', 'b3', 'c3')
})

test('a renamed file that is deleted at once is read to its end', async () => {
  write('a\n')
  start({ pollMs: 50 })
  await savedAt(2)
  write('b\n')
  unlinkSync(at(FILE))
  write('c\n')
  await stays('a', 'b', 'c')
})

test.each([
  { name: 'lumberjack', names: ['tetragon-2026-01-01T10-00-00.000.log', 'tetragon-2026-01-02T10-00-00.000.log'] },
  { name: 'logrotate numbers', names: ['tetragon.log.2', 'tetragon.log.1'] },
  { name: 'logrotate dates', names: ['tetragon.log-20260101', 'tetragon.log-20260102'] },
])('two rotations while it is down lose nothing ($name)', async ({ names: [first = '', second = ''] }) => {
  write('before\n', `log/${first}-0`)
  write('a\n')
  const down = start()
  await takes('a')
  await down.stop()
  write('b\nc')
  renameSync(at(FILE), at(`log/${first}`))
  await sleep(10)
  write('d\n')
  renameSync(at(FILE), at(`log/${second}`))
  write('other\n', 'log/tetragon-operator.log')
  write('old\n', 'log/tetragon-2026-01-03.log.gz')
  write('e\n')
  start()
  await stays('a', 'b', 'c', 'd', 'e')
  expect(logged).toEqual([])
})

test('when the file it was reading is gone, it says so and reads what may be unread', async () => {
  write('a\n')
  const down = start()
  await takes('a')
  await down.stop()
  rotate('2026-01-01')
  write('b\n')
  rotate('2026-01-02')
  write('c\n')
  unlinkSync(at('log/tetragon-2026-01-01.log'))
  start()
  await stays('a', 'b', 'c')
  expect(logs('warn: the file that was followed is gone')).toHaveLength(1)
})

test.each([
  { name: 'to less than was read', after: 'c\n' },
  { name: 'and grown to as much', after: 'c\nd\n' },
  { name: 'and grown beyond what was read', after: 'c\nd\ne\nf\n' },
])('a file that is truncated $name is read from its beginning', async ({ after }) => {
  write('a\nb\n')
  const first = start()
  await savedAt(4)
  writeFileSync(at(FILE), after)
  const all = ['a', 'b', ...after.trim().split('\n')]
  await stays(...all)
  expect(logs('info: the followed file was truncated')).toHaveLength(1)
  await first.stop()
  writeFileSync(at(FILE), 'x\ny\nz\nlonger than it was before\n')
  start()
  await stays(...all, 'x', 'y', 'z', 'longer than it was before')
})

test('what was written just before a copytruncate is read from the copy', async () => {
  write('a\n')
  const down = start()
  await savedAt(2)
  await down.stop()
  write('b\n')
  copyFileSync(at(FILE), at('log/tetragon.log.1'))
  truncateSync(at(FILE))
  write('c\n')
  start()
  await stays('a', 'b', 'c')
})

test('while lines are not taken nothing more is read; the outage is said once, the same lines are tried again', async () => {
  write('a\n')
  const tried: string[][] = []
  let full = true
  const take = async (lines: readonly string[]) => {
    tried.push([...lines])
    if (full) throw new CodedError('unavailable', 'the spool is full')
    await keep(lines)
  }
  start({ take })
  await eventually(() => expect(tried.length).toBeGreaterThan(1))
  write('b\n')
  expect(position().offset).toBe(0)
  full = false
  await stays('a', 'b')
  expect(new Set(tried.slice(0, -1).map(String))).toEqual(new Set(['a']))
  expect(logs('lines not taken')).toHaveLength(1)
  expect(logs('taken again')).toHaveLength(1)
})

test('stop breaks the waiting off; the lines are taken after the next start', async () => {
  write('a\n')
  const follow = start({ take: () => Promise.reject(new CodedError('unavailable', 'the spool is full')) })
  await eventually(() => expect(logs('lines not taken')).toHaveLength(1))
  await follow.stop()
  expect(position().offset).toBe(0)
  start()
  await stays('a')
})

test.each([
  { name: 'no JSON', saved: '{"file":' },
  { name: 'empty', saved: '' },
  { name: 'of another program', saved: '{"offset":3}' },
  { name: 'of another file', saved: undefined },
])('a saved position that is $name is said and passed over', async ({ saved }) => {
  write('a\nb\n', 'log/other.log')
  const other = start({ file: 'log/other.log' })
  await savedAt(4)
  await other.stop()
  if (saved !== undefined) writeFileSync(at('position'), saved)
  taken = []
  write('c\nd\ne\n')
  start()
  await stays('c', 'd', 'e')
  expect(logs('warn: the saved position')).toHaveLength(1)
})

test('a position that cannot be saved is said once and stops nothing', async () => {
  mkdirSync(at('position.tmp'))
  write('a\n')
  start()
  await takes('a')
  write('b\n')
  await stays('a', 'b')
  expect(logs('warn: the position cannot be saved')).toHaveLength(1)
})

test('a symlink is followed, and the change of its target is a rotation', async () => {
  write('a\n', 'log/one')
  symlinkSync(at('log/one'), at(FILE))
  start({ pollMs: 50 })
  await takes('a')
  write('b\n', 'log/one')
  write('c\n', 'log/two')
  symlinkSync(at('log/two'), at('log/next'))
  renameSync(at('log/next'), at(FILE))
  await takes('a', 'b', 'c')
  write('d\n', 'log/two')
  await stays('a', 'b', 'c', 'd')
})

test('the folder may be replaced', async () => {
  write('a\n')
  start({ pollMs: 50 })
  await savedAt(2)
  write('b\n')
  renameSync(at('log'), at('log-old'))
  mkdirSync(at('log'))
  write('c\n')
  await stays('a', 'b', 'c')
})

test('what is no file is said once and waited out', async () => {
  mkdirSync(at(FILE))
  start()
  await eventually(() => expect(logs('warn: the followed file cannot be read')).toHaveLength(1))
  await sleep(40)
  rmSync(at(FILE), { recursive: true })
  write('a\n')
  await stays('a')
  expect(logs('warn: the followed file cannot be read')).toHaveLength(1)
})

// Root may read everything.
test.skipIf(process.getuid?.() === 0)('a file that may not be read is said once and tried again', async () => {
  write('a\n')
  chmodSync(at(FILE), 0)
  start()
  await eventually(() => expect(logs('warn: the followed file cannot be read')).toHaveLength(1))
  await sleep(40)
  chmodSync(at(FILE), 0o600)
  await stays('a')
  expect(logs('warn: the followed file cannot be read')).toHaveLength(1)
})
