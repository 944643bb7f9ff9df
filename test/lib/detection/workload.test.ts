import { describe, expect, test } from 'vitest'
import { identityOf, POD_OF_TOKEN } from '../../../lib/detection/identity.ts'
import { workloadOf } from '../../../lib/detection/workload.ts'
import { detection } from '../../support/detection.ts'

const named = (name: string, fields = {}) => workloadOf({ pod: { namespace: 'shop', name }, fields })

describe('the workload of a pod', () => {
  test.each([
    ['payments-api-6c9f8d7b54-x2x7k', 'payments-api'],
    ['web-5d9c7b9f6c-bbbbb', 'web'],
    ['fluent-bit-x2x7k', 'fluent-bit'],
    ['db-0', 'db'],
    ['db-12', 'db'],
    ['backup-28912345-x2x7k', 'backup'],
    ['nginx', 'nginx'],
    ['web-store', 'web-store'], // vowels are in no name that Kubernetes makes
    ['etcd-node-1.example.com', 'etcd-node-1.example.com'],
    ['x2x7k', 'x2x7k'],
    ['db-007', 'db-007'],
    ['db-123456', 'db-123456'],
  ])('%s is one of %s', (name, workload) => {
    expect(named(name)).toEqual({ name: workload })
  })

  test('is what the agent says, where it does', () => {
    expect(named('x-y-z', { 'k8smeta.deployment.name': 'shop' })).toEqual({ name: 'shop', kind: 'Deployment' })
    expect(named('db-0', { 'k8smeta.deployment.name': '<NA>', 'k8smeta.statefulset.name': 'database' })).toEqual({
      name: 'database',
      kind: 'StatefulSet',
    })
    expect(named('db-0', { 'k8smeta.deployment.name': ['x'] })).toEqual({ name: 'db' })
  })

  test('is none without a pod', () => {
    expect(workloadOf({ fields: {} })).toBeUndefined()
  })
})

describe('who asked the API server', () => {
  const audit = (fields: Record<string, string>) => identityOf(detection({ source: 'k8s_audit', fields }))

  test('is the user; of a service account its namespace, and the pod of its token', () => {
    expect(audit({ 'ka.user.name': 'alice' })).toEqual({ name: 'alice' })
    expect(audit({ 'ka.user.name': 'system:serviceaccount:shop:web', [POD_OF_TOKEN]: 'web-1' })).toEqual({
      name: 'system:serviceaccount:shop:web',
      namespace: 'shop',
      pod: 'web-1',
    })
    expect(audit({ 'ka.user.name': 'system:serviceaccount:a:b:c' })).toEqual({ name: 'system:serviceaccount:a:b:c' })
  })

  test('is nobody for what is not of the audit log', () => {
    expect(identityOf(detection({ fields: { 'ka.user.name': 'alice' } }))).toBeUndefined()
    expect(audit({ 'ka.user.name': '<NA>' })).toBeUndefined()
  })
})
