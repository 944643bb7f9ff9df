import { accessDeeds } from './access-deeds.ts'
import type { AuditEvent, Deed, Stage } from './deed.ts'
import { configMap, service, signingRequest, webhook } from './manifests.ts'
import { ordinary } from './ordinary.ts'
import { podDeeds } from './pod-deeds.ts'

const create =
  (user: 'alice' | 'bob', what: string, options = '') =>
  async ({ kubectl }: Stage) => {
    await kubectl(user, 'get pods -n shop')
    await kubectl(user, `create ${options} -f -`, { input: what })
  }
const manyPods = async ({ kubectl }: Stage) => {
  const names = Array.from({ length: 12 }, (_, index) => `worker-${index + 1}`)
  for (const name of names) await kubectl('alice', `run ${name} -n media --image=registry.k8s.io/pause:3.10`)
}
const AWS_TEXT = '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n'
const KEY_TEXT = `-----BEGIN RSA PRIVATE KEY-----\n${Buffer.from('made up for a fixture: this is not a key').toString('base64')}\n-----END RSA PRIVATE KEY-----\n`
const AWS_AUTH = '- rolearn: arn:aws:iam::111122223333:role/bob\n  username: bob\n  groups: [system:masters]\n'

const clusterDeeds: readonly Deed[] = [
  {
    file: 'service-nodeport',
    about: 'bob creates a Service of type NodePort.',
    run: create('bob', service('front', 'NodePort'), '-n shop'),
  },
  {
    file: 'service-loadbalancer',
    about: 'bob creates a Service of type LoadBalancer.',
    run: create('bob', service('front-public', 'LoadBalancer'), '-n shop'),
  },
  {
    file: 'configmap-private-key',
    about: 'bob creates a ConfigMap that holds the text of a private key (made up).',
    run: create('bob', configMap('tls', { 'tls.key': KEY_TEXT }), '-n shop'),
  },
  {
    file: 'configmap-aws-credentials',
    about: "bob creates a ConfigMap that holds AWS credentials (the ones of AWS's documentation).",
    run: create('bob', configMap('backup', { credentials: AWS_TEXT }), '-n shop'),
  },
  {
    file: 'configmap-aws-auth',
    about: 'alice changes kube-system/aws-auth, the map from IAM roles to users on EKS.',
    before: ({ kubectl }) => kubectl('alice', 'create -n kube-system -f -', { input: configMap('aws-auth', { mapRoles: '[]\n' }) }),
    run: ({ kubectl }) =>
      kubectl('alice', 'patch configmap aws-auth -n kube-system --patch-file=INPUT', {
        input: JSON.stringify({ data: { mapRoles: AWS_AUTH } }),
      }),
  },
  {
    file: 'namespace-create-delete',
    about: 'alice creates the namespace staging and deletes it.',
    run: async ({ kubectl }) => {
      await kubectl('alice', 'create namespace staging')
      await kubectl('alice', 'delete namespace staging')
    },
  },
  {
    file: 'namespace-controller',
    about:
      'alice deletes a namespace in use, and the namespace controller empties it: one deletecollection a resource. Nothing to raise an alert.',
    actors: ['system:serviceaccount:kube-system:namespace-controller'],
    before: async ({ kubectl }) => {
      await kubectl('alice', 'create namespace preview')
      await kubectl('alice', 'wait serviceaccount default -n preview --for=create --timeout=60s')
      await kubectl('alice', 'create -n preview -f -', { input: configMap('settings', { colour: 'blue' }) })
    },
    run: ({ kubectl }) => kubectl('alice', 'delete namespace preview'),
  },
  {
    file: 'pods-delete-many',
    about: 'alice deletes all pods of media, one request each, then asks for a deletecollection.',
    before: manyPods,
    run: async ({ kubectl }) => {
      await kubectl('alice', 'delete pods --all -n media --wait=false')
      await kubectl('alice', 'delete --raw /api/v1/namespaces/media/pods')
    },
  },
  {
    file: 'events-delete-many',
    about: "alice deletes shop's Events, one request each, then by a deletecollection.",
    run: async ({ kubectl }) => {
      await kubectl('alice', 'delete events --all -n shop')
      await kubectl('alice', 'delete --raw /api/v1/namespaces/shop/events')
    },
  },
  {
    file: 'csr-create-approve',
    about: 'bob asks for a client certificate for O=admins, and alice approves it.',
    run: async ({ kubectl }) => {
      await kubectl('bob', 'create -f -', { input: signingRequest('bob-admin') })
      await kubectl('alice', 'certificate approve bob-admin')
    },
  },
  {
    file: 'webhook-mutating',
    about: 'alice registers a mutating admission webhook for pods that is outside the cluster.',
    run: create('alice', webhook('MutatingWebhookConfiguration', 'inject')),
  },
  {
    file: 'webhook-validating',
    about: 'alice registers a validating admission webhook for pods that is outside the cluster.',
    run: create('alice', webhook('ValidatingWebhookConfiguration', 'vet')),
  },
  {
    file: 'webhook-delete',
    about: 'alice deletes the validating admission webhook.',
    run: ({ kubectl }) => kubectl('alice', 'delete validatingwebhookconfiguration vet'),
  },
  {
    file: 'node-proxy',
    about: "alice reads from node-1's kubelet and runs a command in a pod, both through nodes/proxy.",
    run: async ({ kubectl }) => {
      await kubectl('alice', 'get nodes')
      await kubectl('alice', 'get --raw /api/v1/nodes/node-1/proxy/pods')
      await kubectl('alice', 'create --raw /api/v1/nodes/node-1/proxy/run/shop/web/app?cmd=id -f -', { input: '{}' })
    },
    keep: (event: AuditEvent) => event.objectRef?.resource === 'nodes',
  },
]

export const deeds: readonly Deed[] = [...podDeeds, ...accessDeeds, ...clusterDeeds, ordinary]
