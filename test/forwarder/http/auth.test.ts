import { createServer as createHttpServer, get as getHttp, type IncomingMessage, type Server } from 'node:http'
import { createServer, get } from 'node:https'
import { type AddressInfo, Socket } from 'node:net'
import * as fc from 'fast-check'
import { generate } from 'selfsigned'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { checkSenders, type Senders, whyNotAllowed } from '../../../forwarder/http/auth.ts'
import { Address } from '../../../lib/address.ts'

const SECRET = 'Wj3.k-9_Tq~xE0aLpZ'
const WRONG = 'the path has no or a wrong secret'
const DAY_MS = 86_400_000

const withSecret: Senders = { pathSecret: SECRET, clientCertificates: false, insecure: false }
const withCertificates: Senders = { clientCertificates: true, insecure: false }

describe('at start', () => {
  const nothing = { clientCertificates: false, insecure: false }

  test.each<{ name: string; senders: Senders; listen: string }>([
    { name: 'nothing, on loopback', senders: nothing, listen: '127.0.0.1:2801' },
    { name: 'nothing, on IPv6 loopback', senders: nothing, listen: '[::1]:2801' },
    { name: 'nothing, insecure', senders: { ...nothing, insecure: true }, listen: '0.0.0.0:2801' },
    { name: 'a path secret', senders: withSecret, listen: '0.0.0.0:2801' },
    { name: 'client certificates', senders: withCertificates, listen: '[::]:2801' },
    { name: 'a secret of 16 characters', senders: { ...nothing, pathSecret: 'a'.repeat(16) }, listen: '0.0.0.0:2801' },
    { name: 'a secret of 256 characters', senders: { ...nothing, pathSecret: 'a'.repeat(256) }, listen: '0.0.0.0:2801' },
  ])('$name is taken', ({ senders, listen }) => {
    expect(() => checkSenders(senders, Address.parse(listen))).not.toThrow()
  })

  test.each(['0.0.0.0:2801', '[::]:2801', '10.0.0.7:2801', 'forwarder.falco:2801'])(
    'nothing on %s is refused, with all ways out',
    (listen) => {
      expect(() => checkSenders(nothing, Address.parse(listen))).toThrow(
        expect.objectContaining({
          code: 'invalid_config',
          message: expect.stringMatching(/CREANCE_PATH_SECRET.*CREANCE_TLS_CLIENT_CA.*CREANCE_INSECURE/),
        }),
      )
    },
  )

  test.each([
    { name: 'empty', secret: '' },
    { name: 'short', secret: 'fifteen-letters' },
    { name: 'long', secret: 'a'.repeat(257) },
    { name: 'with a slash', secret: 'sixteen/letters/x' },
    { name: 'with a percent sign', secret: 'sixteen%20letters' },
    { name: 'with a line end', secret: 'sixteen-letters-x\n' },
    { name: 'with a letter beyond ASCII', secret: 'sixteen-létters-x' },
  ])('a secret that is $name is refused and not shown, insecure or not', ({ secret }) => {
    const check = () => checkSenders({ ...nothing, insecure: true, pathSecret: secret }, Address.parse('127.0.0.1:2801'))
    expect(check).toThrow(expect.objectContaining({ code: 'invalid_config', message: expect.stringMatching(/^CREANCE_PATH_SECRET: /) }))
    if (secret) expect(check).not.toThrow(expect.objectContaining({ message: expect.stringContaining(secret) }))
  })
})

