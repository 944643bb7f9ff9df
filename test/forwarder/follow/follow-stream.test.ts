import { PassThrough, Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { followStream } from '../../../forwarder/follow/follow-stream.ts'
import { CodedError } from '../../../lib/error.ts'
import type { Log } from '../../../lib/port/log.ts'
import { eventually } from '../../support/eventually.ts'

const recording = () => {
  const taken: string[] = []
  const logged: string[] = []
  const note = (message: string) => void logged.push(message)
  const log: Log = { info: note, warn: note, error: note }
  return { taken, logged, log, take: async (lines: readonly string[]) => void taken.push(...lines) }
}

test('the lines of a stream are taken up to its end, the last without a newline too', async () => {
  const { taken, take, log } = recording()
  const eagle = Buffer.from('🦅')
  const pieces = [Buffer.from('a\r\n\nb'), eagle.subarray(0, 1), eagle.subarray(1), Buffer.from('\nc')]
  await followStream(Readable.from(pieces), { take, log }).done
  expect(taken).toEqual(['a', 'b🦅', 'c'])
})

test('a stream of text is read as well', async () => {
  const { taken, take, log } = recording()
  await followStream(Readable.from(['é\nb', 'c\n']), { take, log }).done
  expect(taken).toEqual(['é', 'bc'])
})

test('no more is read while lines are being taken', async () => {
  const { taken, take, log } = recording()
  let release = (): void => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  let made = 0
  const endless = Readable.from(
    (function* () {
      while (made < 1000) yield Buffer.from(`${made++}\n`)
    })(),
  )
  const { done } = followStream(endless, { take: (lines) => gate.then(() => take(lines)), log })
  await sleep(40)
  expect(made).toBeLessThan(50)
  release()
  await done
  expect(taken).toEqual(Array.from({ length: 1000 }, (_, index) => `${index}`))
})

test('lines that are not taken are tried again', async () => {
  const { taken, logged, take, log } = recording()
  let failures = 1
  const flaky = async (lines: readonly string[]) => {
    if (failures-- > 0) throw new CodedError('unavailable', 'the spool is full')
    await take(lines)
  }
  await followStream(Readable.from([Buffer.from('a\nb\n')]), { take: flaky, log }).done
  expect(taken).toEqual(['a', 'b'])
  expect(logged).toEqual(['lines not taken: no more are read until they are', 'lines are taken again'])
})

test('stop ends the reading of a stream that stays open', async () => {
  const { taken, take, log } = recording()
  const stream = new PassThrough()
  const { done, stop } = followStream(stream, { take, log })
  stream.write('a\nb')
  await eventually(() => expect(taken).toEqual(['a']))
  await stop()
  await done
  expect(taken).toEqual(['a'])
  expect(stream.destroyed).toBe(true)
})

test('stop breaks the trying off and says that lines are lost', async () => {
  const { logged, log } = recording()
  const stream = new PassThrough()
  const take = () => Promise.reject(new CodedError('unavailable', 'the spool is full'))
  const { stop } = followStream(stream, { take, log })
  stream.write('a\n')
  await eventually(() => expect(logged).toHaveLength(1))
  await stop()
  expect(logged.at(-1)).toBe('stopped before the last lines were taken: they are lost')
})

test('a stream that fails rejects as unavailable', async () => {
  const { take, log } = recording()
  const stream = new PassThrough()
  const { done } = followStream(stream, { take, log })
  stream.destroy(new Error('EIO'))
  await expect(done).rejects.toMatchObject({ code: 'unavailable' })
})
