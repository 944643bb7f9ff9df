import { expect, test } from 'vitest'
import { dangersOf } from '../../../lib/context/dangers.ts'
import { viewPod } from '../../../lib/context/pod-view.ts'
import { object } from './plain-cluster.ts'

const dangers = (spec: unknown) => dangersOf(viewPod(object('v1', 'Pod', 'web-1', { spec })))
const wordsOf = (spec: unknown) => dangers(spec).map(({ what, containers }) => [what, ...containers].join(' '))
const container = (rest: object) => ({ containers: [{ name: 'c', image: 'i', ...rest }] })
const secured = (securityContext: object) => container({ securityContext })

test.each<[string, object, string[]]>([
  ['privileged', secured({ privileged: true }), ['privileged c']],
  ['an added capability', secured({ capabilities: { add: ['SYS_ADMIN'] } }), ['capability SYS_ADMIN c']],
  ['one with its prefix', secured({ capabilities: { add: ['CAP_BPF'] } }), ['capability BPF c']],
  ['all capabilities', secured({ capabilities: { add: ['ALL'] } }), ['capability ALL c']],
  ['root', secured({ runAsUser: 0 }), ['runs as root c']],
  ['root of the whole pod', { ...container({}), securityContext: { runAsUser: 0 } }, ['runs as root c']],
  ['no seccomp', secured({ seccompProfile: { type: 'Unconfined' } }), ['seccomp Unconfined c']],
  ['all of proc', secured({ procMount: 'Unmasked' }), ['procMount Unmasked c']],
  ['a port of the node', container({ ports: [{ containerPort: 80, hostPort: 8080 }] }), ['hostPort 8080 c']],
  ['the node’s processes', { hostPID: true }, ['hostPID']],
  ['the node’s network', { hostNetwork: true }, ['hostNetwork']],
  ['the node’s memory', { hostIPC: true }, ['hostIPC']],
  [
    'the node’s files',
    { ...container({ volumeMounts: [{ name: 'v', mountPath: '/host' }] }), volumes: [{ name: 'v', hostPath: { path: '/' } }] },
    ['hostPath / c'],
  ],
  [
    'the node’s files to read',
    { ...container({ volumeMounts: [{ name: 'v', readOnly: true }] }), volumes: [{ name: 'v', hostPath: { path: '/var/log' } }] },
    ['hostPath /var/log (read-only) c'],
  ],
  ['a container put in later', { ephemeralContainers: [{ name: 'debug', securityContext: { privileged: true } }] }, ['privileged debug']],
  ['a container that runs first', { initContainers: [{ name: 'init', securityContext: { runAsUser: 0 } }] }, ['runs as root init']],
])('%s is named', (_name, spec, expected) => {
  expect(wordsOf(spec)).toEqual(expected)
})

test.each<[string, unknown]>([
  ['an ordinary pod', container({ securityContext: { capabilities: { add: ['NET_BIND_SERVICE'], drop: ['ALL'] }, runAsUser: 1000 } })],
  ['root that the container overrides', { ...secured({ runAsUser: 1000 }), securityContext: { runAsUser: 0 } }],
  ['a hostPath that nothing mounts', { ...container({}), volumes: [{ name: 'v', hostPath: { path: '/' } }] }],
  ['no spec', undefined],
  ['a spec of another shape', { containers: [null, 1, { name: 2, securityContext: 'yes' }], volumes: 'all', hostPID: 'yes' }],
])('of %s nothing is', (_name, spec) => {
  expect(wordsOf(spec)).toEqual([])
})

test('the worst comes first, and containers that share one are named together', () => {
  const securityContext = { privileged: true, runAsUser: 0 }
  const spec = { hostNetwork: true, containers: ['a', 'b'].map((name) => ({ name, securityContext })) }
  expect(wordsOf(spec)).toEqual(['privileged a b', 'hostNetwork', 'runs as root a b'])
})
