import { expect, test } from 'vitest'
import { inParallel } from '../../lib/parallel.ts'

test('no more than the limit run at once, and results stand in order', async () => {
  let running = 0
  let most = 0
  const work = async (item: number) => {
    running += 1
    most = Math.max(most, running)
    for (let turn = 0; turn < 10 - item; turn++) await new Promise(setImmediate)
    running -= 1
    return item * 2
  }
  expect(await inParallel([1, 2, 3, 4, 5, 6, 7], 3, work)).toEqual([2, 4, 6, 8, 10, 12, 14])
  expect(most).toBe(3)
  expect(await inParallel([], 3, work)).toEqual([])
})

test('a failure rejects when what was begun has ended, and no more is begun', async () => {
  const ended: number[] = []
  const work = async (item: number) => {
    await new Promise(setImmediate)
    if (item === 1) throw new Error('one')
    await new Promise(setImmediate)
    ended.push(item)
  }
  await expect(inParallel([1, 2, 3, 4], 2, work)).rejects.toThrow('one')
  expect(ended).toEqual([2])
})
