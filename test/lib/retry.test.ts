import { expect, test } from 'vitest'
import { CodedError } from '../../lib/error.ts'
import { patiently } from '../../lib/retry.ts'

/** Fails with each of these in turn, and then gives an answer. */
function failing(errors: readonly Error[]) {
  let calls = 0
  const work = async () => {
    const error = errors[calls]
    calls += 1
    if (error) throw error
    return 'done'
  }
  return { work, calls: () => calls }
}
const transient = (code: 'throttled' | 'unavailable' | 'conflict', retryAfterSeconds?: number) =>
  new CodedError(code, code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds })

test('what may pass is tried again, as often as it takes', async () => {
  const { work, calls } = failing([transient('unavailable'), transient('conflict'), transient('throttled', 0.01)])
  expect(await patiently(work, 10_000)).toBe('done')
  expect(calls()).toBe(4)
})

test.each([
  ['an error that stays', new CodedError('not_permitted', 'cannot patch pods')],
  ['a fault of ours', new TypeError('x is undefined')],
])('%s is thrown at once', async (_name, error) => {
  const { work, calls } = failing([error])
  await expect(patiently(work, 10_000)).rejects.toBe(error)
  expect(calls()).toBe(1)
})

test('without patience the first error is thrown', async () => {
  const { work, calls } = failing([transient('unavailable')])
  await expect(patiently(work, 0)).rejects.toMatchObject({ code: 'unavailable' })
  expect(calls()).toBe(1)
})

test('a wait that is longer than the patience is not begun', async () => {
  const { work, calls } = failing([transient('throttled', 60)])
  await expect(patiently(work, 5000)).rejects.toMatchObject({ retryAfterSeconds: 60 })
  expect(calls()).toBe(1)
})
