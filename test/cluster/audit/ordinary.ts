import { setTimeout as sleep } from 'node:timers/promises'
import type { Deed, Stage } from './deed.ts'
import { configMap, pod, service, workload } from './manifests.ts'

const NAMESPACE = 'orders'

/** A user's working day, and the controllers', the scheduler's and the node's beside it. */
export const ordinary: Deed = {
  file: 'ordinary',
  about:
    'Nothing to raise an alert: bob applies, rolls out, scales, reads and deletes in orders; controllers, scheduler and node do their part. Of requests alike at most four.',
  actors: [/^(alice|bob)$/, /^system:(kube-controller-manager|kube-scheduler|apiserver|node:.*|serviceaccount:.*)$/],
  keep: sparing(4),
  before: async ({ kubectl }) => {
    await kubectl('alice', `create serviceaccount order-controller -n ${NAMESPACE}`)
    await kubectl(
      'alice',
      `create rolebinding order-controller -n ${NAMESPACE} --clusterrole=view --serviceaccount=${NAMESPACE}:order-controller`,
    )
    await sleep(1000)
  },
  run: async ({ kubectl }: Stage) => {
    const bob = (line: string, input?: string) => kubectl('bob', `${line} -n ${NAMESPACE}`, input === undefined ? {} : { input })
    const manifests = [
      configMap('basket', { LOG_LEVEL: 'info' }),
      service('basket', 'ClusterIP'),
      workload('Deployment', 'basket'),
      workload('DaemonSet', 'log-shipper'),
    ]
    for (const manifest of manifests) await bob('apply -f -', manifest)
    await bob('rollout status deployment/basket')
    await bob('get pods')
    await bob('get pods -o wide')
    await bob('get deployments,replicasets,services,configmaps')
    await bob('describe deployment basket')
    await bob('set image deployment/basket app=registry.k8s.io/pause:3.9')
    await bob('rollout status deployment/basket')
    await bob('scale deployment basket --replicas=3')
    await bob('rollout status deployment/basket')
    await bob('apply -f -', configMap('basket', { LOG_LEVEL: 'debug' }))
    await bob('rollout restart deployment/basket')
    await bob('rollout history deployment/basket')
    await bob('get events')
    await bob('apply -f -', pod('one-off'))
    await bob('wait pod one-off --for=condition=Ready')
    await bob('logs one-off')
    await bob('annotate pod one-off seen=yes')
    await bob('label service basket team=orders')
    await bob('get service basket -o yaml')
    await bob('create job report --image=registry.k8s.io/pause:3.10')
    await bob('create deployment mailer --image=registry.k8s.io/pause:3.10')
    await bob('get jobs')
    await bob('delete job report')
    await bob('delete pod one-off')
    await bob('delete deployment mailer')
    await bob('delete configmap basket')
    await kubectl('alice', 'get nodes')
    await kubectl('alice', 'get pods -A')
    await kubectl('alice', 'get namespaces')
    await kubectl('alice', 'describe node node-1')
    const token = (await kubectl('bob', `create token order-controller -n ${NAMESPACE}`)).trim()
    await kubectl('nameless', `get pods -n ${NAMESPACE} --token=${token}`)
    await kubectl('nameless', `get pods --watch -n ${NAMESPACE} --token=${token}`, { fails: true, seconds: 2 })
    await sleep(15_000)
  },
}

/** At most `count` events of one user, verb and resource. The API server's own lease is left out, since its name is made of the host's. */
function sparing(count: number): NonNullable<Deed['keep']> {
  const seen = new Map<string, number>()
  return ({ user, verb, objectRef }) => {
    const key = `${user.username} ${verb} ${objectRef?.resource}/${objectRef?.subresource}`
    seen.set(key, (seen.get(key) ?? 0) + 1)
    return (seen.get(key) ?? 0) <= count && !objectRef?.name?.startsWith('apiserver-')
  }
}
