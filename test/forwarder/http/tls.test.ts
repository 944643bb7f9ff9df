import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, createServer, type RequestOptions, request, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { generate } from 'selfsigned'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { whyNotAllowed } from '../../../forwarder/http/auth.ts'
import { certificateExpiry, readTls, type TlsFiles, watchTls } from '../../../forwarder/http/tls.ts'
import type { LogFields } from '../../../lib/port/log.ts'
import { eventually } from '../../support/eventually.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

type AskOptions = RequestOptions & Pick<ConnectionOptions, 'session'>
type Identity = { readonly cert: string; readonly key: string }

const EXPIRES = new Date('2041-05-06T07:08:09Z')
const NOT_OF_THE_CA = /^client certificate: its CA is not one of CREANCE_TLS_CLIENT_CA /
const POLL_MS = 10

let authorityA: Identity
let authorityB: Identity
let first: Identity
let second: Identity
let clientA: Identity
let clientB: Identity
let folder: ReturnType<typeof temporaryFolder>

beforeAll(async () => {
  authorityA = await authority('CA A')
  authorityB = await authority('CA B')
  first = await issue(authorityA)
  second = await issue(authorityA, { notAfterDate: EXPIRES })
  clientA = await issue(authorityA)
  clientB = await issue(authorityB)
})
beforeEach(() => {
  folder = temporaryFolder()
})
afterEach(() => folder.remove())

