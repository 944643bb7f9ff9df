import { expect, test } from 'vitest'
import { FALCO_FIELDS } from '../../../lib/condition/fields/falco.ts'
import { eventOf, eventWith, fieldValue, podWith, TIME } from './audit-event.ts'

const CONTAINERS = [
  {
    name: 'web',
    image: 'reg.example/shop/web@sha256:abc',
    command: ['sh', '-c', 'a b'],
    ports: [{ hostPort: 80, containerPort: 8080 }, { containerPort: 9090 }, {}],
    securityContext: {
      privileged: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsUser: 0,
      runAsGroup: 10,
      procMount: 'Unmasked',
      capabilities: { add: ['SYS_ADMIN', 'NET_RAW'] },
    },
    runAsUser: 7,
  },
  { name: 'side', image: 'busybox:1.36', args: ['-x', ''] },
]

const PRESENT = [
  ['name', ['web', 'side']],
  ['image', ['reg.example/shop/web@sha256:abc', 'busybox:1.36']],
  ['image.repository', ['reg.example/shop/web', 'busybox']],
  ['command', ['sh -c a b']],
  ['args', ['-x ']],
  ['host_port', ['80', '9090']],
  ['privileged', ['true']],
  ['allow_privilege_escalation', ['false']],
  ['read_only_fs', ['true']],
  ['run_as_user', ['0']],
  ['run_as_group', ['10']],
  ['proc_mount', ['Unmasked']],
  ['add_capabilities', ['["SYS_ADMIN","NET_RAW"]']],
  ['eff_run_as_user', ['7', '0']],
  ['eff_run_as_group', ['0', '0']],
] as const

const CASES = ['containers', 'initContainers', 'ephemeralContainers']
  .flatMap((list) => PRESENT.map(([end, value]) => ({ field: `ka.req.pod.${list}.${end}`, list, end, value })))
  .filter(({ field }) => FALCO_FIELDS.has(field))

test('every list has its fields, host_port but for ephemeral ones', () => {
  expect(CASES.length).toBe(3 * PRESENT.length - 1)
})

test.each(CASES)('$field is $value', ({ field, list, value }) => {
  expect(fieldValue(field, eventWith(podWith(CONTAINERS, list)))).toEqual(value)
})

test.each(CASES)('$field is absent without containers', ({ field, list }) => {
  for (const json of [{}, podWith([], list), podWith('text', list), podWith(null, list)]) {
    expect(fieldValue(field, eventWith(json))).toBeUndefined()
  }
})

test.each(CASES)('$field is absent without an auditID', ({ field, list }) => {
  expect(fieldValue(field, eventOf(JSON.stringify({ stageTimestamp: TIME, ...podWith(CONTAINERS, list) })))).toBeUndefined()
})

test.each(CASES)('$field[2] is absent, for there are two', ({ field, list }) => {
  expect(fieldValue(`${field}[2]`, eventWith(podWith(CONTAINERS, list)))).toBeUndefined()
})

test.each([
  ['name[0]', ['web']],
  ['image[1]', ['busybox:1.36']],
  ['image.repository[0]', ['reg.example/shop/web']],
  ['command[0]', ['sh -c a b']],
  ['command[1]', undefined],
  ['args[1]', ['-x ']],
  ['host_port[0]', ['80', '9090']],
  ['host_port[1]', undefined],
  ['privileged[0]', ['true']],
  ['privileged[1]', undefined],
  ['add_capabilities[0]', ['["SYS_ADMIN","NET_RAW"]']],
  ['eff_run_as_user[0]', ['7']],
  ['eff_run_as_user[1]', undefined],
])('ka.req.pod.containers.%s is %j', (field, value) => {
  expect(fieldValue(`ka.req.pod.containers.${field}`, eventWith(podWith(CONTAINERS)))).toEqual(value)
})

test.each([
  { name: 'one container without a name', field: 'name', containers: [{ name: 'a' }, {}], value: undefined },
  { name: 'one container without an image', field: 'image', containers: [{ image: 'a' }, {}], value: undefined },
  { name: 'one container without an image', field: 'image.repository', containers: [{ image: 'a' }, {}], value: undefined },
  { name: 'one container that is null', field: 'image', containers: [{ image: 'a' }, null], value: undefined },
  { name: 'a container that does not stand in an array', field: 'image', containers: { image: 'a' }, value: ['a'] },
  { name: 'a command that is a text', field: 'command', containers: [{ command: ['a'] }, { command: 'b' }], value: undefined },
  { name: 'a command with a number', field: 'command', containers: [{ command: ['a', 1] }], value: undefined },
  { name: 'an empty command', field: 'command', containers: [{ command: [] }], value: [''] },
  { name: 'a NUL within a command', field: 'command', containers: [{ command: ['a\0b', 'c'] }], value: ['a'] },
  { name: 'ports that are none', field: 'host_port', containers: [{ ports: [{ hostPort: 1 }] }, { ports: {} }], value: undefined },
  { name: 'one container without ports', field: 'host_port', containers: [{ ports: [{ hostPort: 1 }] }, {}], value: ['1'] },
  { name: 'a registry with a port', field: 'image.repository', containers: [{ image: 'reg:5000/x:1' }], value: ['reg'] },
  { name: 'a tag and a digest', field: 'image.repository', containers: [{ image: 'a:1@sha256:b' }], value: ['a'] },
  { name: 'a digest', field: 'image.repository', containers: [{ image: 'a@b' }], value: ['a'] },
])('$field of $name is $value', ({ field, containers, value }) => {
  expect(fieldValue(`ka.req.pod.containers.${field}`, eventWith(podWith(containers)))).toEqual(value)
})

test.each([
  { spec: { runAsUser: 5, containers: [{}, { runAsUser: 6 }] }, value: ['5', '6'] },
  { spec: { securityContext: { runAsUser: 5 }, containers: [{ securityContext: { runAsUser: 6 } }] }, value: ['0'] },
])('eff_run_as_user of $spec is $value', ({ spec, value }) => {
  expect(fieldValue('ka.req.pod.containers.eff_run_as_user', eventWith({ requestObject: { spec } }))).toEqual(value)
})

const privileged = (value: unknown) => ({ securityContext: { privileged: value } })

test.each([
  { containers: [privileged(true)], value: 'true' },
  { containers: [{}, privileged(false), privileged(true)], value: 'true' },
  { containers: [privileged(false)], value: 'false' },
  { containers: [privileged('true')], value: 'false' },
  { containers: [{}], value: 'false' },
  { containers: undefined, value: undefined },
])('ka.req.container.privileged of $containers is $value', ({ containers, value }) => {
  expect(fieldValue('ka.req.container.privileged', eventWith(podWith(containers)))).toBe(value)
})

test.each([
  { field: 'ka.req.container.image', containers: CONTAINERS, value: 'reg.example/shop/web@sha256:abc' },
  { field: 'ka.req.container.image.repository', containers: CONTAINERS, value: 'reg.example/shop/web' },
  { field: 'ka.req.container.image', containers: [{}, { image: 'a' }], value: undefined },
  { field: 'ka.req.container.image', containers: [], value: undefined },
  { field: 'ka.req.container.image', containers: undefined, value: undefined },
  { field: 'ka.req.container.image.repository', containers: undefined, value: undefined },
])('$field is $value', ({ field, containers, value }) => {
  expect(fieldValue(field, eventWith(podWith(containers)))).toBe(value)
})
