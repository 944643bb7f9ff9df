import { expect, test } from 'vitest'
import { baseGuards, Guards, guardPod, guardRequest, joinGuards } from '../../../lib/response/guards.ts'
import type { ActionRequest } from '../../../lib/response/request.ts'

const BASE_GUARDS = baseGuards()
const NOW = 1_795_495_800_000
const REQUEST: ActionRequest = {
  id: 'a',
  incident: 'i',
  action: 'delete',
  parameters: {},
  target: { cluster: 'c', namespace: 'shop', pod: 'web', seenNs: String(BigInt(NOW - 60_000) * 1_000_000n) },
  by: { kind: 'response', name: 'r' },
  expiresMs: NOW + 1000,
}
const seenSecondsAgo = (seconds: number) => ({ ...REQUEST.target, seenNs: String(BigInt(NOW - seconds * 1000) * 1_000_000n) })
const USER = { kind: 'user', id: 'U1', name: 'alice' } as const

test.each([
  ['a fresh request', REQUEST, undefined],
  ['one whose time is over', { ...REQUEST, expiresMs: NOW }, { state: 'expired' }],
  [
    'one in kube-system',
    { ...REQUEST, target: { ...REQUEST.target, namespace: 'kube-system' } },
    { state: 'refused', guard: 'protected_namespace' },
  ],
  [
    'one in kube-system by a person',
    { ...REQUEST, by: USER, target: { ...REQUEST.target, namespace: 'kube-system' } },
    { state: 'refused', guard: 'protected_namespace' },
  ],
  ['evidence just young enough', { ...REQUEST, target: seenSecondsAgo(3600) }, undefined],
  ['evidence too old', { ...REQUEST, target: seenSecondsAgo(3601) }, { state: 'refused', guard: 'stale' }],
  ['old evidence that a person looks at', { ...REQUEST, by: USER, target: seenSecondsAgo(3601) }, undefined],
  ['evidence from the future', { ...REQUEST, target: seenSecondsAgo(-301) }, { state: 'refused', guard: 'stale' }],
] as const)('%s', (_name, request, expected) => {
  const verdict = guardRequest(request, BASE_GUARDS, { nowMs: NOW })
  if (expected === undefined) expect(verdict).toBeUndefined()
  else expect(verdict).toMatchObject(expected)
})

test.each([
  ['a plain pod', {}, undefined],
  ['a pod with a protected label', { labels: { tier: 'gold' } }, 'protected_label'],
  ['a mirror pod', { annotations: { 'kubernetes.io/config.mirror': 'x' } }, 'mirror_pod'],
])('%s is held back by %s', (_name, metadata, guard) => {
  const verdict = guardPod(
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', ...metadata } },
    { ...BASE_GUARDS, protected_labels: { tier: 'gold' } },
  )
  expect(verdict && 'guard' in verdict ? verdict.guard : undefined).toBe(guard)
})

test('what was begun is taken up again past its time, for an hour, but never in a protected namespace', () => {
  const late = { ...REQUEST, expiresMs: 1 }
  expect(guardRequest(late, BASE_GUARDS, { nowMs: NOW, begunMs: NOW - 60_000 })).toBeUndefined()
  expect(guardRequest(late, BASE_GUARDS, { nowMs: NOW, begunMs: NOW - 7_200_000 })).toMatchObject({ state: 'expired' })
  const there = { ...REQUEST, target: { ...REQUEST.target, namespace: 'kube-system' } }
  expect(guardRequest(there, BASE_GUARDS, { nowMs: NOW, begunMs: NOW - 60_000 })).toMatchObject({ guard: 'protected_namespace' })
})

test('guards of several files add up, and none takes away what always holds', () => {
  const joined = joinGuards(BASE_GUARDS, [
    Guards.parse({ protected_namespaces: ['prod'], max_evidence_age: '10m' }),
    Guards.parse({ protected_labels: { tier: 'gold' } }),
  ])
  expect(joined.protected_namespaces).toEqual(['kube-system', 'kube-public', 'kube-node-lease', 'creance', 'prod'])
  expect(joined.max_evidence_age).toBe(600)
  expect(joined.protected_labels).toEqual({ tier: 'gold' })
})

test('a key that no guard reads is refused', () => {
  expect(Guards.safeParse({ protected_namespace: ['prod'] }).success).toBe(false)
})
