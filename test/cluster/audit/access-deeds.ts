import type { Deed, Stage } from './deed.ts'
import { NAMESPACES } from './namespaces.ts'

const done =
  (...lines: readonly string[]) =>
  async ({ kubectl }: Stage) => {
    await kubectl('bob', 'get configmaps -n shop')
    for (const line of lines) await kubectl('alice', line)
  }
const tokenOf = async ({ kubectl }: Stage, account: string) =>
  (await kubectl('alice', `create token ${account} -n shop --duration=10m`)).trim()

export const accessDeeds: readonly Deed[] = [
  { file: 'secrets-list-all', about: 'alice lists the Secrets of all namespaces.', run: done('get secrets -A') },
  {
    file: 'secret-get',
    about: 'bob reads one Secret.',
    before: ({ kubectl }) => kubectl('alice', 'create secret generic database -n shop --from-literal=password=made-up'),
    run: async ({ kubectl }) => {
      await kubectl('bob', 'get configmaps -n shop')
      await kubectl('bob', 'get secret database -n shop -o yaml')
    },
  },
  {
    file: 'secrets-enumeration',
    about: `alice lists the Secrets of ${NAMESPACES.length} namespaces one after another.`,
    run: done(...NAMESPACES.map((namespace) => `get secrets -n ${namespace}`)),
  },
  {
    file: 'secrets-refused-enumeration',
    about: 'bob tries to list the Secrets of namespaces that are not his: 403 each.',
    run: async ({ kubectl }) => {
      const others = ['kube-system', 'kube-public', 'kube-node-lease', 'default', 'stock', 'reports', 'media']
      for (const namespace of others) await kubectl('bob', `get secrets -n ${namespace}`, { fails: true })
    },
  },
  {
    file: 'clusterrolebinding-cluster-admin',
    about: 'alice binds bob to cluster-admin.',
    run: done('create clusterrolebinding bob-admin --clusterrole=cluster-admin --user=bob'),
  },
  {
    file: 'rolebinding',
    about: 'alice binds bob to view in stock, then a service account to cluster-admin in shop.',
    run: done(
      'create rolebinding bob-view -n stock --clusterrole=view --user=bob',
      'create rolebinding default-admin -n shop --clusterrole=cluster-admin --serviceaccount=shop:default',
    ),
  },
  {
    file: 'clusterrole-wildcard',
    about: 'alice creates a ClusterRole of all verbs on all resources.',
    run: done('create clusterrole everything --verb=* --resource=*.*'),
  },
  {
    file: 'role-pods-exec',
    about: 'alice creates a Role that allows pods/exec.',
    run: done('create role pod-shell -n shop --verb=create,get --resource=pods/exec'),
  },
  {
    file: 'clusterrole-patch',
    about: 'alice adds Secrets to a ClusterRole by a patch, then changes the built-in view.',
    before: ({ kubectl }) => kubectl('alice', 'create clusterrole reader --verb=get,list --resource=pods'),
    run: async ({ kubectl }) => {
      await kubectl('alice', 'get clusterrole reader')
      const rule = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }
      const input = JSON.stringify([{ op: 'add', path: '/rules/-', value: rule }])
      for (const role of ['reader', 'view']) await kubectl('alice', `patch clusterrole ${role} --type=json --patch-file=INPUT`, { input })
    },
  },
  {
    file: 'binding-anonymous',
    about: 'alice binds system:anonymous to view in the whole cluster.',
    run: done('create clusterrolebinding anyone-view --clusterrole=view --user=system:anonymous'),
  },
  {
    file: 'binding-unauthenticated',
    about: 'alice binds the group system:unauthenticated to view in media.',
    run: done('create rolebinding anyone-view -n media --clusterrole=view --group=system:unauthenticated'),
  },
  {
    file: 'escalation-refused',
    about: 'bob tries to bind himself to cluster-admin: 403.',
    before: ({ kubectl }) => kubectl('alice', 'delete clusterrolebinding bob-admin anyone-view'),
    run: async ({ kubectl }) => {
      await kubectl('bob', 'get configmaps -n shop')
      await kubectl('bob', 'create clusterrolebinding mine --clusterrole=cluster-admin --user=bob', { fails: true })
    },
  },
  {
    file: 'anonymous-allowed',
    about: 'Requests without credentials to /version and /healthz: 200.',
    actors: ['system:anonymous'],
    run: async ({ anonymous }) => {
      await anonymous('/version')
      await anonymous('/healthz')
    },
  },
  {
    file: 'anonymous-refused',
    about: 'A request without credentials to /api/v1/secrets: 403.',
    actors: ['system:anonymous'],
    run: ({ anonymous }) => anonymous('/api/v1/secrets'),
  },
  {
    file: 'unauthorized',
    about:
      'bob reads pods, and somebody with a token that is not valid asks for them: 401, without a user, of the stage ResponseStarted only.',
    actors: ['bob', /^$/],
    run: async ({ kubectl }) => {
      await kubectl('bob', 'get pods -n shop')
      await kubectl('nameless', 'get pods -n shop --token=made-up', { fails: true })
    },
  },
  {
    file: 'serviceaccount-forbidden',
    about: 'The service account shop/catalog-reader reads the version, then asks for the Secrets of kube-system: 403.',
    actors: ['system:serviceaccount:shop:catalog-reader'],
    before: ({ kubectl }) => kubectl('alice', 'create serviceaccount catalog-reader -n shop'),
    run: async (stage) => {
      const token = await tokenOf(stage, 'catalog-reader')
      await stage.kubectl('nameless', `get --raw /version --token=${token}`)
      await stage.kubectl('nameless', `get secrets -n kube-system --token=${token}`, { fails: true })
    },
  },
  {
    file: 'serviceaccount-token',
    about: 'alice creates a service account, binds it to edit and takes a token for it; the token is used from outside.',
    actors: ['alice', 'system:serviceaccount:shop:deployer'],
    run: async (stage) => {
      await stage.kubectl('alice', 'create serviceaccount deployer -n shop')
      await stage.kubectl('alice', 'create rolebinding deployer -n shop --clusterrole=edit --serviceaccount=shop:deployer')
      await stage.kubectl('nameless', `get pods -n shop --token=${await tokenOf(stage, 'deployer')}`)
    },
  },
  {
    file: 'impersonation',
    about: 'alice lists pods as bob, then Secrets as a member of system:masters, then as a service account (403).',
    run: async ({ kubectl }) => {
      await kubectl('alice', 'get pods -n shop --as=bob --as-group=developers')
      await kubectl('alice', 'get secrets -n kube-system --as=bob --as-group=system:masters')
      await kubectl('alice', 'get secrets -n kube-system --as=system:serviceaccount:shop:default', { fails: true })
    },
  },
  {
    file: 'access-review',
    about: 'bob asks what he may do: kubectl auth whoami, can-i and can-i --list.',
    run: async ({ kubectl }) => {
      await kubectl('bob', 'auth whoami')
      await kubectl('bob', 'auth can-i create pods --subresource=exec -n shop')
      await kubectl('bob', 'auth can-i --list -n shop')
      await kubectl('bob', 'auth can-i * *', { fails: true })
    },
  },
]
