import { expect, test } from 'vitest'
import { CodedError, type ErrorCode } from '../../../lib/error.ts'
import type { Isolation } from '../../../lib/response/actions/isolate-data.ts'
import { stillAllowing } from '../../../lib/response/actions/still-allowing.ts'
import { fakeCluster } from './capture/fake-cluster.ts'

const ISOLATION = {
  policy: { sort: 'kubernetes', apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', name: 'creance-x' },
  allow: [],
  pod: { namespace: 'shop', name: 'web-1', uid: 'u' },
} as unknown as Isolation

test.each<{ code: ErrorCode; message: string; why: string }>([
  { code: 'invalid_input', message: 'the answer is too large to be read', why: 'the policies are too large to be read' },
  { code: 'not_permitted', message: 'forbidden', why: 'the role may not list them' },
  { code: 'unavailable', message: 'no answer', why: 'they could not be listed' },
])('other policies that cannot be listed ($code) are perhaps there, and why is said', async ({ code, message, why }) => {
  const cluster = fakeCluster({
    list: async () => {
      throw new CodedError(code, message)
    },
  })
  expect(await stillAllowing(cluster, ISOLATION, {})).toBe(`policies add up, and perhaps another still allows some of its traffic (${why})`)
})

test('no more policies are asked for than can be read, and a full list is said not to be all', async () => {
  const limits: (number | undefined)[] = []
  const cluster = fakeCluster({
    list: async ({ limit = 0, apiVersion, kind }) => {
      limits.push(limit)
      return Array.from({ length: limit }, (_, index) => ({ apiVersion, kind, metadata: { name: `p${index}` }, spec: null }))
    },
  })
  expect(await stillAllowing(cluster, ISOLATION, {})).toContain('perhaps another still allows')
  expect(limits).toEqual([250])
})
