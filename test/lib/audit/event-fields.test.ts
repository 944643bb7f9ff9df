import { expect, test } from 'vitest'
import { eventOf, eventWith, fieldValue, TIME } from './audit-event.ts'

const EVENT = {
  stage: 'ResponseComplete',
  verb: 'create',
  requestURI: '/api/v1/namespaces/shop/pods?limit=5&limit=6&name=a+b',
  userAgent: 'kubectl/v1.30',
  user: { username: 'jane', groups: ['dev', 'system:authenticated'] },
  impersonatedUser: { username: 'root' },
  objectRef: { resource: 'pods', namespace: 'shop', name: 'cart' },
  responseStatus: { code: 201, reason: 'Created' },
  responseObject: { metadata: { name: 'cart-x7' } },
  annotations: {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason': 'RBAC: allowed',
    'authentication.openshift.io/decision': 'error',
    'authentication.openshift.io/username': 'jo',
    'validation.policy.admission.k8s.io/validation_failure': '[{"policy":"p"}]',
    'pod-security.kubernetes.io/audit-violations': 'hostNetwork',
    cluster_name: 'blue',
  },
}

const PRESENT = [
  ['ka.auditid', 'id-1'],
  ['ka.stage', 'ResponseComplete'],
  ['ka.verb', 'create'],
  ['ka.uri', '/api/v1/namespaces/shop/pods?limit=5&limit=6&name=a+b'],
  ['ka.uri.param[limit]', '5'],
  ['ka.uri.param[name]', 'a b'],
  ['ka.useragent', 'kubectl/v1.30'],
  ['ka.auth.decision', 'allow'],
  ['ka.auth.reason', 'RBAC: allowed'],
  ['ka.auth.openshift.decision', 'error'],
  ['ka.auth.openshift.username', 'jo'],
  ['ka.validations.admission.policy.failure', '[{"policy":"p"}]'],
  ['ka.security.pod.violations', 'hostNetwork'],
  ['ka.cluster.name', 'blue'],
  ['ka.user.name', 'jane'],
  ['ka.user.groups', ['dev', 'system:authenticated']],
  ['ka.impuser.name', 'root'],
  ['ka.target.name', 'cart'],
  ['ka.target.namespace', 'shop'],
  ['ka.target.resource', 'pods'],
  ['ka.target.pod.name', 'cart-x7'],
  ['ka.resp.name', 'cart-x7'],
  ['ka.response.code', '201'],
  ['ka.response.reason', 'Created'],
] as const

test.each(PRESENT)('%s is %j', (field, value) => {
  expect(fieldValue(field, eventWith(EVENT))).toEqual(value)
})

test.each(PRESENT.filter(([field]) => field !== 'ka.auditid'))('%s is absent from an event without it', (field) => {
  expect(fieldValue(field, eventWith({}))).toBeUndefined()
})

test.each(PRESENT)('%s is absent without an auditID', (field) => {
  expect(fieldValue(field, eventOf(JSON.stringify({ ...EVENT, stageTimestamp: TIME })))).toBeUndefined()
})

test.each([
  { name: 'a number as it is written', json: '"verb":1.50', field: 'ka.verb', value: '1.50' },
  { name: 'a number with an exponent', json: '"verb":1e3', field: 'ka.verb', value: '1e3' },
  { name: 'a number beyond 2^53', json: '"verb":9007199254740993', field: 'ka.verb', value: '9007199254740993' },
  { name: 'true as a word', json: '"verb":true', field: 'ka.verb', value: 'true' },
  { name: 'null as a word', json: '"verb":null', field: 'ka.verb', value: 'null' },
  { name: 'an empty text', json: '"verb":""', field: 'ka.verb', value: '' },
  {
    name: 'an object with its escapes and order',
    json: '"verb":{ "b" : "\\u0077", "1" : [ 1.0 ] }',
    field: 'ka.verb',
    value: '{"b":"\\u0077","1":[1.0]}',
  },
  { name: 'a text with its escapes decoded', json: '"verb":"\\u0077\\n\\"\\\\"', field: 'ka.verb', value: 'w\n"\\' },
  { name: 'a text up to its NUL', json: '"verb":"get\\u0000x"', field: 'ka.verb', value: 'get' },
  { name: 'a lone surrogate as U+FFFD', json: '"verb":"a\\ud800b"', field: 'ka.verb', value: 'a\ufffdb' },
  { name: 'the first of doubled keys', json: '"verb":"get","verb":"list"', field: 'ka.verb', value: 'get' },
  { name: 'the first of doubled keys on the way', json: '"user":{},"user":{"username":"x"}', field: 'ka.user.name', value: undefined },
  { name: 'a key that is written with escapes', json: '"\\u0076erb":"get"', field: 'ka.verb', value: 'get' },
  { name: 'nothing within a text', json: '"user":"jane"', field: 'ka.user.name', value: undefined },
  { name: 'nothing within an array', json: '"user":[{"username":"jane"}]', field: 'ka.user.name', value: undefined },
  { name: 'nothing of what every object has', json: '"user":{"__proto__":{"username":"x"}}', field: 'ka.user.name', value: undefined },
  {
    name: 'texts of whatever is listed',
    json: '"user":{"groups":["a",1.0,null,{"b":[]}]}',
    field: 'ka.user.groups',
    value: ['a', '1.0', 'null', '{"b":[]}'],
  },
  { name: 'each listed text up to its NUL', json: '"user":{"groups":["a\\u0000b","c"]}', field: 'ka.user.groups', value: ['a', 'c'] },
  { name: 'no list of a text', json: '"user":{"groups":"dev"}', field: 'ka.user.groups', value: undefined },
  { name: 'no list of null', json: '"user":{"groups":null}', field: 'ka.user.groups', value: undefined },
  { name: 'no empty list', json: '"user":{"groups":[]}', field: 'ka.user.groups', value: undefined },
])('a field has $name', ({ json, field, value }) => {
  expect(fieldValue(field, eventWith(json))).toEqual(value)
})

test('a null auditID is one', () => {
  const event = eventOf(`{"auditID":null,"verb":"get","stageTimestamp":"${TIME}"}`)
  expect([fieldValue('ka.auditid', event), fieldValue('ka.verb', event)]).toEqual(['null', 'get'])
})

test.each([
  { name: 'of pods', objectRef: { resource: 'pods' }, value: 'cart-x7' },
  { name: 'of pods with an empty subresource', objectRef: { resource: 'pods', subresource: '' }, value: 'cart-x7' },
  { name: 'of a subresource', objectRef: { resource: 'pods', subresource: 'exec' }, value: undefined },
  { name: 'of other resources', objectRef: { resource: 'services' }, value: undefined },
  { name: 'without objectRef', objectRef: undefined, value: undefined },
])('ka.target.pod.name $name is $value', ({ objectRef, value }) => {
  expect(fieldValue('ka.target.pod.name', eventWith({ ...EVENT, objectRef }))).toBe(value)
})

test('ka.target.subresource is what is asked of an object', () => {
  expect(fieldValue('ka.target.subresource', eventWith({ objectRef: { resource: 'pods', subresource: 'exec' } }))).toBe('exec')
})
