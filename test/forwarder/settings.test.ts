import { expect, test } from 'vitest'
import { readSettings } from '../../forwarder/settings.ts'

const NEEDED = { CREANCE_QUEUE_URL: 'https://sqs.example/1/q', CREANCE_CLUSTER: 'prod', CREANCE_PATH_SECRET: 'correct-horse-battery' }
const read = (env: Record<string, string>, readsFiles = false) => readSettings(env, { readsFiles })

test('with what is needed, the rest has defaults', () => {
  expect(read(NEEDED)).toMatchObject({
    listen: { host: '0.0.0.0', port: 2801 },
    CREANCE_SPOOL_MAX_BYTES: 1024 ** 3,
    CREANCE_LINGER_MS: 1000,
    CREANCE_URGENT_PRIORITY: 5,
    CREANCE_MESSAGE_BYTES: 256 * 1024,
    senders: { pathSecret: 'correct-horse-battery', clientCertificates: false, insecure: false },
    tls: undefined,
    filesOnly: false,
    unknown: [],
  })
})

test.each([
  ['nothing at all', {}, 'CREANCE_QUEUE_URL is not set'],
  ['no way to know who sends, on an open address', { ...NEEDED, CREANCE_PATH_SECRET: '' }, 'CREANCE_LISTEN: 0.0.0.0 is open to others'],
  ['a secret that is short', { ...NEEDED, CREANCE_PATH_SECRET: 'hunter2' }, 'CREANCE_PATH_SECRET: expected 16'],
  ['a certificate without its key', { ...NEEDED, CREANCE_TLS_CERT: '/tls.crt' }, 'CREANCE_TLS_CERT and CREANCE_TLS_KEY go together'],
  ['a client CA without a certificate', { ...NEEDED, CREANCE_TLS_CLIENT_CA: '/ca.crt' }, 'CREANCE_TLS_CLIENT_CA needs both'],
  [
    'a message size over what SQS takes',
    { ...NEEDED, CREANCE_MESSAGE_BYTES: '2000000' },
    'CREANCE_MESSAGE_BYTES: Too big: expected number to be <=1048576',
  ],
  [
    'a priority that is none',
    { ...NEEDED, CREANCE_URGENT_PRIORITY: 'Severe' },
    'CREANCE_URGENT_PRIORITY: expected one of Emergency, Alert',
  ],
  [
    'a spool of nothing',
    { ...NEEDED, CREANCE_SPOOL_MAX_BYTES: '0' },
    'CREANCE_SPOOL_MAX_BYTES: Too small: expected number to be >=8388608',
  ],
  ['a size with a unit', { ...NEEDED, CREANCE_SPOOL_MAX_BYTES: '1Gi' }, 'CREANCE_SPOOL_MAX_BYTES: Invalid input: expected number'],
  ['a name in place of the URL', { ...NEEDED, CREANCE_QUEUE_URL: 'arn:aws:sqs:eu-west-1:1:q' }, 'not its name or ARN'],
  ['an address without a port', { ...NEEDED, CREANCE_LISTEN: 'localhost' }, 'CREANCE_LISTEN: expected host:port'],
  ['a linger that is no number', { ...NEEDED, CREANCE_LINGER_MS: 'soon' }, 'CREANCE_LINGER_MS: Invalid input: expected number'],
])('%s fails the start, naming the setting and not its value', (_name, env, words) => {
  expect(() => read(env)).toThrow(expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining(words) }))
  expect(() => read(env)).toThrow(
    expect.objectContaining({ message: expect.not.stringMatching(/hunter2|Severe|2000000|soon|1Gi|arn:aws/) }),
  )
})

test.each([
  ['on loopback', { CREANCE_LISTEN: '127.0.0.1:0' }],
  ['where it is said to be insecure', { CREANCE_INSECURE: 'true' }],
  ['with client certificates', { CREANCE_TLS_CERT: 'c', CREANCE_TLS_KEY: 'k', CREANCE_TLS_CLIENT_CA: 'a' }],
])('without a secret it may start %s', (_name, env) => {
  expect(read({ ...NEEDED, CREANCE_PATH_SECRET: '', ...env }).filesOnly).toBe(false)
})

test('who reads files may listen for probes without any proof, and then takes no alert there', () => {
  expect(read({ ...NEEDED, CREANCE_PATH_SECRET: '', CREANCE_LISTEN: '0.0.0.0:2801' }, true).filesOnly).toBe(true)
  expect(read(NEEDED, true).filesOnly).toBe(false)
})

test('who reads files or stdin listens on loopback unless told otherwise', () => {
  expect(read({ ...NEEDED, CREANCE_PATH_SECRET: '' }, true)).toMatchObject({ listen: { host: '127.0.0.1', port: 2801 }, filesOnly: false })
})

test('a priority may be written in any case', () => {
  expect(read({ ...NEEDED, CREANCE_URGENT_PRIORITY: 'WARNING' }).CREANCE_URGENT_PRIORITY).toBe(3)
})

test('names that are nearly ours are told', () => {
  expect(read({ ...NEEDED, CREANCE_PATHSECRET: 'x', OTHER: 'y' }).unknown).toEqual(['CREANCE_PATHSECRET'])
})
