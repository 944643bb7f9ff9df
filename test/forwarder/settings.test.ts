import { expect, test } from 'vitest'
import { readSettings } from '../../forwarder/settings.ts'

const NEEDED = { CREANCE_QUEUE_URL: 'https://sqs.example/1/q', CREANCE_CLUSTER: 'prod', CREANCE_PATH_SECRET: 'correct-horse-battery' }
const read = (env: Record<string, string>, readsFiles = false) => readSettings(env, { readsFiles })

test('with what is needed, the rest has defaults', () => {
  expect(read(NEEDED)).toMatchObject({
    CREANCE_LISTEN: { host: '0.0.0.0', port: 2801 },
    CREANCE_SPOOL_MAX_BYTES: 1024 ** 3,
    CREANCE_LINGER_MS: 1000,
    CREANCE_URGENT_PRIORITY: 'Critical',
    CREANCE_MESSAGE_BYTES: 256 * 1024,
    senders: { pathSecret: 'correct-horse-battery', clientCertificates: false, insecure: false },
    tls: undefined,
    filesOnly: false,
  })
})

test.each([
  ['nothing at all', {}, 'CREANCE_QUEUE_URL is not set'],
  ['no way to know who sends, on an open address', { ...NEEDED, CREANCE_PATH_SECRET: '' }, 'CREANCE_LISTEN: 0.0.0.0 is open to others'],
  ['a secret that is short', { ...NEEDED, CREANCE_PATH_SECRET: 'hunter2' }, 'CREANCE_PATH_SECRET: expected 16'],
  ['a certificate without its key', { ...NEEDED, CREANCE_TLS_CERT: '/tls.crt' }, 'CREANCE_TLS_CERT and CREANCE_TLS_KEY go together'],
  ['a client CA without a certificate', { ...NEEDED, CREANCE_TLS_CLIENT_CA: '/ca.crt' }, 'CREANCE_TLS_CLIENT_CA needs both'],
  ['a message size over what SQS takes', { ...NEEDED, CREANCE_MESSAGE_BYTES: '2000000' }, 'CREANCE_MESSAGE_BYTES is not valid'],
  ['a priority that is none', { ...NEEDED, CREANCE_URGENT_PRIORITY: 'Severe' }, 'CREANCE_URGENT_PRIORITY is not valid'],
  ['a spool of nothing', { ...NEEDED, CREANCE_SPOOL_MAX_BYTES: '0' }, 'CREANCE_SPOOL_MAX_BYTES is not valid'],
  ['a linger that is no number', { ...NEEDED, CREANCE_LINGER_MS: 'soon' }, 'CREANCE_LINGER_MS is not valid'],
])('%s fails the start, naming the setting and not its value', (_name, env, words) => {
  expect(() => read(env)).toThrow(expect.objectContaining({ code: 'invalid_config', message: expect.stringContaining(words) }))
  expect(() => read(env)).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/hunter2|Severe|2000000|soon/) }))
})

test.each([
  ['on loopback', { CREANCE_LISTEN: '127.0.0.1:0' }],
  ['where it is said to be insecure', { CREANCE_INSECURE: 'true' }],
  ['with client certificates', { CREANCE_TLS_CERT: 'c', CREANCE_TLS_KEY: 'k', CREANCE_TLS_CLIENT_CA: 'a' }],
])('without a secret it may start %s', (_name, env) => {
  expect(read({ ...NEEDED, CREANCE_PATH_SECRET: '', ...env }).filesOnly).toBe(false)
})

test('who reads files may listen for probes without any proof, and then takes no alert there', () => {
  expect(read({ ...NEEDED, CREANCE_PATH_SECRET: '' }, true).filesOnly).toBe(true)
  expect(read(NEEDED, true).filesOnly).toBe(false)
})
