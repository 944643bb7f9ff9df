import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { httpSender } from '../../../lib/adapter/http-sender.ts'
import type { HttpRequest } from '../../../lib/port/http.ts'

async function start(listener: RequestListener) {
  let requests = 0
  const server = createServer((request, answer) => {
    requests++
    listener(request, answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/in?a=1`, count: () => requests }
}

const post = (url: string, given: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'POST', url, headers: {}, body: '{}', ...given })
/** A name server that says so of every name, in turn. */
const resolver = (...answers: readonly (readonly string[])[]): LookupFunction => {
  let asked = 0
  return (_name, options, done) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? []
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all) done(null, found)
    else done(null, found[0]?.address ?? '', found[0]?.family)
  }
}

test('a request arrives as it is, and its answer comes back', async () => {
  const server = await start(async (request, answer) => {
    const chunks: unknown[] = []
    for await (const chunk of request) chunks.push(chunk)
    answer
      .writeHead(201, { 'retry-after': '3' })
      .end(JSON.stringify([request.method, request.url, request.headers['x-a'], chunks.join('')]))
  })
  const { status, headers, body } = await httpSender({ loopback: true })(post(server.url, { headers: { 'x-a': 'b' }, body: 'ü' }))
  expect([status, headers['retry-after'], JSON.parse(body)]).toEqual([201, '3', ['POST', '/in?a=1', 'b', 'ü']])
})

test('a redirect is an answer, and is not followed', async () => {
  const other = await start((_request, answer) => answer.end())
  const server = await start((_request, answer) => answer.writeHead(307, { location: other.url }).end())
  expect((await httpSender({ loopback: true })(post(server.url))).status).toBe(307)
  expect(other.count()).toBe(0)
})

test('of a long answer the first 64 KiB are read, even of one without an end', async () => {
  const server = await start((_request, answer) => {
    const write = (): void => {
      while (answer.write('x'.repeat(65_536)));
      answer.once('drain', write)
    }
    write()
  })
  expect((await httpSender({ loopback: true })(post(server.url))).body).toBe('x'.repeat(65_536))
})

test.each<[string, RequestListener]>([
  ['never answers', () => undefined],
  ['answers and never ends', (_request, answer) => answer.writeHead(200).write('{')],
  ['sends a byte now and then', (_request, answer) => void setInterval(() => answer.write('x'), 20).unref()],
  ['closes the connection', (_request, answer) => void answer.destroy()],
  [
    'closes the connection within its answer',
    (_request, answer) => {
      answer.writeHead(200, { 'content-length': '100' }).write('x', () => answer.destroy())
    },
  ],
])('a server that %s is unavailable', async (_name, listener) => {
  const server = await start(listener)
  await expect(httpSender({ loopback: true, timeoutMs: 150 })(post(server.url))).rejects.toMatchObject({ code: 'unavailable' })
})

test('a server that is not there is unavailable, without a word of where', async () => {
  const request = post('http://127.0.0.1:1/secret-path', { headers: { authorization: 'secret' } })
  const failure = await httpSender({ loopback: true })(request).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'unavailable', message: 'HTTP: ECONNREFUSED' })
  expect(String(failure)).not.toMatch(/secret/)
})

test.each([
  ['clear text', 'http://example.com/'],
  ['clear text to an address', 'http://10.0.0.1/'],
  ['metadata', 'https://169.254.169.254/latest/meta-data/'],
  ['metadata, as one number', 'https://2852039166/'],
  ['metadata, in hexadecimal', 'https://0xA9FEA9FE/'],
  ['credentials of a task', 'https://169.254.170.2/v2/credentials'],
  ['metadata by IPv6', 'https://[fd00:ec2::254]/'],
  ['metadata of IPv4 in IPv6', 'https://[::ffff:169.254.169.254]/'],
  ['metadata through NAT64', 'https://[64:ff9b::a9fe:a9fe]/'],
  ['metadata of Google by IPv6', 'https://[fd20:ce::254]/'],
  ['metadata of Alibaba', 'https://100.100.100.200/'],
  ['link-local', 'https://[fe80::1]/'],
  ['no host at all', 'https://0.0.0.0/'],
  ['no host at all, by IPv6', 'https://[::]/'],
  ['everybody', 'https://255.255.255.255/'],
])('%s is refused: %s', async (_name, url) => {
  await expect(httpSender({ loopback: true })(post(url))).rejects.toMatchObject({ code: 'not_permitted' })
})

test.each(['127.0.0.1', '127.1.2.3', '[::1]', '[::ffff:127.0.0.1]', 'localhost', 'a.localhost'])(
  'this machine itself (%s) is refused where it may not be reached',
  async (host) => {
    const server = await start((_request, answer) => answer.end())
    const send = httpSender({ loopback: false, allowHttp: true, lookup: resolver(['127.0.0.1']) })
    await expect(send(post(`http://${host}:${server.port}/`))).rejects.toMatchObject({ code: 'not_permitted' })
    expect(server.count()).toBe(0)
  },
)

test.each([
  ['metadata', [['169.254.169.254']]],
  ['this machine, though that may be reached by its own name', [['127.0.0.1']]],
  ['metadata beside an address that is fine', [['192.0.2.1', '169.254.169.254']]],
  ['this machine by IPv6', [['::1']]],
])('a name that leads to %s is refused', async (_name, answers) => {
  const server = await start((_request, answer) => answer.end())
  const send = httpSender({ loopback: true, allowHttp: true, lookup: resolver(...answers) })
  await expect(send(post(`http://rebound.example:${server.port}/`))).rejects.toMatchObject({ code: 'not_permitted' })
  expect(server.count()).toBe(0)
})

test('the address that was looked at is the one that is used: a name is looked up once', async () => {
  const server = await start((_request, answer) => answer.end())
  const send = httpSender({ loopback: true, lookup: resolver(['127.0.0.1'], ['169.254.169.254']) })
  expect((await send(post(`http://localhost:${server.port}/`))).status).toBe(200)
})

test('clear text goes out where it is allowed', async () => {
  const send = httpSender({ loopback: false, allowHttp: true, timeoutMs: 300, lookup: resolver(['192.0.2.1']) })
  await expect(send(post('http://alertmanager.example/'))).rejects.toMatchObject({ code: 'unavailable' })
})

test.each([
  ['a header with a new line', { headers: { a: 'b\r\nX-Evil: 1' } }],
  ['a header with a name that is none', { headers: { 'a b': 'c' } }],
  ['a URL with a password', { url: 'https://someone:hunter2@example.com/' }],
  ['a URL of another kind', { url: 'file:///etc/passwd' }],
])('%s is refused without being shown', async (_name, given) => {
  const server = await start((_request, answer) => answer.end())
  const failure = await httpSender({ loopback: true })(post(server.url, given)).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'invalid_input' })
  expect(String(failure)).not.toMatch(/Evil|hunter2|etc/)
  expect(server.count()).toBe(0)
})
