import { expect, test } from 'vitest'
import { asking } from '../../../lib/context/asking.ts'
import { exposureOf } from '../../../lib/context/exposure.ts'
import type { KubernetesObject } from '../../../lib/port/cluster.ts'
import { object, plainCluster } from './plain-cluster.ts'

const POD = object('v1', 'Pod', 'web-1', { metadata: { labels: { app: 'web', tier: 'front' } } })
const service = (name: string, spec: object, rest: object = {}) => object('v1', 'Service', name, { spec, ...rest })
const ingress = (name: string, spec: object) => object('networking.k8s.io/v1', 'Ingress', name, { spec })
const path = (to: string, at: string) => ({ path: at, pathType: 'Prefix', backend: { service: { name: to, port: { number: 80 } } } })
const exposed = async (objects: readonly KubernetesObject[], options: Parameters<typeof plainCluster>[1] = {}) => {
  const ask = asking(plainCluster(objects, options), new AbortController().signal)
  return { exposure: await exposureOf(POD, ask), unread: ask.unread() }
}

test('services that select the pod are named, the furthest-reaching first', async () => {
  const { exposure } = await exposed([
    service('inside', { selector: { app: 'web' }, ports: [{ port: 80, protocol: 'TCP' }] }),
    service('on-nodes', { type: 'NodePort', selector: { tier: 'front' }, ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] }),
    service(
      'outside',
      { type: 'LoadBalancer', selector: { app: 'web', tier: 'front' }, ports: [{ port: 443 }], externalIPs: ['198.51.100.7'] },
      { status: { loadBalancer: { ingress: [{ hostname: 'lb.example' }, { ip: '203.0.113.9' }] } } },
    ),
  ])
  expect(exposure?.services).toEqual([
    { name: 'outside', type: 'LoadBalancer', ports: ['443/TCP'], addresses: ['lb.example', '203.0.113.9', '198.51.100.7'] },
    { name: 'on-nodes', type: 'NodePort', ports: ['80/TCP on 30080'], addresses: [] },
    { name: 'inside', type: 'ClusterIP', ports: ['80/TCP'], addresses: [] },
  ])
})

test.each<[string, object]>([
  ['another label', { selector: { app: 'api' } }],
  ['one more label than the pod has', { selector: { app: 'web', tier: 'front', zone: 'a' } }],
  ['nothing', { selector: {} }],
  ['no selector', {}],
])('a service that selects %s is not', async (_name, spec) => {
  expect((await exposed([service('s', spec)])).exposure).toEqual({ services: [], routes: [] })
})

test('ingresses that route to such a service are named by host and path, and no others', async () => {
  const { exposure } = await exposed([
    service('web', { selector: { app: 'web' } }),
    service('api', { selector: { app: 'api' } }),
    ingress('shop', {
      rules: [
        { host: 'shop.example', http: { paths: [path('web', '/'), path('api', '/api')] } },
        { http: { paths: [path('web', '/any')] } },
      ],
    }),
    ingress('all', { defaultBackend: { service: { name: 'web' } } }),
    ingress('other', { rules: [{ host: 'api.example', http: { paths: [path('api', '/')] } }] }),
  ])
  expect(exposure?.routes).toEqual([
    { ingress: 'shop', host: 'shop.example', path: '/', to: 'web' },
    { ingress: 'shop', host: '', path: '/any', to: 'web' },
    { ingress: 'all', host: '', path: '', to: 'web' },
  ])
})

test('without ingresses the services are known; without services nothing is', async () => {
  const objects = [service('web', { selector: { app: 'web' } })]
  expect(await exposed(objects, { denies: ['list Ingress'] })).toMatchObject({
    exposure: { services: [{ name: 'web' }], routes: [] },
    unread: ['ingresses of shop: Kubernetes: list Ingress: forbidden'],
  })
  expect(await exposed(objects, { denies: ['list Service'] })).toEqual({
    exposure: undefined,
    unread: ['services of shop: Kubernetes: list Service: forbidden'],
  })
})

test('objects of another shape expose nothing', async () => {
  const odd = [service('s', 'none' as never), ingress('i', { rules: [null, { http: { paths: {} } }], defaultBackend: 7 })]
  expect((await exposed(odd)).exposure).toEqual({ services: [], routes: [] })
})
