import type { AuditEvent } from '../../lib/audit/event.ts'
import { auditFields } from '../../lib/audit/fields.ts'
import type { Value } from '../../lib/condition/field.ts'

// What people would write if there were no language of rules: the same conditions in TypeScript.

export type Predicate = (event: AuditEvent) => boolean

const get = (name: string, argument?: string): ((event: AuditEvent) => Value | undefined) => {
  const field = auditFields.field(name, argument)
  if (field === undefined || 'refused' in field) throw new RangeError(name)
  return field.get
}
const verb = get('ka.verb')
const resource = get('ka.target.resource')
const subresource = get('ka.target.subresource')
const namespace = get('ka.target.namespace')
const name = get('ka.target.name')
const user = get('ka.user.name')
const code = get('ka.response.code')
const stage = get('ka.stage')
const privileged = get('ka.req.pod.containers.privileged')
const hostPath = get('ka.req.pod.volumes.hostpath')
const role = get('ka.req.binding.role')
const uri = get('ka.uri')
const agent = get('ka.useragent')

const SYSTEM = new Set<unknown>(['kube-system', 'kube-public', 'kube-node-lease'])
const WRITES = new Set<unknown>(['create', 'update', 'patch'])
const BINDINGS = new Set<unknown>(['clusterrolebindings', 'rolebindings'])
const TAKEOVER = new Set<unknown>(['/', '/etc', '/proc', '/var/run/docker.sock'])
const starts = (value: Value | undefined, text: string) => typeof value === 'string' && value.startsWith(text)
const has = (value: Value | undefined, text: string) => typeof value === 'string' && value.includes(text)
const some = (value: Value | undefined, test: (one: unknown) => boolean) => (Array.isArray(value) ? value.some(test) : false)

/** `byHand` reads the same fields as the condition, in the same order and as often, but for the last. */
type Pair = { readonly what: string; readonly condition: string; readonly byHand: Predicate }

export const PAIRS: readonly Pair[] = [
  {
    what: 'exec',
    condition:
      'ka.target.resource = pods and ka.target.subresource in (exec, attach) and ka.stage in (ResponseStarted, ResponseComplete) and not ka.target.namespace in (kube-system, kube-public, kube-node-lease)',
    byHand: (event) => {
      if (resource(event) !== 'pods') return false
      const part = subresource(event)
      if (part !== 'exec' && part !== 'attach') return false
      const at = stage(event)
      return (at === 'ResponseStarted' || at === 'ResponseComplete') && !SYSTEM.has(namespace(event))
    },
  },
  {
    what: 'hostPath',
    condition:
      'ka.verb = create and ka.target.resource = pods and ka.req.pod.volumes.hostpath intersects (/, /etc, /proc, /var/run/docker.sock)',
    byHand: (event) => verb(event) === 'create' && resource(event) === 'pods' && some(hostPath(event), (path) => TAKEOVER.has(path)),
  },
  {
    what: 'privileged',
    condition: 'ka.verb in (create, update, patch) and ka.target.resource = pods and ka.req.pod.containers.privileged intersects (true)',
    byHand: (event) => WRITES.has(verb(event)) && resource(event) === 'pods' && some(privileged(event), (one) => one === 'true'),
  },
  {
    what: 'cluster-admin binding',
    condition:
      'ka.verb = create and ka.target.resource in (clusterrolebindings, rolebindings) and ka.req.binding.role = cluster-admin and ka.response.code startswith 2',
    byHand: (event) =>
      verb(event) === 'create' && BINDINGS.has(resource(event)) && role(event) === 'cluster-admin' && starts(code(event), '2'),
  },
  {
    what: 'anonymous',
    condition:
      'ka.user.name = system:anonymous and ka.response.code startswith 2 and not ka.uri startswith /healthz and not ka.uri = /version',
    byHand: (event) => {
      if (user(event) !== 'system:anonymous' || !starts(code(event), '2')) return false
      return !starts(uri(event), '/healthz') && uri(event) !== '/version'
    },
  },
  {
    what: 'secrets list',
    condition: 'ka.verb = list and ka.target.resource = secrets and not ka.target.namespace exists and not ka.user.name startswith system:',
    byHand: (event) =>
      verb(event) === 'list' && resource(event) === 'secrets' && namespace(event) === undefined && !starts(user(event), 'system:'),
  },
  {
    what: 'aws-auth',
    condition:
      'ka.target.resource = configmaps and ka.target.namespace = kube-system and ka.target.name = aws-auth and ka.verb in (create, update, patch)',
    byHand: (event) =>
      resource(event) === 'configmaps' && namespace(event) === 'kube-system' && name(event) === 'aws-auth' && WRITES.has(verb(event)),
  },
  {
    what: 'agent of an attack tool',
    condition: 'ka.useragent contains kube-hunter or ka.useragent contains peirates or ka.useragent startswith curl/',
    byHand: (event) => has(agent(event), 'kube-hunter') || has(agent(event), 'peirates') || starts(agent(event), 'curl/'),
  },
  {
    what: 'the same, by hand read once',
    condition: 'ka.useragent contains kube-hunter or ka.useragent contains peirates or ka.useragent startswith curl/',
    byHand: (event) => {
      const text = agent(event)
      return has(text, 'kube-hunter') || has(text, 'peirates') || starts(text, 'curl/')
    },
  },
]
