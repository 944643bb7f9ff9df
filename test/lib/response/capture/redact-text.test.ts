import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LITERALS, redactText } from '../../../../lib/response/capture/redact-text.ts'

const redacted = (text: string) => redactText(text, new Map()).text
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'
const HEX = '0123456789abcdef'.repeat(3)

test.each([
  ['an AWS access key', 'using AKIAIOSFODNN7EXAMPLE now', 'using «redacted: aws access key» now'],
  ['a temporary AWS access key', 'ASIAIOSFODNN7EXAMPLE', '«redacted: aws access key»'],
  ['an AWS secret', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = «redacted: assigned value»'],
  ['a bearer token', 'curl with Bearer abcdef123456', 'curl with Bearer «redacted: bearer token»'],
  ['an authorization header', '> Authorization: Bearer abc', '> Authorization: «redacted: authorization»'],
  ['one in JSON', '{"authorization":"Basic dTpw","a":1}', '{"authorization":"«redacted: authorization»","a":1}'],
  ['basic credentials', 'sent basic dXNlcjpwYXNzd29yZA==', 'sent basic «redacted: basic credentials»'],
  ['a user of curl', 'curl -u admin:hunter2 http://x', 'curl -u «redacted: basic credentials» http://x'],
  ['cookies', 'Cookie: sid=abc; theme=dark', 'Cookie: «redacted: cookie»'],
  ['a JWT', `got ${JWT}.`, 'got «redacted: jwt»'],
  ['a password', 'password=hunter2 user=bob', 'password=«redacted: assigned value» user=bob'],
  ['one in YAML', '  db_password: hunter2\n  host: db', '  db_password: «redacted: assigned value»\n  host: db'],
  ['one in quotation marks', 'token: "a b, c" rest', 'token: "«redacted: assigned value»" rest'],
  ['one with a quotation mark in it', '{"secret":"a\\"b","c":"d"}', '{"secret":"«redacted: assigned value»","c":"d"}'],
  [
    'one in JSON within JSON',
    '{"log":"{\\"apiKey\\":\\"k1\\",\\"a\\":\\"b\\"}"}',
    '{"log":"{\\"apiKey\\":\\"«redacted: assigned value»\\",\\"a\\":\\"b\\"}"}',
  ],
  ['one that is not closed', "passwd='never closed\nnext", "passwd='«redacted: assigned value»\nnext"],
  ['one in the name of another', 'token-AKIAIOSFODNN7EXAMPLE: x', 'token-«redacted: aws access key»: «redacted: assigned value»'],
  ['a Ruby hash', ':api_key => "k1"', ':api_key => "«redacted: assigned value»"'],
  ['a flag', 'mysql --password hunter2 -h db', 'mysql --password «redacted: assigned value» -h db'],
  ['a flag with =', 'app --auth-token=abc', 'app --auth-token=«redacted: assigned value»'],
  ['a URL with a user', 'postgres://app:s3cr@t@db:5432/x', 'postgres://«redacted: user in a url»@db:5432/x'],
  ['a signed URL', 'https://b.s3/x?X-Amz-Signature=0123456789&a=1', 'https://b.s3/x?X-Amz-Signature=«redacted: signature»&a=1'],
  ['a connection string', 'Server=db;User=sa;Password=p w;x=1', 'Server=db;User=sa;Password=«redacted: assigned value» w;x=1'],
  ['a storage account', 'AccountName=a;AccountKey=abc==;', 'AccountName=a;AccountKey=«redacted: assigned value»;'],
  ['a GitHub token', `x ghp_${HEX} y`, 'x «redacted: github token» y'],
  ['a fine-grained one', `github_pat_${HEX}`, '«redacted: github token»'],
  ['a GitLab token', `glpat-${HEX.slice(0, 20)}`, '«redacted: gitlab token»'],
  ['a Slack token', 'xoxb-1234567890-abcdef', '«redacted: slack token»'],
  ['a Slack webhook', 'https://hooks.slack.com/services/T0/B0/abc', 'https://hooks.slack.com/«redacted: slack webhook»'],
  ['an API key', `AIza${HEX.slice(0, 35)}`, '«redacted: api key»'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nafter', '«redacted: private key»\nafter'],
  [
    'an encrypted one',
    '-----BEGIN RSA PRIVATE KEY-----\nDEK-Info: AES-128-CBC,1F\n\nMII\n-----END RSA PRIVATE KEY-----',
    '«redacted: private key»',
  ],
  ['one in a string', '"-----BEGIN PRIVATE KEY-----\\nMII\\n-----END PRIVATE KEY-----\\n"', '"«redacted: private key»\\n"'],
  ['one without its end', 'a\n-----BEGIN PRIVATE KEY-----\nMIIE\n', 'a\n«redacted: private key»'],
  ['one without its beginning', 'MIIE\nabc=\n-----END PRIVATE KEY-----\nb', '«redacted: private key»\nb'],
])('%s is left out', (_name, text, expected) => {
  expect(redacted(text)).toBe(expected)
})

test.each([
  'GET /api/v1/users 200 12ms',
  'basic authentication is on',
  'MountVolume.SetUp failed: secret "db-creds" not found',
  'the bearer of news',
  'PWD=/var/www OLDPWD=/root',
  'https://example.com/a@b?c=d',
  'user bob@example.com logged in',
  '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----',
  'AKIA is a prefix, AKIAIOSFODNN7EXAMPLEX is too long',
  'task-1234567890abcdefghij done',
  'Enter password:\nLogged in',
  'token',
  '',
])('%j stays as it is', (text) => {
  expect(redacted(text)).toBe(text)
})

test('what was left out is counted by its kind', () => {
  const counts = new Map<string, number>()
  redactText(`password=a password=b ${JWT}`, counts)
  expect([...counts]).toEqual([
    ['assigned value', 2],
    ['jwt', 1],
  ])
})

describe('of any text', () => {
  const pieces = [
    'password',
    '=',
    ': ',
    '"',
    '\\',
    '"',
    "'",
    'Bearer ',
    'eyJ',
    '.',
    'abcdefgh',
    ' ',
    '\n',
    '://',
    '@',
    '-u ',
    '--',
    '-----BEGIN ',
  ]
  const more = [
    'PRIVATE KEY-----',
    '-----END ',
    'AKIAIOSFODNN7EXAMPLE',
    'cookie',
    'authorization',
    'basic ',
    '«redacted: ',
    '»',
    'pwd',
    '/',
    'sig=',
  ]
  const hostile = fc
    .array(fc.oneof(fc.constantFrom(...pieces, ...more), fc.string({ maxLength: 5 })), { maxLength: 40 })
    .map((all) => all.join(''))

  test('what has been through stays as it is', () => {
    fc.assert(
      fc.property(hostile, (text) => redacted(redacted(text)) === redacted(text)),
      { numRuns: 5000 },
    )
  })

  test('a secret in it is not in what comes out, and what surrounds it is', () => {
    const plain = fc.stringMatching(/^[g-z ]{0,30}$/)
    const secret = fc.stringMatching(/^[A-Z0-9]{12,30}$/)
    const written = fc.constantFrom(
      (it: string) => `password=${it}`,
      (it: string) => `"api_key": "${it}"`,
      (it: string) => `Authorization: Bearer ${it}`,
      (it: string) => `redis://:${it}@cache`,
      (it: string) => `--token ${it}`,
    )
    fc.assert(
      fc.property(plain, secret, written, plain, (before, it, write, after) => {
        const text = redacted(`${before}\n${write(it)}\n${after}`)
        return !text.includes(it) && text.startsWith(before) && text.endsWith(after)
      }),
      { numRuns: 2000 },
    )
  })

  test('the search for literals repeats nothing, so that it costs the same at every place', () => {
    expect(LITERALS.replaceAll(/\\./g, '')).not.toMatch(/[*+?{}()[\]]/)
  })

  const MEGABYTE = 1024 * 1024
  test.each([
    'eyJ',
    'eyJaaaaaaaaaa.',
    'password',
    'password=',
    'password = "',
    'token\\\\"',
    'token="\\',
    'authorization:',
    'cookie',
    'Bearer ',
    'basic aaaaaaaaaaaaaaaaaaa ',
    '://',
    '://a@',
    ' -u a',
    '-u -u=',
    '-token ',
    ' sk-',
    'ghp_a',
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN PRIVATE KEY----- a-',
    '-----BEGIN ',
    '-----END PRIVATE KEY',
    'AKIA',
    'sig=',
  ])('a megabyte of %j is walked over a few times at most', (piece) => {
    // The small text first: what is not linear would never come to the end of the large one
    for (const length of [MEGABYTE / 32, MEGABYTE]) {
      const text = piece.repeat(Math.ceil(length / piece.length))
      expect(redactText(text, new Map()).steps).toBeLessThan(16 * text.length)
      const filled = `${piece}${'a'.repeat(length / 2)}${piece.repeat(1000)}`
      expect(redactText(filled, new Map()).steps).toBeLessThan(16 * filled.length)
    }
  })
})
