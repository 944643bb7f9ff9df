import { expect, test } from 'vitest'
import { accountOf } from '../../../lib/context/account.ts'
import { asking } from '../../../lib/context/asking.ts'
import { viewPod } from '../../../lib/context/pod-view.ts'
import type { KubernetesObject } from '../../../lib/port/cluster.ts'
import { object, plainCluster } from './plain-cluster.ts'

const RBAC = 'rbac.authorization.k8s.io/v1'
const inNone = { metadata: { namespace: undefined } }
const SECRETS = { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] }
const role = (name: string, rules: object = SECRETS, namespace = 'shop') =>
  object(RBAC, 'Role', name, { metadata: { namespace }, ...rules })
const clusterRole = (name: string, rules: object = SECRETS) => object(RBAC, 'ClusterRole', name, { ...inNone, ...rules })
const bound = (name: string, roleRef: string, subject: object, namespace?: string): KubernetesObject => {
  const [kind, of] = roleRef.split(' ')
  const rest = { roleRef: { kind, name: of }, subjects: [subject] }
  return namespace === undefined
    ? object(RBAC, 'ClusterRoleBinding', name, { ...inNone, ...rest })
    : object(RBAC, 'RoleBinding', name, { metadata: { namespace }, ...rest })
}
const ROBOT = { kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }
const account = (objects: readonly KubernetesObject[], spec: object = {}, options: Parameters<typeof plainCluster>[1] = {}) => {
  const ask = asking(plainCluster(objects, options), new AbortController().signal)
  const pod = viewPod(object('v1', 'Pod', 'web-1', { spec: { serviceAccountName: 'robot', ...spec } }))
  return accountOf('shop', pod, ask).then((found) => ({ ...found, unread: ask.unread() }))
}

test.each<[string, object]>([
  ['it itself', ROBOT],
  ['it as a user', { kind: 'User', name: 'system:serviceaccount:shop:robot' }],
  ['the service accounts of its namespace', { kind: 'Group', name: 'system:serviceaccounts:shop' }],
  ['all service accounts', { kind: 'Group', name: 'system:serviceaccounts' }],
  ['whoever has signed in', { kind: 'Group', name: 'system:authenticated' }],
])('a cluster role binding for %s gives it the role everywhere', async (_name, subject) => {
  const { powers } = await account([clusterRole('reader'), bound('readers', 'ClusterRole reader', subject)])
  expect(powers).toEqual([{ words: 'read secrets', by: 'ClusterRoleBinding readers', role: 'ClusterRole reader' }])
})

test.each<[string, object]>([
  ['another account', { ...ROBOT, name: 'other' }],
  ['one of its name in another namespace', { ...ROBOT, namespace: 'bank' }],
  ['one of its name in no namespace', { kind: 'ServiceAccount', name: 'robot' }],
  ['another user', { kind: 'User', name: 'robot' }],
  ['the service accounts of another namespace', { kind: 'Group', name: 'system:serviceaccounts:bank' }],
])('a cluster role binding for %s gives it nothing', async (_name, subject) => {
  expect((await account([clusterRole('reader'), bound('readers', 'ClusterRole reader', subject)])).powers).toEqual([])
})

test('a role binding gives a role in its own namespace, and a subject without a namespace is of that', async () => {
  const { powers } = await account([
    role('reader'),
    bound('here', 'Role reader', { kind: 'ServiceAccount', name: 'robot' }, 'shop'),
    role('reader', SECRETS, 'bank'),
    bound('there', 'Role reader', ROBOT, 'bank'),
    bound('of-another', 'Role reader', { kind: 'ServiceAccount', name: 'robot' }, 'bank'),
  ])
  expect(powers).toEqual([
    { words: 'read secrets', where: 'shop', by: 'RoleBinding here', role: 'Role reader' },
    { words: 'read secrets', where: 'bank', by: 'RoleBinding there', role: 'Role reader' },
  ])
})

test('a cluster role that is bound in a namespace holds there alone', async () => {
  const admin = clusterRole('cluster-admin', { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] })
  const { powers } = await account([admin, bound('admin', 'ClusterRole cluster-admin', ROBOT, 'shop')])
  expect(powers).toEqual([{ words: 'do everything', where: 'shop', by: 'RoleBinding admin', role: 'ClusterRole cluster-admin' }])
})

test('the widest and worst come first, and what holds everywhere is not said of a namespace again', async () => {
  const more = { rules: [{ apiGroups: [''], resources: ['secrets', 'pods', 'pods/exec'], verbs: ['create', 'get'] }] }
  const { powers } = await account([
    role('more', more),
    bound('more', 'Role more', ROBOT, 'shop'),
    clusterRole('reader'),
    bound('readers', 'ClusterRole reader', ROBOT),
  ])
  expect(powers.map(({ words, where = '*' }) => `${words} ${where}`)).toEqual([
    'read secrets *',
    'run commands in pods (exec, attach) shop',
    'create pods shop',
    'write secrets shop',
  ])
})

test.each<[string, object, object | undefined, boolean]>([
  ['nothing is said of it', {}, undefined, true],
  ['the account says no', {}, { automountServiceAccountToken: false }, false],
  ['the pod says no', { automountServiceAccountToken: false }, { automountServiceAccountToken: true }, false],
  ['the pod says yes, the account no', { automountServiceAccountToken: true }, { automountServiceAccountToken: false }, true],
  [
    'a volume has it all the same',
    { automountServiceAccountToken: false, volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }] },
    undefined,
    true,
  ],
  [
    'a volume has one for somebody else',
    {
      automountServiceAccountToken: false,
      volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com' } }] } }],
    },
    undefined,
    false,
  ],
])('where %s, the token is mounted or not', async (_name, spec, given, expected) => {
  const objects = given ? [object('v1', 'ServiceAccount', 'robot', { ...given })] : []
  expect((await account(objects, spec)).tokenMounted).toBe(expected)
})

test('the account of the cloud is named', async () => {
  const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/shop' }
  expect(await account([object('v1', 'ServiceAccount', 'robot', { metadata: { annotations } })])).toMatchObject({
    cloudRole: 'arn:aws:iam::111122223333:role/shop',
  })
})

test('what may not be read is said, and the rest is known', async () => {
  const objects = [role('reader'), bound('here', 'Role reader', ROBOT, 'shop')]
  const { powers, unread } = await account(objects, {}, { denies: ['list ClusterRoleBinding', 'get ServiceAccount'] })
  expect(powers).toHaveLength(1)
  expect(unread).toEqual([
    'cluster role bindings: Kubernetes: list ClusterRoleBinding: forbidden',
    'service account shop/robot: Kubernetes: get ServiceAccount: forbidden',
  ])
})

test('of a thousand roles it looks at some, and says so', async () => {
  const many = Array.from({ length: 100 }, (_, at) => [role(`r${at}`), bound(`b${at}`, `Role r${at}`, ROBOT, 'shop')]).flat()
  const asked: string[] = []
  const { unread } = await account(many, {}, { asked })
  expect(asked.filter((what) => what === 'get Role')).toHaveLength(25)
  expect(unread).toEqual(['roles: only 25 of 100 were looked at'])
})
