import { expect, test } from 'vitest'
import { isolate } from '../../../lib/response/actions/isolate.ts'

const rightsFor = (parameters: object | undefined) => {
  const rules = isolate.rbac(parameters && isolate.parameters.parse(parameters))
  const rights = rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) => resources.map((resource) => `${group ? `${resource}.${group}` : resource} ${verbs.join()}`)),
  )
  return rights.sort()
}
const KUBERNETES = ['networkpolicies.networking.k8s.io get,list,create,delete', 'pods get,patch']
test.each([
  ['by hand', undefined, KUBERNETES],
  ['plain', {}, KUBERNETES],
  ['cilium', { policy: 'cilium' }, ['ciliumnetworkpolicies.cilium.io get,create,delete', 'pods get,patch']],
  [
    'cilium with DNS',
    { policy: 'cilium', allow_dns: true },
    ['ciliumnetworkpolicies.cilium.io get,list,create,delete', 'networkpolicies.networking.k8s.io list', 'pods get,patch'],
  ],
  [
    'calico',
    { policy: 'calico' },
    [
      'networkpolicies.crd.projectcalico.org get,create,delete',
      'networkpolicies.projectcalico.org get,create,delete',
      'pods get,patch',
      'tier.networkpolicies.projectcalico.org get,create,delete',
      'tiers.projectcalico.org get',
    ],
  ],
  [
    'detached',
    { detach: 'services' },
    [
      'daemonsets.apps get',
      'jobs.batch get',
      ...KUBERNETES,
      'replicasets.apps get',
      'replicationcontrollers get',
      'services list',
      'statefulsets.apps get',
    ],
  ],
])('rights: %s', (_name, parameters, expected) => expect(rightsFor(parameters)).toEqual([...expected].sort()))
