import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { agentLinks } from '../../../lib/agent/link.ts'
import { ClusterItem } from '../../../lib/cluster/cluster.ts'

const order = generateKeyPairSync('ed25519')
const answer = generateKeyPairSync('ed25519')
const orderKey = order.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
const public_key = answer.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
const queue = 'https://sqs.eu-central-1.amazonaws.com/111122223333/creance-prod-agent-hidden.fifo'
const items = [
  ClusterItem.parse({ cluster: 'hidden', agent: { queue, public_key } }),
  ClusterItem.parse({ cluster: 'here', in_cluster: {} }),
]
const queueAt = (url: string) => ({ url, send: async () => undefined })

test('a cluster with an agent has its queue and its keys; others have none', () => {
  const links = agentLinks(items, { orderKey, queueAt })
  const link = links('hidden') ?? expect.fail('no link')
  expect(link.queue).toMatchObject({ url: queue })
  expect(link.answerKey.equals(answer.publicKey)).toBe(true)
  expect(link.orderKey.equals(order.privateKey)).toBe(true)
  for (const name of ['here', 'elsewhere', 'constructor', '']) expect(links(name)).toBeUndefined()
})

test('without the order key nothing starts where an agent acts, and all is well where none does', () => {
  expect(() => agentLinks(items, { orderKey: undefined, queueAt })).toThrow('ORDER_KEY is not set, and in cluster hidden an agent acts')
  expect(agentLinks(items.slice(1), { orderKey: undefined, queueAt })('here')).toBeUndefined()
})
