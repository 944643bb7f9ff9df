import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logLines } from '../../../lib/audit/cloudwatch.ts'

const subscription = (messages: readonly string[], messageType = 'DATA_MESSAGE', logStream = 'kube-apiserver-audit-0a1b') => {
  const data = {
    messageType,
    owner: '123456789012',
    logGroup: '/aws/eks/prod/cluster',
    logStream,
    subscriptionFilters: ['creance'],
    logEvents: messages.map((message, index) => ({ id: String(index), timestamp: 1_795_500_000_000, message })),
  }
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } }
}
const event = (auditID: string) => JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', auditID, user: { username: 'alice' } })

test('each line is a text of its own, in order', () => {
  expect(logLines(subscription([event('a'), event('b')]))).toEqual([event('a'), event('b')])
})

test('a control message has none', () => {
  expect(logLines(subscription(['CWL CONTROL MESSAGE: Checking health of destination'], 'CONTROL_MESSAGE'))).toEqual([])
})

test('a line that was cut in pieces is put together again, wherever it was cut', () => {
  const whole = event('a')
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 8, max: whole.length - 1 }), { maxLength: 4 }), (cuts) => {
      const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length]
      const pieces = places.slice(1).map((end, index) => whole.slice(places[index], end))
      expect(logLines(subscription([event('before'), ...pieces, event('after')]))).toEqual([event('before'), whole, event('after')])
    }),
  )
})

test('a line whose end never comes is left as it is, and takes no other with it', () => {
  const cut = event('a').slice(0, 40)
  expect(logLines(subscription([cut, event('b')]))).toEqual([cut, event('b')])
  expect(logLines(subscription([event('b'), cut]))).toEqual([event('b'), cut])
})

test.each([
  ['nothing', undefined],
  ['another event', { Records: [] }],
  ['no base64 of gzip', { awslogs: { data: 'hello' } }],
  ['gzip of no JSON', { awslogs: { data: gzipSync('hello').toString('base64') } }],
  ['gzip of other JSON', { awslogs: { data: gzipSync('[1]').toString('base64') } }],
  ['a bomb', { awslogs: { data: gzipSync(Buffer.alloc(100 * 1024 * 1024)).toString('base64') } }],
])('%s is refused as invalid input', (_name, given) => {
  expect(() => logLines(given)).toThrow(expect.objectContaining({ code: 'invalid_input' }))
})

test('any JSON is refused or read, and nothing else happens', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const data = gzipSync(JSON.stringify(value)).toString('base64')
      try {
        expect(Array.isArray(logLines({ awslogs: { data } }))).toBe(true)
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_input' })
      }
    }),
  )
})

test("the cluster's other logs are passed over", () => {
  expect(logLines(subscription([event('a')], 'DATA_MESSAGE', 'authenticator-0a1b'))).toEqual([])
  expect(logLines(subscription([event('a')], 'DATA_MESSAGE', 'kube-apiserver-0a1b'))).toEqual([])
})

test('a broken line swallows none of those after it, in whatever order their keys are', () => {
  const other = '{"apiVersion":"audit.k8s.io/v1","kind":"Event"}'
  expect(logLines(subscription([event('a').slice(0, 30), other, other]))).toEqual([event('a').slice(0, 30), other, other])
})
