import { expect, test } from 'vitest'
import { Context } from '../../../lib/context/context.ts'
import { incidentMessage } from '../../../lib/slack/blocks.ts'
import { viewOf as view } from '../../support/incident-view.ts'

const ordinary: Context = Context.parse({
  atMs: 1,
  of: 'shop/web-1',
  pod: { uid: 'u', serviceAccount: 'default', images: ['nginx:1.29'], labels: {} },
  containers: [{ name: 'nginx', image: 'nginx:1.29', digest: `sha256:${'0123456789abcdef'.repeat(4)}` }],
  owners: [],
  node: { name: 'node-1', kubelet: 'v1.36.1', os: 'Bottlerocket' },
  neighbours: { names: ['bank/other'], count: 1 },
  account: { name: 'default', tokenMounted: true, powers: [], morePowers: 0 },
  exposure: { services: [{ name: 'web', type: 'ClusterIP', ports: ['80/TCP'], addresses: [] }], routes: [] },
  siblings: { count: 3, ready: 2 },
  earlier: { count: 0 },
  unread: [],
})
const sections = (context: Context) =>
  incidentMessage(view({ context }), []).blocks.flatMap(({ type, text }) =>
    type === 'section' && text ? [(text as { text: string }).text] : [],
  )
const graveOf = (changes: Partial<Context>) => sections({ ...ordinary, ...changes })[1]
const power = { words: 'read secrets', by: 'ClusterRoleBinding readers', role: 'ClusterRole reader' }

test('of an ordinary pod there is a line of small print, and no more', () => {
  expect(sections(ordinary)).toHaveLength(1)
  const { blocks } = incidentMessage(view({ context: ordinary }), [])
  const [small] = blocks.filter(({ type }) => type === 'context')
  expect((small?.elements as { text: string }[] | undefined)?.map(({ text }) => text)).toEqual([
    '2 of 3 siblings ready',
    'Within the cluster: Service `web`',
    'Also on `node-1`: `bank/other`',
  ])
  expect(JSON.stringify(blocks)).toContain('`nginx:1.29@sha256:0123456789ab…`')
})

test.each<[string, Partial<Context>, string]>([
  [
    'what its account may do',
    { account: { name: 'robot', tokenMounted: true, powers: [power, { ...power, words: 'create pods' }], morePowers: 0 } },
    '🔑 Service account `robot` may: read secrets, create pods in all namespaces (`ClusterRoleBinding readers`)',
  ],
  [
    'that the token is not there',
    { account: { name: 'robot', tokenMounted: false, powers: [{ ...power, where: 'shop', names: ['db'] }], morePowers: 2 } },
    '🔑 Service account `robot` may: read secrets named `db` in `shop` (`ClusterRoleBinding readers`); 2 more by other bindings; its token is not mounted here',
  ],
  [
    'how it is reached',
    {
      exposure: {
        services: [{ name: 'web', type: 'LoadBalancer', ports: ['443/TCP'], addresses: ['lb.example'] }],
        routes: [{ ingress: 'shop', host: 'shop.example', path: '/', to: 'web' }],
      },
    },
    '🌐 Exposed by Service `web` (LoadBalancer 443/TCP at `lb.example`), Ingress `shop.example/`',
  ],
  [
    'what brings it close to its node',
    {
      dangers: [
        { what: 'privileged', containers: ['a', 'b'] },
        { what: 'hostPID', containers: [] },
      ],
    },
    '🔓 Close to its node: `privileged` (`a` and 1 more), `hostPID`',
  ],
  [
    'who it is in the cloud',
    { account: { name: 'x', tokenMounted: true, cloudRole: 'arn:r', powers: [], morePowers: 0 } },
    '☁️ In the cloud it acts as `arn:r`',
  ],
  ['that there was one before', { earlier: { count: 1 } }, '🔁 1 earlier incident of this workload'],
  ['that it has gone', { absent: 'there is no pod shop/web-1 now' }, '⚠️ There is no pod shop/web-1 now'],
])('it says %s', (_name, changes, expected) => {
  expect(graveOf(changes)).toBe(expected)
})

test('the last of the earlier incidents is named, and what is worse comes first', () => {
  const text = graveOf({
    dangers: [{ what: 'privileged', containers: [] }],
    earlier: { count: 2, last: { id: 'i', title: 'Shell', status: 'closed', openedMs: 1_795_495_758_016 } },
  })
  expect(text).toMatch(/^🔓 .*\n🔁 2 earlier incidents of this workload, the last <!date\^1795495758.*>: Shell \(closed\)$/)
})

test('what could not be read is said beside what could', () => {
  const unread = ['list Ingress: forbidden', 'b', 'c', 'd', 'e']
  const text = JSON.stringify(incidentMessage(view({ context: { ...ordinary, unread } }), []))
  expect(text).toContain('Could not be read: list Ingress: forbidden; b; c and 2 more')
  expect(text).toContain('2 of 3 siblings ready')
})
