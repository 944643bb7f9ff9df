import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { secretSource } from '../../../lib/adapter/secret-source.ts'
import { CodedError } from '../../../lib/error.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

function started() {
  const asked: string[] = []
  const time = { nowMs: 0 }
  const answers: Record<string, string> = { a: ' text of a\n', empty: '\n' }
  const read = (kind: string) => async (name: string) => {
    asked.push(`${kind} ${name}`)
    return answers[name] ?? Promise.reject(new CodedError('not_permitted', 'AWS: no'))
  }
  const secretOf = secretSource({ aws: { secret: read('secret'), parameter: read('parameter') }, clock: () => time.nowMs })
  return { secretOf, asked, time, answers }
}

test('secrets and parameters are read by their names, without the white space around them', async () => {
  const { secretOf, asked } = started()
  expect([await secretOf({ secret: 'a' }), await secretOf({ parameter: 'a' })]).toEqual(['text of a', 'text of a'])
  expect(asked).toEqual(['secret a', 'parameter a'])
})

test('one is asked for once in five minutes, also by many at the same time; then anew', async () => {
  const { secretOf, asked, time, answers } = started()
  await Promise.all([secretOf({ secret: 'a' }), secretOf({ secret: 'a' })])
  time.nowMs = 5 * 60_000 - 1
  await secretOf({ secret: 'a' })
  expect(asked).toHaveLength(1)
  answers.a = 'rotated'
  time.nowMs++
  expect(await secretOf({ secret: 'a' })).toBe('rotated')
})

test('a failure is not kept', async () => {
  const { secretOf, answers } = started()
  await expect(secretOf({ secret: 'b' })).rejects.toMatchObject({ code: 'not_permitted' })
  answers.b = 'there now'
  expect(await secretOf({ secret: 'b' })).toBe('there now')
})

test('a file is read; one that is not there, empty or no secret is an error that names it', async () => {
  const folder = temporaryFolder()
  onTestFinished(folder.remove)
  const file = join(folder.path, 'token')
  const { secretOf } = started()
  await expect(secretOf({ file })).rejects.toMatchObject({ code: 'invalid_config', message: `file ${file}: it cannot be read: ENOENT` })
  writeFileSync(file, '\n')
  await expect(secretOf({ file })).rejects.toMatchObject({ code: 'invalid_config', message: `file ${file}: it is empty` })
  writeFileSync(file, 'x'.repeat(70_000))
  await expect(secretOf({ file })).rejects.toMatchObject({ code: 'invalid_config' })
  writeFileSync(file, 'token\n')
  expect(await secretOf({ file })).toBe('token')
  await expect(secretOf({ secret: 'empty' })).rejects.toMatchObject({ code: 'invalid_config', message: 'secret empty: it is empty' })
})
