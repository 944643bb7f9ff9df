import * as z from 'zod'
import type { KubernetesObject } from '../port/cluster.ts'
import type { Asking } from './asking.ts'
import { listOf, partOf, short, text, textMap } from './bounds.ts'
import type { Exposure } from './context.ts'

const MAX_LISTED = 500
const MAX_SERVICES = 10
const MAX_ROUTES = 10
const MAX_OF_EACH = 8

const Port = z.object({ port: z.number().int(), protocol: z.string().catch('TCP'), nodePort: z.number().int().optional().catch(undefined) })
const ServiceView = z.object({
  metadata: z.object({ name: z.string() }),
  spec: partOf(
    z.object({ type: z.string().catch('ClusterIP'), selector: textMap, ports: listOf(Port, 100), externalIPs: listOf(z.string(), 100) }),
  ),
  status: partOf(z.object({ loadBalancer: partOf(z.object({ ingress: listOf(z.object({ ip: text, hostname: text }), 100) })) })),
})
const Backend = partOf(z.object({ service: partOf(z.object({ name: text })) }))
const Path = z.object({ path: text, backend: Backend })
const IngressView = z.object({
  metadata: z.object({ name: z.string() }),
  spec: partOf(
    z.object({
      defaultBackend: Backend,
      rules: listOf(z.object({ host: text, http: partOf(z.object({ paths: listOf(Path, 500) })) }), 500),
    }),
  ),
})

/** How the pod is reached: the Services whose selector matches its labels, and the Ingresses that route to them. Those that reach further first. */
export async function exposureOf(pod: KubernetesObject, asking: Asking): Promise<Exposure | undefined> {
  const { namespace = '' } = pod.metadata
  const labels = textMap.parse(pod.metadata.labels)
  const [services, ingresses] = await Promise.all([
    asking.list(`services of ${namespace}`, { apiVersion: 'v1', kind: 'Service', namespace, limit: MAX_LISTED }),
    asking.list(`ingresses of ${namespace}`, { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', namespace, limit: MAX_LISTED }),
  ])
  if (!services) return undefined
  const matching = listOf(ServiceView, MAX_LISTED)
    .parse(services)
    .filter(({ spec: { selector } }) => {
      const wanted = Object.entries(selector)
      return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value)
    })
  const names = new Set(matching.map(({ metadata }) => metadata.name))
  const routes = listOf(IngressView, MAX_LISTED)
    .parse(ingresses ?? [])
    .flatMap(({ metadata, spec }) => {
      const paths = spec.rules.flatMap(({ host, http }) =>
        http.paths.map(({ path, backend }) => ({ host, path, to: backend.service.name })),
      )
      const all = [...paths, { host: '', path: '', to: spec.defaultBackend.service.name }]
      return all.filter(({ to }) => names.has(to)).map((route) => ({ ingress: metadata.name, ...route }))
    })
  if (matching.length > MAX_SERVICES) asking.note(`services: only ${MAX_SERVICES} of ${matching.length} are named`)
  if (routes.length > MAX_ROUTES) asking.note(`ingress routes: only ${MAX_ROUTES} of ${routes.length} are named`)
  return {
    services: matching
      .map(serviceFacts)
      .sort((a, b) => reach(b) - reach(a))
      .slice(0, MAX_SERVICES),
    routes: routes.slice(0, MAX_ROUTES).map(({ ingress, host, path, to }) => ({
      ingress: short(ingress, 100),
      host: short(host, 253),
      path: short(path, 100),
      to: short(to, 63),
    })),
  }
}

type Service = Exposure['services'][number]

function serviceFacts({ metadata, spec, status }: z.infer<typeof ServiceView>): Service {
  const addresses = [...status.loadBalancer.ingress.map(({ hostname, ip }) => hostname || ip), ...spec.externalIPs]
  return {
    name: short(metadata.name, 63),
    type: short(spec.type, 30),
    ports: spec.ports
      .slice(0, MAX_OF_EACH)
      .map(({ port, protocol, nodePort }) => `${port}/${short(protocol, 10)}${nodePort === undefined ? '' : ` on ${nodePort}`}`),
    addresses: addresses
      .filter((address) => address !== '')
      .slice(0, MAX_OF_EACH)
      .map((address) => short(address, 120)),
  }
}

/** How far a Service is reached: 2, from outside; 1, from beside the nodes; 0, from the cluster alone. */
export function reach({ type, addresses }: Pick<Service, 'type' | 'addresses'>): 0 | 1 | 2 {
  if (type === 'LoadBalancer' || addresses.length > 0) return 2
  return type === 'NodePort' ? 1 : 0
}
