import { expect, test } from 'vitest'
import type { KubernetesObject } from '../../../lib/port/cluster.ts'
import { provePod } from '../../../lib/response/prove.ts'
import type { Target } from '../../../lib/response/request.ts'

const ID = '8114e6b6fb8e6b3b8ef6d1b1f2a1c9d8e7f60123456789abcdef0123456789ab'
const CREATED = '2026-11-24T04:00:00Z'
const SEEN_NS = '1795495758016735354' // 2026-11-24T04:49:18Z
const pod = (changes: { metadata?: object; spec?: object; status?: object } = {}): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'uid-1',
    resourceVersion: '7',
    creationTimestamp: CREATED,
    labels: { app: 'web' },
    ...changes.metadata,
  },
  spec: { nodeName: 'node-1', ...changes.spec },
  status: { containerStatuses: [{ containerID: `containerd://${ID}` }], ...changes.status },
})
const TARGET: Target = { cluster: 'c', namespace: 'shop', pod: 'web', containerId: ID.slice(0, 12), node: 'node-1', seenNs: SEEN_NS }

test.each([
  { name: 'the pod itself', object: pod(), target: TARGET, kind: 'proven', why: undefined },
  { name: 'by its full container id', object: pod(), target: { ...TARGET, containerId: ID }, kind: 'proven', why: undefined },
  { name: 'by uid and container', object: pod(), target: { ...TARGET, uid: 'uid-1' }, kind: 'proven', why: undefined },
  {
    name: 'a container that has been restarted since',
    object: pod({ status: { containerStatuses: [{ containerID: 'x://0', lastState: { terminated: { containerID: `x://${ID}` } } }] } }),
    target: TARGET,
    kind: 'proven',
    why: undefined,
  },
  {
    name: 'an ephemeral container',
    object: pod({ status: { containerStatuses: [], ephemeralContainerStatuses: [{ containerID: `x://${ID}` }] } }),
    target: TARGET,
    kind: 'proven',
    why: undefined,
  },
  { name: 'a pod that is gone', object: undefined, target: TARGET, kind: 'absent', why: 'there is no pod shop/web now' },
  { name: 'another uid', object: pod(), target: { ...TARGET, uid: 'uid-0' }, kind: 'absent', why: 're-made: it has another uid' },
  {
    name: 'a pod younger than the evidence',
    object: pod({ metadata: { creationTimestamp: '2026-11-24T04:49:25Z' } }),
    target: TARGET,
    kind: 'absent',
    why: 'younger than the evidence',
  },
  {
    name: 'a pod that is being deleted',
    object: pod({ metadata: { deletionTimestamp: CREATED } }),
    target: TARGET,
    kind: 'absent',
    why: 'is being deleted',
  },
  {
    name: 'a pod that is being deleted and runs on, for as long as it says itself',
    object: pod({
      metadata: { deletionTimestamp: CREATED },
      status: { containerStatuses: [{ containerID: `containerd://${ID}`, state: { running: { startedAt: CREATED } } }] },
    }),
    target: TARGET,
    kind: 'proven',
    why: undefined,
  },
  {
    name: 'another container',
    object: pod(),
    target: { ...TARGET, containerId: '000000000000' },
    kind: 'unproven',
    why: 'has no container 000000000000',
  },
  {
    name: 'no container in the evidence',
    object: pod(),
    target: { ...TARGET, containerId: undefined },
    kind: 'unproven',
    why: 'names no container',
  },
  {
    name: 'a container id too short to prove anything',
    object: pod(),
    target: { ...TARGET, containerId: '8' },
    kind: 'unproven',
    why: 'names no container',
  },
  {
    name: 'a pod that has not started',
    object: pod({ status: { containerStatuses: [] } }),
    target: TARGET,
    kind: 'unproven',
    why: 'has no container',
  },
  {
    name: 'another node',
    object: pod(),
    target: { ...TARGET, node: 'node-2' },
    kind: 'unproven',
    why: 'runs on node-1, the evidence is from node-2',
  },
  {
    name: 'the right uid, but another container',
    object: pod(),
    target: { ...TARGET, uid: 'uid-1', containerId: '000000000000' },
    kind: 'unproven',
    why: 'has no container',
  },
  {
    name: 'something that is no pod',
    object: pod({ metadata: { uid: '' } }),
    target: TARGET,
    kind: 'unproven',
    why: 'not described as a pod is',
  },
])('$name is $kind', ({ object, target, kind, why }) => {
  const proof = provePod(object, Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined)) as Target)
  expect(proof.kind).toBe(kind)
  if (why !== undefined) expect('why' in proof && proof.why).toContain(why)
})
