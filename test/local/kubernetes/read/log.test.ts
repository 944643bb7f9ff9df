import { describe, expect, test } from 'vitest'
import { expectRefusal, type Refusal } from '../refusal.ts'
import { MERGE, PODS, pod, startApi } from '../start.ts'

const LOG = `${PODS}/web/log`
const STARTED = '2026-01-02T03:04:05Z container app started\n'
const writes = (text: string) => pod('web', { annotations: { 'local.creance.dev/log.app': text } })

const two = {
  ...pod('two'),
  spec: {
    containers: [
      { name: 'a', image: 'i' },
      { name: 'b', image: 'i' },
    ],
    initContainers: [{ name: 'setup', image: 'i' }],
  },
}

describe('a log', () => {
  test('is plain text that begins with the start of the container and has what the annotation says', async () => {
    const { api, send } = await startApi()
    await send('POST', PODS, writes('GET / 200\nGET /x 404'))
    const response = await fetch(`${api.url}${LOG}`)
    expect(response.headers.get('Content-Type')).toBe('text/plain')
    expect(await response.text()).toBe(`${STARTED}GET / 200\nGET /x 404`)
  })

  test.each([
    { query: 'container=a', text: '2026-01-02T03:04:05Z container a started\n' },
    { query: 'container=setup', text: '2026-01-02T03:04:05Z container setup started\n' },
  ])('of one container of several is named: $query', async ({ query, text }) => {
    const { send } = await startApi()
    await send('POST', PODS, two)
    expect(await send('GET', `${PODS}/two/log?${query}`)).toMatchObject({ status: 200, body: { message: text } })
  })

  test.each([
    { query: 'tailLines=2', text: 'two\nthree' },
    { query: 'tailLines=9', text: `${STARTED}one\ntwo\nthree` },
    { query: 'tailLines=0', text: '' },
    { query: 'limitBytes=10', text: '2026-01-02' },
    { query: 'tailLines=2&limitBytes=5', text: 'two\nt' },
    { query: 'previous=false', text: `${STARTED}one\ntwo\nthree` },
  ])('is cut as asked: $query', async ({ query, text }) => {
    const { send } = await startApi()
    await send('POST', PODS, writes('one\ntwo\nthree'))
    expect(await send('GET', `${LOG}?${query}`)).toMatchObject({ status: 200, body: { message: text } })
  })

  test('is cut at bytes, whatever the letters', async () => {
    const { api, send } = await startApi()
    await send('POST', PODS, writes('€€'))
    const response = await fetch(`${api.url}${LOG}?tailLines=1&limitBytes=4`)
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from('€€').subarray(0, 4))
  })

  test('of the instance before is there after a restart', async () => {
    const { send } = await startApi()
    await send('POST', PODS, writes('now'))
    const lastState = { terminated: { exitCode: 1, startedAt: '2026-01-02T03:00:00Z', finishedAt: '2026-01-02T03:01:00Z' } }
    const restarted = { name: 'app', restartCount: 1, state: { running: { startedAt: '2026-01-02T03:01:00Z' } }, lastState }
    await send('PATCH', `${PODS}/web/status`, { status: { containerStatuses: [restarted] } }, MERGE)
    const text = async (query: string) => (await send('GET', `${LOG}?${query}`)).body.message
    expect(await text('previous=true')).toBe('2026-01-02T03:00:00Z container app started\n')
    expect(await text('previous=false')).toBe('2026-01-02T03:01:00Z container app started\nnow')
  })

  test('of a pod without a node is empty', async () => {
    const { send } = await startApi({ nodes: [] })
    await send('POST', PODS, pod('web'))
    expect(await send('GET', LOG)).toMatchObject({ status: 204, body: { message: '' } })
  })

  test.each([{ status: 5 }, { status: { containerStatuses: 'x' } }, { status: { containerStatuses: [{ name: 'app', state: 5 }] } }])(
    'of a status of another shape is not there: $status',
    async (patch) => {
      const { send } = await startApi()
      await send('POST', PODS, pod('web'))
      await send('PATCH', `${PODS}/web/status`, patch, MERGE)
      expect([200, 400]).toContain((await send('GET', LOG)).status)
    },
  )

  test('of several containers needs a name', async () => {
    const { send } = await startApi()
    await send('POST', PODS, two)
    expect(await send('GET', `${PODS}/two/log`)).toMatchObject({
      status: 400,
      body: { reason: 'BadRequest', message: 'a container name must be specified for pod two, choose one of: [setup a b]' },
    })
  })
})

const tail = { field: 'tailLines', reason: 'FieldValueInvalid', message: 'Invalid value: -1: must be greater than or equal to 0' }
const limit = { field: 'limitBytes', reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be greater than 0' }
const REFUSALS: readonly Refusal[] = [
  {
    name: 'no such container',
    request: ['GET', `${LOG}?container=x`],
    code: 400,
    reason: 'BadRequest',
    message: 'container x is not valid for pod web',
  },
  {
    name: 'no instance before',
    request: ['GET', `${LOG}?container=app&previous=true`],
    code: 400,
    reason: 'BadRequest',
    message: 'previous terminated container "app" in pod "web" not found',
  },
  {
    name: 'no such pod',
    request: ['GET', `${PODS}/none/log`],
    code: 404,
    reason: 'NotFound',
    message: 'pods "none" not found',
  },
  {
    name: 'no number',
    request: ['GET', `${LOG}?tailLines=x`],
    code: 400,
    reason: 'BadRequest',
    message: 'strconv.ParseInt: parsing "x": invalid syntax',
  },
  {
    name: 'numbers out of range',
    request: ['GET', `${LOG}?tailLines=-1&limitBytes=0`],
    code: 422,
    reason: 'Invalid',
    message:
      'PodLogOptions "web" is invalid: [tailLines: Invalid value: -1: must be greater than or equal to 0, limitBytes: Invalid value: 0: must be greater than 0]',
    details: { name: 'web', kind: 'PodLogOptions', causes: [tail, limit] },
  },
  { name: 'POST', request: ['POST', LOG, {}], code: 405, reason: 'MethodNotAllowed' },
  { name: 'PATCH', request: ['PATCH', LOG, {}, MERGE], code: 405, reason: 'MethodNotAllowed' },
  { name: 'DELETE', request: ['DELETE', LOG], code: 405, reason: 'MethodNotAllowed' },
]

test.each(REFUSALS)('a log is refused as the API server does: $name → $code', expectRefusal)

test('the log of a pod on a node that is not there is not found, under the name of the node', async () => {
  const { send } = await startApi()
  await send('POST', PODS, { ...pod('lost'), spec: { ...pod('lost').spec, nodeName: 'gone' } })
  expect(await send('GET', `${PODS}/lost/log`)).toMatchObject({ status: 404, body: { message: 'pods "gone" not found' } })
})