describe('the secret in the path', () => {
  const why = (url: string | undefined, senders = withSecret) =>
    whyNotAllowed({ url, socket: new Socket() } as unknown as IncomingMessage, senders)
  const percent = (text: string) => [...text].map((char) => `%${char.charCodeAt(0).toString(16)}`).join('')

  test.each([
    { name: 'as it is', url: `/${SECRET}` },
    { name: 'with a slash after it', url: `/${SECRET}/` },
    { name: 'with a query', url: `/${SECRET}?a=b` },
    { name: 'with a slash and a query', url: `/${SECRET}/?a=/b` },
    { name: 'percent-encoded', url: `/${percent(SECRET)}` },
  ])('$name is allowed', ({ url }) => {
    expect(why(url)).toBeUndefined()
  })

  test.each<{ name: string; url: string | undefined }>([
    { name: 'no URL', url: undefined },
    { name: 'an empty URL', url: '' },
    { name: 'no path', url: '/' },
    { name: 'only a query', url: `/?${SECRET}` },
    { name: 'the secret as a query value', url: `/?secret=/${SECRET}` },
    { name: 'no slash', url: SECRET },
    { name: 'an absolute URL', url: `http://127.0.0.1/${SECRET}` },
    { name: 'two slashes before', url: `//${SECRET}` },
    { name: 'two slashes after', url: `/${SECRET}//` },
    { name: 'another segment before', url: `/a/${SECRET}` },
    { name: 'another segment after', url: `/${SECRET}/a` },
    { name: 'a fragment', url: `/${SECRET}#` },
    { name: 'another case', url: `/${SECRET.toLowerCase()}` },
    { name: 'its beginning', url: `/${SECRET.slice(0, -1)}` },
    { name: 'more than it', url: `/${SECRET}x` },
    { name: 'an encoded slash after', url: `/${SECRET}%2F` },
    { name: 'an encoded NUL after', url: `/${SECRET}%00` },
    { name: 'encoded twice', url: `/${percent(percent(SECRET))}` },
    { name: 'malformed encoding', url: `/${SECRET}%` },
    { name: 'encoding that is no UTF-8', url: `/${SECRET}%ff` },
  ])('$name is refused', ({ url }) => {
    expect(why(url)).toBe(WRONG)
  })

  test('any path but the secret is refused, in the same words, and nothing is thrown', () => {
    const near = fc.tuple(fc.constantFrom('', '/', '//', '/a/', '/%'), fc.string(), fc.constantFrom('', '/', '%', '%2f', 'x', '/x', '#?'))
    const urls = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.webPath(),
      near.map(([before, text, after]) => `${before}${text}${after}`),
      near
        .filter(([before, , after]) => before !== '/' || !['', '/'].includes(after))
        .map(([before, , after]) => `${before}${SECRET}${after}`),
      fc
        .tuple(fc.nat(SECRET.length - 1), fc.string({ maxLength: 3 }))
        .map(([at, text]) => `/${SECRET.slice(0, at)}${text}${SECRET.slice(at + 1)}`),
    )
    const isSecret = (url: string) => [`/${SECRET}`, `/${SECRET}/`].includes(attemptDecoding(url.split('?')[0] ?? ''))
    fc.assert(
      fc.property(urls, (url) => {
        fc.pre(!isSecret(url))
        expect(why(url)).toBe(WRONG)
      }),
      { numRuns: 2_000 },
    )
  })

  test('without a secret any path is allowed', () => {
    expect(why('/', { clientCertificates: false, insecure: true })).toBeUndefined()
  })
})

