import fc from 'fast-check'
import { expect, test } from 'vitest'
import { redact } from '../../../../lib/response/capture/redact.ts'

const redacted = (value: unknown) => redact(value, new Map())

test.each([
  {
    name: 'the value of an environment variable goes, its name and where it comes from stay',
    from: {
      env: [
        { name: 'LEVEL', value: 'debug' },
        { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
        { name: 'EMPTY', value: '' },
      ],
      envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'db-secret' } }],
    },
    to: {
      env: [
        { name: 'LEVEL', value: '«redacted: environment value»' },
        { name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
        { name: 'EMPTY', value: '' },
      ],
      envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'db-secret' } }],
    },
  },
  {
    name: 'annotations that are copies, large, or look secret go',
    from: {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        big: 'x'.repeat(1025),
        'vault/token': 'abc',
        team: 'payments',
        note: 'password=x',
      },
    },
    to: {
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': '«redacted: copy of the object»',
        big: '«redacted: large annotation»',
        'vault/token': '«redacted: annotation»',
        team: 'payments',
        note: 'password=«redacted: assigned value»',
      },
    },
  },
  {
    name: 'arguments after a flag, and within one',
    from: { command: ['app', '--password', 'hunter2', '-u', 'a:b', '--db-token=abc', '--token', '--verbose', '-c', 'PASSWORD=x y'] },
    to: {
      command: [
        'app',
        '--password',
        '«redacted: argument»',
        '-u',
        '«redacted: argument»',
        '--db-token=«redacted: assigned value»',
        '--token',
        '--verbose',
        '-c',
        'PASSWORD=«redacted: assigned value» y',
      ],
    },
  },
  {
    name: 'headers of probes, by name',
    from: {
      httpHeaders: [
        { name: 'Authorization', value: 'Custom abc' },
        { name: 'Accept', value: '*/*' },
      ],
    },
    to: {
      httpHeaders: [
        { name: 'Authorization', value: '«redacted: named value»' },
        { name: 'Accept', value: '*/*' },
      ],
    },
  },
  {
    name: 'fields whose name says that they are one; not the names of secrets, images or taints',
    from: {
      password: 'x',
      adminPassword: 'x',
      volumes: [{ secret: { secretName: 'db' } }],
      image: 'r/token-service:1.2',
      tolerations: [{ key: 'a', value: 'b' }],
      tokenExpirationSeconds: 3600,
    },
    to: {
      password: '«redacted: field»',
      adminPassword: '«redacted: field»',
      volumes: [{ secret: { secretName: 'db' } }],
      image: 'r/token-service:1.2',
      tolerations: [{ key: 'a', value: 'b' }],
      tokenExpirationSeconds: 3600,
    },
  },
])('$name', ({ from, to }) => {
  expect(redacted(from)).toEqual(to)
  expect(redacted(to)).toEqual(to)
})

test('what is too long, too wide or too deep is cut and says so', () => {
  expect(redacted('x'.repeat(20_000))).toBe(`${'x'.repeat(16_384)}«cut: 3616 more characters»`)
  expect(redacted(Array(1002).fill(1))).toEqual([...Array(1000).fill(1), '«cut: 2 more»'])
  const wide = Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`k${index}`, 1]))
  expect(redacted(wide)).toMatchObject({ '«cut»': '1 more' })
  const jwt = `eyJ${'a'.repeat(20)}.${'b'.repeat(20)}.c`
  expect(redacted(`${' '.repeat(16_369)}${jwt}`)).toBe(`${' '.repeat(16_369)}«redacted: jwt»`)
  let deep: unknown = 1
  for (let level = 0; level < 5000; level++) deep = { deep }
  expect(JSON.stringify(redacted(deep))).toContain('«cut: too deep»')
})

test('whatever the shape, it gives JSON, twice the same', () => {
  const key = fc.constantFrom('env', 'value', 'name', 'annotations', 'command', 'password', '__proto__', 'constructor', 'a')
  const { any } = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, fc.string(), fc.constantFrom(null, true, 1, '--token', '-u', 'a:b'), tie('list'), tie('map')),
    list: fc.array(tie('any'), { maxLength: 4 }),
    map: fc.dictionary(key, tie('any'), { maxKeys: 4 }),
  }))
  fc.assert(
    fc.property(any, (value) => {
      const once = redacted(value)
      expect(JSON.stringify(redacted(once))).toBe(JSON.stringify(once))
    }),
    { numRuns: 1000 },
  )
})
