/** `words` completes "may …". Who may do one of the verbs with one of the resources (`on`: API group, '' for core, to its resources) has this power.
 *  '*' stands for itself: only a rule that says so reaches it. `unbound`: those of the resources that stand in no namespace, which a
 *  RoleBinding does not give. */
export type Power = {
  readonly words: string
  readonly verbs: readonly string[]
  readonly on: Readonly<Record<string, readonly string[]>>
  readonly unbound?: readonly string[]
}

const RBAC = 'rbac.authorization.k8s.io'
const WRITE = ['create', 'update', 'patch']
const READ = ['get', 'list', 'watch']
const ADMISSION = [
  ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations', 'mutatingadmissionpolicies', 'mutatingadmissionpolicybindings'],
  ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings'],
]

/** All there is to have. */
export const EVERYTHING: Power = { words: 'do everything', verbs: ['*'], on: { '*': ['*'] } }

/** What to know of an account whose pod may be in other hands, the worst first: each leads to more rights, to other pods, to the nodes, or to
 *  secrets. Source: Kubernetes, "Role Based Access Control Good Practices", privilege escalation risks. */
export const POWERS: readonly Power[] = [
  EVERYTHING,
  { words: 'give itself any right (escalate)', verbs: ['escalate'], on: { [RBAC]: ['roles', 'clusterroles'] }, unbound: ['clusterroles'] },
  { words: 'bind any role (bind)', verbs: ['bind'], on: { [RBAC]: ['roles', 'clusterroles'] } },
  {
    words: 'act as others (impersonate)',
    verbs: ['impersonate'],
    on: { '': ['users', 'groups', 'serviceaccounts'], 'authentication.k8s.io': ['uids', 'userextras'] },
    unbound: ['users', 'groups', 'uids', 'userextras'],
  },
  { words: 'command the kubelets (nodes/proxy)', verbs: ['get', 'create'], on: { '': ['nodes/proxy'] }, unbound: ['nodes/proxy'] },
  { words: 'read secrets', verbs: READ, on: { '': ['secrets'] } },
  { words: 'make tokens of service accounts', verbs: ['create'], on: { '': ['serviceaccounts/token'] } },
  { words: 'run commands in pods (exec, attach)', verbs: ['get', 'create'], on: { '': ['pods/exec', 'pods/attach'] } },
  { words: 'add containers to running pods', verbs: ['update', 'patch'], on: { '': ['pods/ephemeralcontainers'] } },
  { words: 'create pods', verbs: ['create'], on: { '': ['pods'] } },
  {
    words: 'create or change workloads',
    verbs: WRITE,
    on: {
      '': ['replicationcontrollers'],
      apps: ['deployments', 'daemonsets', 'statefulsets', 'replicasets'],
      batch: ['jobs', 'cronjobs'],
    },
  },
  {
    words: 'change roles and bindings',
    verbs: WRITE,
    on: { [RBAC]: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'] },
    unbound: ['clusterroles', 'clusterrolebindings'],
  },
  {
    words: 'approve certificates',
    verbs: ['update', 'patch'],
    on: { 'certificates.k8s.io': ['certificatesigningrequests/approval'] },
    unbound: ['certificatesigningrequests/approval'],
  },
  {
    words: 'change admission control',
    verbs: [...WRITE, 'delete', 'deletecollection'],
    on: { 'admissionregistration.k8s.io': ADMISSION },
    unbound: ADMISSION,
  },
  { words: 'replace parts of the API', verbs: WRITE, on: { 'apiregistration.k8s.io': ['apiservices'] }, unbound: ['apiservices'] },
  { words: 'write secrets', verbs: WRITE, on: { '': ['secrets'] } },
  { words: 'make volumes of node directories', verbs: ['create'], on: { '': ['persistentvolumes'] }, unbound: ['persistentvolumes'] },
  { words: 'forward ports to pods', verbs: ['get', 'create'], on: { '': ['pods/portforward'] } },
  { words: 'change nodes', verbs: ['update', 'patch', 'delete'], on: { '': ['nodes'] }, unbound: ['nodes'] },
  { words: 'change namespaces', verbs: ['update', 'patch'], on: { '': ['namespaces'] } },
  {
    words: 'change NetworkPolicies',
    verbs: [...WRITE, 'delete', 'deletecollection'],
    on: { 'networking.k8s.io': ['networkpolicies'] },
  },
  { words: 'change pods', verbs: ['update', 'patch'], on: { '': ['pods'] } },
  {
    words: 'delete pods or workloads',
    verbs: ['delete', 'deletecollection'],
    on: { '': ['pods'], apps: ['deployments', 'daemonsets', 'statefulsets', 'replicasets'] },
  },
]
