import { expect, test } from 'vitest'
import { eventOf, eventWith, fieldValue, TIME } from './audit-event.ts'

const SUBJECTS = [
  { kind: 'User', name: 'jane' },
  { kind: 'Group', name: 'dev' },
  { kind: 'ServiceAccount', name: 'ci', namespace: 'build' },
  { kind: 'ServiceAccount', name: 'lost' },
  { kind: 'User' },
  'User',
]
const RULES = [
  { apiGroups: [''], verbs: ['get', 'list'], resources: ['pods'] },
  { apiGroups: ['apps'], verbs: ['*'], nonResourceURLs: ['/metrics'] },
  { verbs: 'get' },
]
const VOLUMES = [
  { name: 'a', hostPath: { path: '/etc/kubernetes' } },
  { name: 'b', emptyDir: {} },
  { name: 'c', flexVolume: { driver: 'x/nfs' }, extra: 1 },
]
const REQUEST = {
  subjects: SUBJECTS,
  roleRef: { name: 'admin' },
  data: { key: 'value' },
  rules: RULES,
  spec: {
    hostIPC: true,
    hostNetwork: false,
    hostPID: true,
    type: 'NodePort',
    ports: [{ port: 80 }, { port: 81 }],
    securityContext: { runAsUser: 0, runAsGroup: 1, fsGroup: 2, supplementalGroups: [3, 4] },
    volumes: VOLUMES,
  },
}

const PRESENT = [
  ['ka.req.binding.subjects', SUBJECTS.map((subject) => (typeof subject === 'string' ? subject : JSON.stringify(subject)))],
  ['ka.req.binding.subjects.user_names', ['jane']],
  ['ka.req.binding.subjects.group_names', ['dev']],
  ['ka.req.binding.subjects.serviceaccount_names', ['ci', 'lost']],
  ['ka.req.binding.subjects.serviceaccount_ns_names', ['build:ci']],
  ['ka.req.binding.role', 'admin'],
  ['ka.req.configmap.obj', '{"key":"value"}'],
  ['ka.req.pod.host_ipc', 'true'],
  ['ka.req.pod.host_network', 'false'],
  ['ka.req.container.host_network', 'false'],
  ['ka.req.pod.host_pid', 'true'],
  ['ka.req.pod.run_as_user', '0'],
  ['ka.req.pod.run_as_group', '1'],
  ['ka.req.pod.fs_group', '2'],
  ['ka.req.pod.supplemental_groups', ['3', '4']],
  ['ka.req.pod.volumes.hostpath', ['/etc/kubernetes']],
  ['ka.req.pod.volumes.flexvolume_driver', ['x/nfs']],
  ['ka.req.pod.volumes.volume_type', ['hostPath', 'emptyDir', 'flexVolume', 'extra']],
  ['ka.req.volume.hostpath[/etc/kubernetes]', 'true'],
  ['ka.req.role.rules', RULES.map((rule) => JSON.stringify(rule))],
  ['ka.req.role.rules.apiGroups', ['', 'apps']],
  ['ka.req.role.rules.nonResourceURLs', ['/metrics']],
  ['ka.req.role.rules.verbs', ['get', 'list', '*']],
  ['ka.req.role.rules.resources', ['pods']],
  ['ka.req.service.type', 'NodePort'],
  ['ka.req.service.ports', ['[{"port":80},{"port":81}]']],
] as const

test.each(PRESENT)('%s is %j', (field, value) => {
  expect(fieldValue(field, eventWith({ requestObject: REQUEST }))).toEqual(value)
})

test.each(PRESENT)('%s is absent from a request without it', (field) => {
  expect(fieldValue(field, eventWith({ requestObject: {} }))).toBeUndefined()
})

test.each(PRESENT)('%s is absent without a request', (field) => {
  expect(fieldValue(field, eventWith({}))).toBeUndefined()
})

test.each(PRESENT)('%s is absent without an auditID', (field) => {
  expect(fieldValue(field, eventOf(JSON.stringify({ stageTimestamp: TIME, requestObject: REQUEST })))).toBeUndefined()
})

test.each(PRESENT)('%s of a request that is a text is absent', (field) => {
  expect(fieldValue(field, eventWith({ requestObject: 'text' }))).toBeUndefined()
})

test.each([
  ['ka.req.pod.volumes.hostpath[0]', ['/etc/kubernetes']],
  ['ka.req.pod.volumes.hostpath[1]', undefined],
  ['ka.req.pod.volumes.hostpath[3]', undefined],
  ['ka.req.pod.volumes.flexvolume_driver[2]', ['x/nfs']],
  ['ka.req.pod.volumes.volume_type[2]', ['flexVolume', 'extra']],
  ['ka.req.pod.volumes.volume_type[9]', undefined],
  ['ka.req.role.rules.verbs[0]', ['get', 'list']],
  ['ka.req.role.rules.verbs[2]', undefined],
  ['ka.req.role.rules.verbs[9]', undefined],
  ['ka.req.role.rules.resources[1]', undefined],
  ['ka.req.role.rules.apiGroups[1]', ['apps']],
  ['ka.req.role.rules.nonResourceURLs[1]', ['/metrics']],
  ['ka.req.service.ports[0]', ['[{"port":80},{"port":81}]']],
  ['ka.req.service.ports[7]', ['[{"port":80},{"port":81}]']],
])('%s is %j', (field, value) => {
  expect(fieldValue(field, eventWith({ requestObject: REQUEST }))).toEqual(value)
})

test.each([
  ['ka.req.volume.hostpath[/etc]', 'false'],
  ['ka.req.volume.hostpath[/etc*]', 'true'],
  ['ka.req.volume.hostpath[*]', 'true'],
  ['ka.req.volume.hostpath[/var*]', 'false'],
  ['ka.req.volume.hostpath[]', 'false'],
])('%s is %s', (field, value) => {
  expect(fieldValue(field, eventWith({ requestObject: REQUEST }))).toBe(value)
})

test('ka.req.volume.hostpath is false for volumes that mount no path', () => {
  expect(fieldValue('ka.req.volume.hostpath[*]', eventWith({ requestObject: { spec: { volumes: [{ name: 'a' }] } } }))).toBe('false')
})

test('ka.req.binding.subject.has_name is always true', () => {
  expect(fieldValue('ka.req.binding.subject.has_name[jane]', eventWith({}))).toBe('true')
})

test('ka.req.configmap.name is the name of any object', () => {
  expect(fieldValue('ka.req.configmap.name', eventWith({ objectRef: { resource: 'pods', name: 'cart' } }))).toBe('cart')
})

test.each([
  { name: 'in the event', json: { sourceIPs: ['10.0.0.1'] }, value: undefined },
  { name: 'in the rules of a role', json: { requestObject: { rules: [{ sourceIPs: ['10.0.0.1'] }] } }, value: ['10.0.0.1'] },
])('ka.sourceips of addresses $name is $value', ({ json, value }) => {
  expect(fieldValue('ka.sourceips', eventWith(json))).toEqual(value)
})

test.each(['user_names', 'group_names', 'serviceaccount_names', 'serviceaccount_ns_names'])(
  'subjects.%s are absent if subjects are no array',
  (end) => {
    const subjects = { kind: 'User', name: 'jane' }
    expect(fieldValue(`ka.req.binding.subjects.${end}`, eventWith({ requestObject: { subjects } }))).toBeUndefined()
  },
)
