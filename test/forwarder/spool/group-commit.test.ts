import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { groupCommit } from '../../../forwarder/spool/group-commit.ts'

test('what comes while a commit is under way goes into the next one, in order', async () => {
  const commits: number[][] = []
  let release = (): void => undefined
  const add = groupCommit<number>(
    async (items) => {
      commits.push([...items])
      await new Promise<void>((resolve) => {
        release = resolve
      })
    },
    { items: 10 },
  )
  const first = add(1)
  await nextTurn()
  const others = [add(2), add(3)]
  await nextTurn()
  expect(commits).toEqual([[1]])
  release()
  await first
  await nextTurn()
  expect(commits).toEqual([[1], [2, 3]])
  release()
  await Promise.all(others)
})

test('a commit that fails rejects its own items alone', async () => {
  const add = groupCommit<string>(
    async (items) => {
      if (items.includes('bad')) throw new Error('no')
    },
    { items: 1 },
  )
  const results = await Promise.allSettled([add('good'), add('bad'), add('fine')])
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
})

test('no commit has more items than the most', async () => {
  const sizes: number[] = []
  const add = groupCommit<number>(async (items) => void sizes.push(items.length), { items: 4 })
  await Promise.all(Array.from({ length: 10 }, (_, index) => add(index)))
  expect(sizes).toEqual([4, 4, 2])
})

test('no commit has more bytes than the most, but for one item that has them alone', async () => {
  const groups: string[][] = []
  const limits = { items: 10, bytes: 5, sizeOf: ({ length }: string) => length }
  const add = groupCommit<string>(async (items) => void groups.push([...items]), limits)
  await Promise.all(['ab', 'cd', 'ef', 'too long', 'g', 'h'].map(add))
  expect(groups).toEqual([['ab', 'cd'], ['ef'], ['too long'], ['g', 'h']])
})
