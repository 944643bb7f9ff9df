import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readAgentSettings } from '../../../local/agent/settings.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const folder = temporaryFolder()
afterAll(() => folder.remove())
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const keyFile = join(folder.path, 'order.pub')
writeFileSync(keyFile, publicKey.export({ format: 'pem', type: 'spki' }))
const SECRET = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
const env = {
  CREANCE_CLUSTER: 'hidden',
  CREANCE_AGENT_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/creance-prod-agent-hidden.fifo',
  CREANCE_OUTCOMES_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/creance-prod-outcomes',
  CREANCE_ORDER_PUBLIC_KEY: keyFile,
  CREANCE_AGENT_KEY: SECRET,
}

test('a key is given as a file or as text; the rest has defaults; a name that is no setting is told', () => {
  const settings = readAgentSettings({ ...env, CREANCE_AGENT_FOLDER: '/data', HOME: '/' })
  expect(settings).toMatchObject({ clusterName: 'hidden', listen: { host: '0.0.0.0', port: 2804 }, patienceMs: 20_000, rules: [] })
  expect(settings.orderKey.equals(publicKey)).toBe(true)
  expect(settings.answerKey.equals(privateKey)).toBe(true)
  expect(settings.unknown).toEqual(['CREANCE_AGENT_FOLDER'])
})

test.each([
  ['no cluster', { CREANCE_CLUSTER: '' }, /CREANCE_CLUSTER is not set/],
  ['a queue by its name', { CREANCE_AGENT_QUEUE_URL: 'creance-agent' }, /CREANCE_AGENT_QUEUE_URL: expected the queue's URL/],
  ['a key that is nowhere', { CREANCE_ORDER_PUBLIC_KEY: '/nowhere' }, /CREANCE_ORDER_PUBLIC_KEY: neither a key nor a file .*ENOENT/],
  [
    'the private key in place of the public one',
    { CREANCE_ORDER_PUBLIC_KEY: SECRET },
    /CREANCE_ORDER_PUBLIC_KEY: expected a public Ed25519 key/,
  ],
  ['the public key in place of the private one', { CREANCE_AGENT_KEY: keyFile }, /CREANCE_AGENT_KEY: expected a private Ed25519 key/],
  ['no address', { CREANCE_LISTEN: 'here' }, /CREANCE_LISTEN: expected host:port/],
])('%s: the setting is named, and no key is told', (_name, change, message) => {
  const start = () => readAgentSettings({ ...env, ...change })
  expect(start).toThrow(expect.objectContaining({ code: 'invalid_config', message: expect.stringMatching(message) }))
  expect(start).not.toThrow(SECRET)
})
