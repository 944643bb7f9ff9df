import type { AuditEvent, Deed, Stage } from './deed.ts'
import { cronJob, hostPathPod, pod, workload } from './manifests.ts'

const CONTROLLERS = /^system:serviceaccount:kube-system:(deployment|replicaset|daemon-set)-controller$/
const privileged = { securityContext: { privileged: true } }

/** bob looks at shop's pods, then one is created by alice. */
function created(file: string, about: string, manifest: string, namespace = 'shop'): Deed {
  const run = async ({ kubectl }: Stage) => {
    await kubectl('bob', 'get pods -n shop')
    await kubectl('alice', `create -n ${namespace} -f -`, { input: manifest })
  }
  return { file, about: `alice creates ${about}`, run }
}

/** The same, with what the controllers then create. */
function rolledOut(file: string, about: string, manifest: string): Deed {
  const own = ({ user, verb, objectRef }: AuditEvent) =>
    !CONTROLLERS.test(user.username ?? '') || (verb === 'create' && objectRef?.resource !== 'events')
  const { run, ...deed } = created(file, about, manifest)
  return {
    ...deed,
    actors: ['alice', 'bob', CONTROLLERS],
    keep: own,
    run: async (stage) => {
      await run(stage)
      await new Promise((resolve) => setTimeout(resolve, 1500))
    },
  }
}

const web =
  (line: string, fails = true) =>
  async ({ kubectl }: Stage) => {
    await kubectl('bob', 'get pods -n shop')
    await kubectl('bob', line, { fails, seconds: 5 })
  }
const onlyPods = ({ objectRef }: AuditEvent) => objectRef?.resource === 'pods'

export const podDeeds: readonly Deed[] = [
  {
    file: 'exec',
    about: 'bob lists the pods, starts a shell with standard input in one, then reads /etc/passwd there.',
    run: async (stage) => {
      await web('exec -n shop -i web -- /bin/sh')(stage)
      await stage.kubectl('bob', 'exec -n shop web -- cat /etc/passwd', { fails: true, seconds: 5 })
    },
    keep: onlyPods,
  },
  {
    file: 'exec-kube-system',
    about: 'alice runs a command in a pod of kube-system.',
    before: ({ kubectl }) => kubectl('alice', 'create -n kube-system -f -', { input: pod('dns') }),
    run: async ({ kubectl }) => {
      await kubectl('alice', 'wait pod dns -n kube-system --for=condition=Ready')
      await kubectl('alice', 'exec -n kube-system dns -- id', { fails: true, seconds: 5 })
    },
    keep: onlyPods,
  },
  {
    file: 'exec-refused',
    about: 'bob, who may only view reports, tries to run a command in a pod there: 403.',
    run: web('exec -n reports web -- id'),
    keep: onlyPods,
  },
  { file: 'attach', about: 'bob attaches to a pod.', run: web('attach -n shop web'), keep: onlyPods },
  { file: 'port-forward', about: 'bob forwards a port to a pod.', run: web('port-forward -n shop pod/web :8080'), keep: onlyPods },
  {
    file: 'debug-ephemeral-container',
    about: 'alice adds an ephemeral container to a pod by kubectl debug.',
    run: async ({ kubectl }) => {
      await kubectl('bob', 'get pods -n shop')
      await kubectl('alice', 'debug -n shop web --image=registry.k8s.io/e2e-test-images/busybox:1.29 --target=app -- sh', { seconds: 10 })
    },
    keep: onlyPods,
  },
  {
    file: 'debug-node',
    about: 'alice starts a pod in the host namespaces of node-1, with its root file system, by kubectl debug.',
    run: async ({ kubectl }) => {
      await kubectl('bob', 'get pods -n shop')
      const line = 'debug node/node-1 -n shop --image=registry.k8s.io/e2e-test-images/busybox:1.29 --profile=sysadmin -- sh'
      await kubectl('alice', line, { seconds: 10 })
    },
  },
  created('pod-hostpath-root', 'a pod with the hostPath /.', hostPathPod('host-root', '/')),
  created('pod-hostpath-etc', 'a pod with the hostPath /etc.', hostPathPod('host-etc', '/etc')),
  created(
    'pod-hostpath-docker-socket',
    'a pod with the hostPath /var/run/docker.sock.',
    hostPathPod('host-docker', '/var/run/docker.sock'),
  ),
  created('pod-privileged', 'a privileged pod.', pod('privileged', { app: privileged })),
  created(
    'pod-privileged-init-container',
    'a pod whose init container is privileged.',
    pod('prepared', { spec: { initContainers: [{ name: 'prepare', image: 'registry.k8s.io/pause:3.10', ...privileged }] } }),
  ),
  created('pod-host-network', 'a pod with hostNetwork.', pod('host-network', { spec: { hostNetwork: true } })),
  created('pod-host-pid', 'a pod with hostPID.', pod('host-pid', { spec: { hostPID: true } })),
  created('pod-host-ipc', 'a pod with hostIPC.', pod('host-ipc', { spec: { hostIPC: true } })),
  created(
    'pod-capabilities',
    'a pod with the capability SYS_ADMIN.',
    pod('capable', { app: { securityContext: { capabilities: { add: ['SYS_ADMIN'] } } } }),
  ),
  created('pod-kube-system', 'a pod in kube-system.', pod('node-helper'), 'kube-system'),
  created(
    'pod-foreign-registry',
    'a pod with an image from registry.example.net.',
    pod('miner', { app: { image: 'registry.example.net/tools/worker:1.0' } }),
  ),
  created('pod-plain', 'a pod with nothing about it.', pod('plain')),
  rolledOut('deployment-privileged', 'a Deployment of privileged pods.', workload('Deployment', 'agent', privileged)),
  rolledOut('daemonset-privileged', 'a DaemonSet of privileged pods.', workload('DaemonSet', 'node-agent', privileged)),
  created('cronjob-privileged', 'a CronJob of privileged pods.', cronJob('nightly', privileged)),
  {
    file: 'deployment-patch-privileged',
    about: 'bob makes the pods of a Deployment privileged by a patch.',
    before: ({ kubectl }) => kubectl('bob', 'create -n shop -f -', { input: workload('Deployment', 'cart') }),
    run: async ({ kubectl }) => {
      await kubectl('bob', 'get deployments -n shop')
      const patch = { spec: { template: { spec: { containers: [{ name: 'app', ...privileged }] } } } }
      await kubectl('bob', 'patch deployment cart -n shop --patch-file=INPUT', { input: JSON.stringify(patch) })
    },
  },
  {
    file: 'pod-security-audit',
    about:
      'In a namespace labelled pod-security.kubernetes.io/audit=restricted, alice creates a privileged pod: it is let in with an annotation.',
    before: ({ kubectl }) => kubectl('alice', 'label namespace payments pod-security.kubernetes.io/audit=restricted'),
    run: created('', '', pod('privileged', { app: privileged }), 'payments').run,
  },
  {
    file: 'pod-security-refused',
    about: 'In a namespace labelled pod-security.kubernetes.io/enforce=baseline, alice creates a privileged pod: 403.',
    before: ({ kubectl }) => kubectl('alice', 'label namespace billing pod-security.kubernetes.io/enforce=baseline'),
    run: async ({ kubectl }) => {
      await kubectl('bob', 'get pods -n billing')
      await kubectl('alice', 'create -n billing -f -', { input: pod('privileged', { app: privileged }), fails: true })
    },
  },
]