describe('reading the files', () => {
  const write = (contents: Partial<Record<keyof TlsFiles, string>>): TlsFiles => {
    const paths = { cert: join(folder.path, 'tls.crt'), key: join(folder.path, 'tls.key'), clientCa: join(folder.path, 'ca.crt') }
    for (const name of ['cert', 'key', 'clientCa'] as const) {
      const content = contents[name]
      if (content !== undefined) writeFileSync(paths[name], content)
    }
    return paths
  }

  test('with a client CA a certificate is asked for, and its lack ends no handshake', () => {
    const options = readTls(write({ ...first, clientCa: authorityA.cert }))
    expect(options).toMatchObject({ minVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: false })
    expect(options.ca).toEqual([authorityA.cert.trim()])
  })

  test('without a client CA none is asked for', () => {
    const { clientCa: _, ...files } = write(first)
    expect(Object.keys(readTls(files)).sort()).toEqual(['cert', 'key', 'minVersion'])
  })

  test.each([
    { name: 'a chain', contents: () => ({ cert: first.cert + authorityA.cert }) },
    { name: 'one file for both, the key last', contents: () => ({ cert: first.cert + first.key, key: first.cert + first.key }) },
    { name: 'one file for both, the key first', contents: () => ({ cert: first.key + first.cert, key: first.key + first.cert }) },
    { name: 'two CAs, comments between', contents: () => ({ clientCa: `# A\n${authorityA.cert}\n# B\n${authorityB.cert}\n` }) },
    { name: 'a key in the older format', contents: () => ({ key: olderFormat(first.key) }) },
    { name: 'line ends of Windows', contents: () => ({ cert: first.cert.replace(/\n/g, '\r\n'), key: first.key.replace(/\n/g, '\r\n') }) },
  ])('$name: taken', ({ contents }) => {
    const files = write({ ...first, clientCa: authorityA.cert, ...contents() })
    const options = readTls(files)
    expect(new X509Certificate(options.cert).fingerprint256).toBe(new X509Certificate(first.cert).fingerprint256)
    expect(() => createServer(options)).not.toThrow()
  })

  test('both CAs of a bundle are trusted', () => {
    expect(readTls(write({ ...first, clientCa: authorityA.cert + authorityB.cert })).ca).toHaveLength(2)
  })

  test.each<{ name: string; contents: () => Partial<Record<keyof TlsFiles, string | undefined>>; says: RegExp }>([
    { name: 'no certificate file', contents: () => ({ cert: undefined }), says: /^CREANCE_TLS_CERT: there is no such file/ },
    { name: 'no key file', contents: () => ({ key: undefined }), says: /^CREANCE_TLS_KEY: there is no such file/ },
    { name: 'no CA file', contents: () => ({ clientCa: undefined }), says: /^CREANCE_TLS_CLIENT_CA: there is no such file/ },
    { name: 'an empty certificate file', contents: () => ({ cert: '' }), says: /^CREANCE_TLS_CERT: the file has no certificate in PEM/ },
    { name: 'a key as certificate', contents: () => ({ cert: first.key }), says: /^CREANCE_TLS_CERT: the file has no certificate in PEM/ },
    { name: 'a certificate as key', contents: () => ({ key: first.cert }), says: /^CREANCE_TLS_KEY: the file has no private key in PEM/ },
    { name: 'half a certificate', contents: () => ({ cert: half(first.cert) }), says: /^CREANCE_TLS_CERT: of 1 certificates .* 1 cannot/ },
    { name: 'half a chain', contents: () => ({ cert: first.cert + half(authorityA.cert) }), says: /^CREANCE_TLS_CERT: of 2 .* 1 cannot/ },
    { name: 'half a key', contents: () => ({ key: half(first.key) }), says: /^CREANCE_TLS_KEY: the file has no private key in PEM/ },
    { name: 'a garbled key', contents: () => ({ key: garbled(first.key) }), says: /^CREANCE_TLS_KEY: the private key cannot be read/ },
    { name: 'an encrypted key', contents: () => ({ key: encrypted(first.key) }), says: /^CREANCE_TLS_KEY: .* is encrypted/ },
    { name: 'the key of another certificate', contents: () => ({ key: second.key }), says: /^CREANCE_TLS_KEY: .* does not belong to/ },
    {
      name: 'a chain that begins with the CA',
      contents: () => ({ cert: authorityA.cert + first.cert }),
      says: /does not belong to the first/,
    },
    { name: 'an empty CA file', contents: () => ({ clientCa: '' }), says: /^CREANCE_TLS_CLIENT_CA: the file has no certificate in PEM/ },
    { name: 'a key as CA', contents: () => ({ clientCa: authorityA.key }), says: /^CREANCE_TLS_CLIENT_CA: the file has no certificate/ },
    {
      name: 'a broken CA after a good one',
      contents: () => ({ clientCa: authorityA.cert + garbled(authorityB.cert) }),
      says: /^CREANCE_TLS_CLIENT_CA: of 2 certificates in the file 1 cannot be read/,
    },
  ])('$name: refused, and nothing of the key is shown', ({ contents, says }) => {
    const given = { ...first, clientCa: authorityA.cert, ...contents() }
    const files = write(Object.fromEntries(Object.entries(given).filter(([, content]) => content !== undefined)))
    const error = thrownBy(() => readTls(files))
    expect(error).toMatchObject({ code: 'invalid_config', message: expect.stringMatching(says) })
    expect(shown(error)).not.toContain(first.key.split('\n')[1])
  })

  test('a key of a size that OpenSSL does not serve is refused', async () => {
    const small = await issue(undefined, { keyType: 'rsa', keySize: 1024 })
    expect(thrownBy(() => readTls(write({ ...small, clientCa: authorityA.cert })))).toMatchObject({
      code: 'invalid_config',
      message: expect.stringMatching(/^CREANCE_TLS_CERT: cannot be served \(.*key too small/),
    })
  })

  test('a folder in place of a file is refused', () => {
    expect(thrownBy(() => readTls({ ...write(first), cert: folder.path }))).toMatchObject({
      message: 'CREANCE_TLS_CERT: the file cannot be read (EISDIR)',
    })
  })

  test('the key itself in place of its path is refused and not shown', () => {
    const error = thrownBy(() => readTls({ ...write(first), key: first.key }))
    expect(error).toMatchObject({ code: 'invalid_config', message: expect.stringMatching(/^CREANCE_TLS_KEY: /) })
    expect(shown(error)).not.toContain(first.key.split('\n')[1])
  })

  test('the expiry is that of the first certificate', () => {
    expect(certificateExpiry(second.cert + authorityA.cert)).toBe(EXPIRES.getTime())
  })
})

describe('renewal', () => {
  let mounted: ReturnType<typeof secretVolume>
  let server: Server
  let port: number
  let watch: { stop(): void }
  let infos: { message: string; fields: LogFields | undefined }[]
  let warnings: (LogFields | undefined)[]
  let reloads: { ok: boolean; cert: string | undefined }[]
  let held: ServerResponse[]
  let agents: Agent[]

  beforeEach(async () => {
    infos = []
    warnings = []
    reloads = []
    held = []
    agents = []
    mounted = secretVolume(folder.path)
    mounted.swap({ ...first, clientCa: authorityA.cert })
    server = createServer(readTls(mounted.files), (request, response) => {
      if (request.url === '/held') held.push(response)
      else {
        const reused = (request.socket as TLSSocket).isSessionReused()
        response.end(JSON.stringify({ why: whyNotAllowed(request, { clientCertificates: true, insecure: false }) ?? 'allowed', reused }))
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
    watch = startWatch()
  })
  afterEach(() => {
    watch.stop()
    for (const agent of agents) agent.destroy()
    server.closeAllConnections()
    server.close()
  })

  const startWatch = () =>
    watchTls(server, mounted.files, {
      log: {
        info: (message, fields) => infos.push({ message, fields }),
        warn: (_, fields) => warnings.push(fields),
        error: () => undefined,
      },
      pollMs: POLL_MS,
      onReload: (ok, cert) => reloads.push({ ok, cert }),
    })
  const ask = (options: AskOptions = {}) =>
    askServer({ port, host: '127.0.0.1', servername: 'localhost', ca: authorityA.cert, agent: false, ...options })
  const keptOpen = () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    agents.push(agent)
    return agent
  }
  const reloaded = (times: number) => eventually(() => expect(reloads).toHaveLength(times))

  test('a swapped volume is noticed, and new handshakes see the new certificate', async () => {
    expect((await ask()).served).toBe(fingerprint(first))
    mounted.swap({ ...second, clientCa: authorityA.cert })
    await reloaded(1)
    expect((await ask()).served).toBe(fingerprint(second))
    expect(reloads).toEqual([{ ok: true, cert: expect.stringContaining(second.cert.trim()) }])
    expect(infos).toEqual([{ message: 'TLS certificates reloaded', fields: { expires: EXPIRES.toISOString() } }])
    expect(warnings).toEqual([])
  })

  test('content that stays is not taken again, even in a new volume', async () => {
    mounted.swap({ ...first, clientCa: authorityA.cert })
    await sleep(POLL_MS * 5)
    expect(reloads).toEqual([])
    expect(infos).toEqual([])
  })

  test('what changed between the start of the server and of the watch is taken', async () => {
    watch.stop()
    mounted.swap({ ...second, clientCa: authorityA.cert })
    watch = startWatch()
    expect((await ask()).served).toBe(fingerprint(second))
  })

  test('after stop nothing is taken', async () => {
    watch.stop()
    mounted.swap({ ...second, clientCa: authorityA.cert })
    await sleep(POLL_MS * 5)
    expect((await ask()).served).toBe(fingerprint(first))
  })

  test('a request in flight and a connection kept open go on', async () => {
    const open = keptOpen()
    expect(await ask({ ...clientA, agent: open })).toMatchObject({ why: 'allowed', sameConnection: false })
    const inFlight = ask({ ...clientA, path: '/held' })
    await eventually(() => expect(held).toHaveLength(1))

    mounted.swap({ ...second, clientCa: authorityB.cert })
    await reloaded(1)

    expect(await ask({ ...clientA, agent: open })).toMatchObject({ why: 'allowed', sameConnection: true })
    held[0]?.end(JSON.stringify({ why: 'answered late' }))
    expect(await inFlight).toMatchObject({ why: 'answered late' })
  })

  test('a changed client CA refuses the clients of the old one and accepts those of the new', async () => {
    expect(await ask(clientA)).toMatchObject({ why: 'allowed' })
    expect(await ask(clientB)).toMatchObject({ why: expect.stringMatching(NOT_OF_THE_CA) })

    mounted.swap({ ...first, clientCa: authorityB.cert })
    await reloaded(1)

    expect(await ask(clientA)).toMatchObject({ why: expect.stringMatching(NOT_OF_THE_CA) })
    expect(await ask(clientB)).toMatchObject({ why: 'allowed' })
    expect(await ask()).toMatchObject({ why: 'client certificate: none was sent' })
  })

  test('while two CAs are trusted the clients of both are accepted', async () => {
    mounted.swap({ ...first, clientCa: authorityA.cert + authorityB.cert })
    await reloaded(1)
    expect(await ask(clientA)).toMatchObject({ why: 'allowed' })
    expect(await ask(clientB)).toMatchObject({ why: 'allowed' })
  })

  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a session of %s', (version) => {
    const exactly = { minVersion: version, maxVersion: version }

    test('does not make a client of a removed CA authorised', async () => {
      const before = await ask({ ...exactly, ...clientA })
      expect(before).toMatchObject({ why: 'allowed', session: expect.any(Buffer) })
      mounted.swap({ ...first, clientCa: authorityB.cert })
      await reloaded(1)
      const resume = { ...exactly, session: before.session }
      expect(await ask({ ...resume, ...clientA })).toMatchObject({ why: expect.stringMatching(NOT_OF_THE_CA), reused: false })
      expect(await ask(resume)).toMatchObject({ why: 'client certificate: none was sent', reused: false })
    })

    test('is resumed by nobody: each connection is verified in full', async () => {
      const { session } = await ask({ ...exactly, ...clientA })
      expect(await ask({ ...exactly, ...clientA, session })).toMatchObject({ why: 'allowed', reused: false })
      expect(await ask({ ...exactly, session })).toMatchObject({ why: 'client certificate: none was sent', reused: false })
    })

    test('is resumed by nobody after a reload either', async () => {
      mounted.swap({ ...second, clientCa: authorityA.cert })
      await reloaded(1)
      const { session } = await ask({ ...exactly, ...clientA })
      expect(await ask({ ...exactly, session })).toMatchObject({ why: 'client certificate: none was sent', reused: false })
    })
  })

  test('TLS 1.1 is refused, before and after a reload', async () => {
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
    await expect(ask(old)).rejects.toThrow(/protocol version/)
    mounted.swap({ ...second, clientCa: authorityA.cert })
    await reloaded(1)
    await expect(ask(old)).rejects.toThrow(/protocol version/)
  })

  test.each<{ name: string; contents: () => Partial<Volume>; why: RegExp }>([
    { name: 'the key of another certificate', contents: () => ({ cert: second.cert }), why: /^CREANCE_TLS_KEY: .* does not belong/ },
    { name: 'half a certificate', contents: () => ({ cert: half(second.cert), key: second.key }), why: /^CREANCE_TLS_CERT: / },
    { name: 'a file gone', contents: () => ({ cert: undefined, key: second.key }), why: /^CREANCE_TLS_CERT: there is no such file/ },
    { name: 'an empty CA', contents: () => ({ ...second, clientCa: '' }), why: /^CREANCE_TLS_CLIENT_CA: / },
  ])('$name is not taken, one warning is logged, and a right pair is taken later', async ({ contents, why }) => {
    mounted.swap({ ...first, clientCa: authorityA.cert, ...contents() })
    await reloaded(1)
    await sleep(POLL_MS * 5)
    expect(reloads).toEqual([{ ok: false, cert: undefined }])
    expect(warnings).toEqual([{ why: expect.stringMatching(why) }])
    expect(await ask(clientA)).toMatchObject({ why: 'allowed', served: fingerprint(first) })

    mounted.swap({ ...second, clientCa: authorityA.cert })
    await reloaded(2)
    expect(reloads[1]).toMatchObject({ ok: true })
    expect(await ask(clientA)).toMatchObject({ why: 'allowed', served: fingerprint(second) })
  })

  test('going back to what is served after unusable content counts as a reload', async () => {
    mounted.swap({ ...first, clientCa: '' })
    await reloaded(1)
    mounted.swap({ ...first, clientCa: authorityA.cert })
    await reloaded(2)
    expect(reloads.map(({ ok }) => ok)).toEqual([false, true])
    expect(await ask(clientA)).toMatchObject({ why: 'allowed', served: fingerprint(first) })
  })
})

type Volume = { readonly cert: string | undefined; readonly key: string | undefined; readonly clientCa: string }

/** A mounted Secret as the kubelet makes it: the files are links through `..data`, a link that is replaced at once by renaming. */
function secretVolume(path: string): { readonly files: TlsFiles; readonly swap: (content: Volume) => void } {
  const files = { cert: join(path, 'cert'), key: join(path, 'key'), clientCa: join(path, 'clientCa') }
  for (const name of Object.keys(files)) symlinkSync(join('..data', name), join(path, name))
  let version = 0
  const swap = (content: Volume) => {
    version += 1
    const folder = `..version_${version}`
    mkdirSync(join(path, folder))
    for (const [name, text] of Object.entries(content)) if (text !== undefined) writeFileSync(join(path, folder, name), text)
    symlinkSync(folder, join(path, '..data_tmp'))
    renameSync(join(path, '..data_tmp'), join(path, '..data'))
  }
  return { files, swap }
}

async function askServer(options: AskOptions) {
  let session: Buffer | undefined
  const sent = request(options)
  sent.on('socket', (socket) => socket.on('session', (given: Buffer) => (session = given)))
  const response = await new Promise<IncomingMessage>((resolve, reject) => sent.on('response', resolve).on('error', reject).end())
  const served = (response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256
  const body = JSON.parse(Buffer.concat(await response.toArray()).toString('utf8')) as { why: string; reused?: boolean }
  return { ...body, served, session, sameConnection: sent.reusedSocket }
}

async function authority(commonName: string): Promise<Identity> {
  const extensions = [{ name: 'basicConstraints' as const, cA: true, critical: true }]
  const { cert, private: key } = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions,
  })
  return { cert: `${cert}\n`, key: `${key}\n` }
}

async function issue(ca: Identity | undefined, options: Parameters<typeof generate>[1] = {}): Promise<Identity> {
  const by = ca ? { ca } : {}
  const made = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', algorithm: 'sha256', ...by, ...options })
  return { cert: `${made.cert}\n`, key: `${made.private}\n` }
}

const fingerprint = ({ cert }: Identity) => new X509Certificate(cert).fingerprint256
const half = (pem: string) => pem.slice(0, pem.length / 2)
const garbled = (pem: string) => pem.replace(/\n.{20}/, '\nAAAAAAAAAAAAAAAAAAAA')
const olderFormat = (key: string) => createPrivateKey(key).export({ type: 'sec1', format: 'pem' }).toString()
const encrypted = (key: string) =>
  createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }).toString()

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** All that a log could show of an error, its causes too. */
function shown(error: unknown): string {
  return error instanceof Error ? `${error.stack}${shown(error.cause)}` : ''
}
