import { expect, test } from 'vitest'
import * as z from 'zod'
import { parseEnv } from '../../../lib/runtime/env.ts'

const Env = z.object({ TOKEN: z.string().min(16), URL: z.url(), COUNT: z.coerce.number().default(3) })

test('settings are read, with defaults; an empty one is not set', () => {
  expect(parseEnv(Env, { TOKEN: 'x'.repeat(16), URL: 'https://a.b', COUNT: '' })).toEqual({
    TOKEN: 'x'.repeat(16),
    URL: 'https://a.b',
    COUNT: 3,
  })
})

test('what is wrong is named, and no value is told', () => {
  const error = (() => {
    try {
      return parseEnv(Env, { TOKEN: 'a secret', COUNT: 'many' })
    } catch (thrown) {
      return thrown
    }
  })()
  expect(error).toMatchObject({
    code: 'invalid_config',
    message: expect.stringMatching(/TOKEN: Too small.*URL is not set.*COUNT: Invalid input: expected number/),
  })
  expect(String(error)).not.toContain('a secret')
})