function attemptDecoding(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

describe('the client certificate', () => {
  type Identity = { readonly cert: string; readonly key: string }
  let ca: Identity
  let identities: Record<string, Identity>
  let server: Server
  let senders: Senders
  let plain: Server | undefined

  beforeAll(async () => {
    ca = await authority('agents')
    const yesterday = new Date(Date.now() - DAY_MS)
    const tomorrow = new Date(Date.now() + DAY_MS)
    identities = {
      good: await issue(ca),
      expired: await issue(ca, { notBeforeDate: new Date(Date.now() - 2 * DAY_MS), notAfterDate: yesterday }),
      early: await issue(ca, { notBeforeDate: tomorrow }),
      'self-signed': await issue(undefined),
      "another CA's": await issue(await authority('others')),
      "a namesake CA's": await issue(await authority('agents')),
      "a server's": await issue(ca, { extensions: [{ name: 'extKeyUsage', serverAuth: true }] }),
    }
    const served = await issue(undefined)
    const options = { ...served, ca: ca.cert, requestCert: true, rejectUnauthorized: false }
    server = createServer(options, (request, response) => response.end(JSON.stringify({ why: whyNotAllowed(request, senders) })))
    await listening(server)
  })
  afterAll(() => server.close())
  afterEach(() => plain?.close())

  test.each<{ identity: string; path: string; pathSecret?: string; why: string | undefined }>([
    { identity: 'good', path: '/', why: undefined },
    { identity: 'none', path: '/', why: 'client certificate: none was sent' },
    { identity: 'expired', path: '/', why: 'client certificate: certificate has expired (CERT_HAS_EXPIRED)' },
    { identity: 'early', path: '/', why: 'client certificate: certificate is not valid yet (CERT_NOT_YET_VALID)' },
    { identity: 'self-signed', path: '/', why: 'client certificate: certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)' },
    {
      identity: "another CA's",
      path: '/',
      why: 'client certificate: its CA is not one of CREANCE_TLS_CLIENT_CA (UNABLE_TO_VERIFY_LEAF_SIGNATURE)',
    },
    {
      identity: "a namesake CA's",
      path: '/',
      why: 'client certificate: its CA is not one of CREANCE_TLS_CLIENT_CA (CERT_SIGNATURE_FAILURE)',
    },
    {
      identity: "a server's",
      path: '/',
      why: 'client certificate: certificate is not meant for clients (extended key usage clientAuth) (INVALID_PURPOSE)',
    },
    { identity: 'good', path: `/${SECRET}`, pathSecret: SECRET, why: undefined },
    { identity: 'good', path: '/', pathSecret: SECRET, why: WRONG },
    { identity: 'none', path: `/${SECRET}`, pathSecret: SECRET, why: 'client certificate: none was sent' },
  ])('$identity at $path → $why', async ({ identity, path, pathSecret, why }) => {
    senders = { ...withCertificates, pathSecret }
    const { port } = server.address() as AddressInfo
    const answer = await bodyOf(get({ port, host: '127.0.0.1', path, agent: false, rejectUnauthorized: false, ...identities[identity] }))
    expect(JSON.parse(answer)).toEqual({ why })
  })

  test('is refused on a connection without TLS', async () => {
    plain = createHttpServer((request, response) => response.end(whyNotAllowed(request, withCertificates)))
    const port = await listening(plain)
    expect(await bodyOf(getHttp({ port, host: '127.0.0.1', agent: false }))).toBe('client certificate: none can be sent without TLS')
  })

  test('is refused once the connection is gone', async () => {
    const allowed: (string | undefined)[] = []
    const late = createServer({ ...(await issue(undefined)), ca: ca.cert, requestCert: true, rejectUnauthorized: false }, (request) => {
      request.socket.destroy()
      allowed.push(whyNotAllowed(request, withCertificates))
    })
    const port = await listening(late)
    await expect(
      bodyOf(get({ port, host: '127.0.0.1', agent: false, rejectUnauthorized: false, ...identities.good })),
    ).rejects.toMatchObject({ code: 'ECONNRESET' })
    late.close()
    expect(allowed).toEqual(['client certificate: none was sent'])
  })
})

async function authority(commonName: string) {
  const extensions = [{ name: 'basicConstraints' as const, cA: true, critical: true }]
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions,
  })
  return { cert, key }
}

async function issue(ca: { cert: string; key: string } | undefined, options: Parameters<typeof generate>[1] = {}) {
  const by = ca ? { ca } : {}
  const made = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', algorithm: 'sha256', ...by, ...options })
  return { cert: made.cert, key: made.private }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function bodyOf(request: ReturnType<typeof get>): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => request.on('response', resolve).on('error', reject))
  return Buffer.concat(await response.toArray()).toString('utf8')
}
