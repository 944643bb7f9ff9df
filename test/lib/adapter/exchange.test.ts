import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { kubeConfig, kubernetesCluster } from '../../../lib/adapter/kubernetes.ts'

const MIB = 1024 * 1024
const POD = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop', name: 'web' }
const LIST = { apiVersion: 'v1', kind: 'Pod', namespace: 'shop' }
const LOG = { namespace: 'shop', pod: 'web', container: 'app', tailLines: 10, limitBytes: 1024 }
const DISCOVERY = JSON.stringify({ resources: [{ name: 'pods', kind: 'Pod', namespaced: true }] })

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** An API server that knows pods and answers as it is told to. */
async function serverOf(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => (request.url === '/api/v1' ? response.end(DISCOVERY) : answer(request, response)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function clusterAt(server: string, timeoutMs = 10_000) {
  const text = JSON.stringify({
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 't' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  })
  return kubernetesCluster(kubeConfig({ text }), { timeoutMs })
}

test('an answer without an end is not read further than 8 MiB, and its connection is closed', async () => {
  const { promise: closed, resolve: close } = Promise.withResolvers<number>()
  const url = await serverOf((_request, response) => {
    let sent = 0
    const send = (): void => {
      while (!response.destroyed && response.write('x'.repeat(64 * 1024))) sent += 64 * 1024
    }
    response.on('drain', send)
    response.on('close', () => close(sent))
    send()
  })
  await expect(clusterAt(url).list(LIST)).rejects.toMatchObject({
    code: 'invalid_input',
    transient: false,
    message: 'Kubernetes: list Pod: the answer is too large to be read (more than 8 MiB)',
  })
  expect(await closed).toBeLessThan(32 * MIB)
})

test('a large answer below that is read', async () => {
  const items = Array.from({ length: 7 }, (_, index) => ({ metadata: { name: `p${index}`, note: 'x'.repeat(MIB) } }))
  const url = await serverOf((_request, response) => response.end(JSON.stringify({ items })))
  expect(await clusterAt(url).list(LIST)).toHaveLength(7)
})

test('a log is not read as far as an object: it was asked for with a limit', async () => {
  const url = await serverOf((_request, response) => response.end('x'.repeat(2 * MIB)))
  await expect(clusterAt(url).logs(LOG)).rejects.toMatchObject({ code: 'invalid_input', message: expect.stringContaining('1 MiB') })
})

test.each([301, 302, 307, 308])('a redirect (%i) is not followed, and who it names gets no request', async (status) => {
  const asked: string[] = []
  const other = await serverOf((request, response) => {
    asked.push(request.url ?? '')
    response.end(JSON.stringify({ metadata: { name: 'other' } }))
  })
  const url = await serverOf((_request, response) => response.writeHead(status, { location: `${other}/taken` }).end())
  await expect(clusterAt(url).get(POD)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('redirect') })
  await expect(clusterAt(url).remove({ ...POD, uid: 'u' })).rejects.toMatchObject({ code: 'unavailable' })
  expect(asked).toEqual([])
})

test.each(['<html>', '', 'null', '5', '[]', '{}', '{"metadata":null}'])('a pod that is %j is unavailable', async (text) => {
  const url = await serverOf((_request, response) => response.end(text))
  await expect(clusterAt(url).get(POD)).rejects.toMatchObject({ name: 'CodedError', code: 'unavailable' })
})

test.each(['<html>', '7', '{"items":5}', '{"items":[null]}'])('a list that is %j is unavailable', async (text) => {
  const url = await serverOf((_request, response) => response.end(text))
  await expect(clusterAt(url).list(LIST)).rejects.toMatchObject({ name: 'CodedError', code: 'unavailable' })
})

test('an answer that never ends, however slow, is given up in time', async () => {
  const url = await serverOf((_request, response) => void response.write('{'))
  await expect(clusterAt(url, 50).get(POD)).rejects.toMatchObject({ code: 'unavailable', message: expect.stringMatching(/timeout/i) })
})

test('what is sent, and how long a refusal asks to wait, arrive', async () => {
  const seen: string[] = []
  const url = await serverOf((request, response) => {
    request.setEncoding('utf8').on('data', (text) => seen.push(`${request.method} ${request.headers.authorization} ${text}`))
    request.on('end', () => response.writeHead(429, { 'retry-after': '7' }).end('{}'))
  })
  await expect(clusterAt(url).remove({ ...POD, uid: 'u' })).rejects.toMatchObject({ code: 'throttled', retryAfterSeconds: 7 })
  expect(seen).toEqual(['DELETE Bearer t {"preconditions":{"uid":"u"}}'])
})
