import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { followFile } from '../../../forwarder/follow/follow-file.ts'
import type { Log } from '../../../lib/port/log.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** What happens to a followed file and to its follower. `crash`: as kill -9 while lines are taken, before or after they are kept. */
type Event =
  | { readonly kind: 'append'; readonly texts: readonly string[]; readonly cuts: readonly number[]; readonly open: boolean }
  | { readonly kind: 'rotate' | 'copytruncate' | 'stop' | 'start' | 'wait' }
  | { readonly kind: 'crash'; readonly when: 'before' | 'after' | 'idle' }

const text = fc.string({ unit: fc.constantFrom('x', 'é', '語', '🦅'), maxLength: 12 })
const append: fc.Arbitrary<Event> = fc.record({
  kind: fc.constant('append' as const),
  texts: fc.array(text, { minLength: 1, maxLength: 5 }),
  cuts: fc.array(fc.nat(100), { maxLength: 4 }),
  open: fc.boolean(),
})
const simple: fc.Arbitrary<Event> = fc.record({ kind: fc.constantFrom('rotate', 'copytruncate', 'stop', 'start', 'wait') })
const crash: fc.Arbitrary<Event> = fc.record({ kind: fc.constant('crash' as const), when: fc.constantFrom('before', 'after', 'idle') })

/** A file, its writer and its follower; each life of the follower has a position file of its own, so that a dead one changes nothing. */
function history(folder: string) {
  const file = join(folder, 'tetragon.log')
  const taken: string[] = []
  const written: string[] = []
  let partial = ''
  let rotations = 0
  let lives = 0
  let life: { readonly stop: () => Promise<void>; readonly dies: (when: 'before' | 'after' | 'dead') => void } | undefined
  const dead: Promise<void>[] = []
  const positionFile = (index: number) => join(folder, `position-${index}`)

  const copyPosition = (from: number, to: number) => {
    if (existsSync(positionFile(from))) writeFileSync(positionFile(to), readFileSync(positionFile(from)))
  }
  const start = async () => {
    if (life) return
    const index = lives
    let death: 'before' | 'after' | 'dead' | undefined
    const take = async (lines: readonly string[]) => {
      if (death === undefined || death === 'after') taken.push(...lines)
      if (death === undefined) return
      if (death !== 'dead') copyPosition(index, index + 1)
      death = 'dead'
      throw new Error('killed')
    }
    const follow = followFile(file, { positionFile: positionFile(index), take, log: silent, pollMs: 2 })
    life = {
      stop: follow.stop,
      dies: (when) => {
        death = when
      },
    }
    await eventually(() => expect(existsSync(positionFile(index))).toBe(true))
  }
  const stop = async () => {
    await life?.stop()
    life = undefined
  }
  const caughtUp = () => eventually(() => expect(new Set(taken)).toEqual(new Set(written)))

  const write = async ({ texts, cuts, open }: Extract<Event, { kind: 'append' }>) => {
    const lines = texts.map((text, index) => (index === 0 && partial !== '' ? partial + text : `${written.length + index}:${text}`))
    const added = lines.join('\n').slice(partial.length) + (open ? '' : '\n')
    written.push(...(open ? lines.slice(0, -1) : lines))
    partial = open ? (lines.at(-1) ?? '') : ''
    const bytes = Buffer.from(added)
    const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
    for (const [index, to] of at.slice(1).entries()) {
      appendFileSync(file, bytes.subarray(at[index], to))
      if (to % 2 === 0) await sleep(1)
    }
  }
  const endPartial = () => {
    if (partial !== '') written.push(partial)
    partial = ''
  }
  const nextName = () => join(folder, `tetragon-${String(++rotations).padStart(4, '0')}.log`)

  const happens = async (event: Event): Promise<void> => {
    if (event.kind === 'append') return write(event)
    if (event.kind === 'wait') return void (await sleep(8))
    if (event.kind === 'stop') {
      if (!life) return
      await stop()
      lives++
      copyPosition(lives - 1, lives)
    }
    if (event.kind === 'start') await start()
    if (event.kind === 'rotate') {
      endPartial()
      renameSync(file, nextName())
      writeFileSync(file, '')
    }
    if (event.kind === 'copytruncate') {
      if (!life || partial !== '') return
      await caughtUp()
      copyFileSync(file, nextName())
      truncateSync(file)
    }
    if (event.kind === 'crash' && life) {
      if (event.when !== 'idle') {
        life.dies(event.when)
        await write({ kind: 'append', texts: ['last'], cuts: [], open: false })
        await eventually(() => expect(existsSync(positionFile(lives + 1))).toBe(true))
      } else copyPosition(lives, lives + 1)
      life.dies('dead') // what it does from now on is nothing
      dead.push(life.stop())
      life = undefined
      lives++
    }
  }

  return {
    taken,
    written,
    run: async (events: readonly Event[]) => {
      writeFileSync(file, '')
      await start()
      try {
        for (const event of events) await happens(event)
        await write({ kind: 'append', texts: ['end'], cuts: [], open: false })
        await start()
        await caughtUp()
        await sleep(10)
      } finally {
        await stop()
        await Promise.all(dead)
      }
    },
  }
}

const through = async (events: readonly Event[]) => {
  const folder = temporaryFolder()
  try {
    const { taken, written, run } = history(folder.path)
    await run(events)
    return { taken, written }
  } finally {
    folder.remove()
  }
}

test('without a crash every line is taken exactly once, in order', { timeout: 120_000 }, async () => {
  const events = fc.array(fc.oneof({ weight: 2, arbitrary: append }, { weight: 3, arbitrary: simple }), { maxLength: 14 })
  await fc.assert(
    fc.asyncProperty(events, async (events) => {
      const { taken, written } = await through(events)
      expect(taken).toEqual(written)
    }),
    { numRuns: 60, endOnFailure: true },
  )
})

test('with crashes every line is taken at least once', { timeout: 120_000 }, async () => {
  const events = fc.array(fc.oneof({ weight: 3, arbitrary: append }, { weight: 3, arbitrary: simple }, { weight: 1, arbitrary: crash }), {
    maxLength: 14,
  })
  await fc.assert(
    fc.asyncProperty(events, async (events) => {
      const { taken, written } = await through(events)
      expect(new Set(taken)).toEqual(new Set(written))
    }),
    { numRuns: 60, endOnFailure: true },
  )
})
