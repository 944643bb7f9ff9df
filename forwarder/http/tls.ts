import { constants, createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:https'
import { createSecureContext, type TlsOptions } from 'node:tls'
import { CodedError, messageOf } from '../../lib/error.ts'
import type { Log } from '../../lib/port/log.ts'

/** Paths of PEM files: the certificate with its chain, its private key, and the CA certificates that sign those of the senders. */
export type TlsFiles = { readonly cert: string; readonly key: string; readonly clientCa?: string | undefined }

const SETTINGS = { cert: 'CREANCE_TLS_CERT', key: 'CREANCE_TLS_KEY', clientCa: 'CREANCE_TLS_CLIENT_CA' } as const

/** Options for https.createServer. With `clientCa` a certificate is asked for, but a connection without a good one still opens: its
 *  requests can be answered with the reason, and probes need none. Throws `invalid_config` that names the setting and what is wrong. */
export function readTls(files: TlsFiles): TlsOptions & { readonly cert: string } {
  return optionsOf(readContents(files))
}

type WatchOptions = {
  readonly log: Log
  readonly pollMs?: number | undefined
  /** Once per changed content: taken, with the certificate that is served now, or not taken. */
  readonly onReload: (ok: boolean, cert: string | undefined) => void
}

/** Serves new connections with the files' new content when it changes; open ones stay as they are. Content that is not usable is not taken:
 *  what was served stays, and one warning is logged. Polls, since a Secret volume swaps a symlink, which file events miss. */
export function watchTls(server: Server, files: TlsFiles, { log, pollMs = 10_000, onReload }: WatchOptions): { stop(): void } {
  let seen: string | undefined
  const look = () => {
    const contents = readContents(files)
    const now = JSON.stringify(contents)
    if (now === seen) return
    const first = seen === undefined
    seen = now
    try {
      const options = optionsOf(contents)
      server.setSecureContext(options)
      if (first) return
      log.info('TLS certificates reloaded', { expires: new Date(certificateExpiry(options.cert)).toISOString() })
      onReload(true, options.cert)
    } catch (error) {
      log.warn('TLS certificates not reloaded, the old ones stay', { why: messageOf(error) })
      onReload(false, undefined)
    }
  }
  look() // what has changed since the server was made is taken too
  const timer = setInterval(look, pollMs).unref()
  return { stop: () => clearInterval(timer) }
}

/** When the first certificate of a PEM text runs out (notAfter), Unix milliseconds. */
export function certificateExpiry(cert: string): number {
  return new X509Certificate(cert).validToDate.getTime()
}

type Content = { readonly text: string } | { readonly problem: string }
type Contents = { readonly cert: Content; readonly key: Content; readonly clientCa: Content | undefined }
type Setting = keyof typeof SETTINGS

function readContents({ cert, key, clientCa }: TlsFiles): Contents {
  return { cert: readContent(cert), key: readContent(key), clientCa: clientCa === undefined ? undefined : readContent(clientCa) }
}

/** The error's code alone: its message has the path, which is the key itself where somebody put that into the setting. */
function readContent(path: string): Content {
  try {
    return { text: readFileSync(path, 'utf8') }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return { problem: code === 'ENOENT' ? 'there is no such file (ENOENT)' : `the file cannot be read (${code})` }
  }
}

function optionsOf(contents: Contents): TlsOptions & { readonly cert: string } {
  const chain = certificatesOf('cert', contents.cert)
  const key = privateKeyOf(contents.key, chain.first)
  const ca = contents.clientCa && certificatesOf('clientCa', contents.clientCa).all
  const options = { cert: chain.all.join('\n'), key, minVersion: 'TLSv1.2', ...(ca ? askingClients(ca) : {}) } as const
  try {
    createSecureContext(options)
  } catch (cause) {
    throw unusable('cert', `cannot be served (${messageOf(cause)})`, cause)
  }
  return options
}

/** No session tickets: a resumed session is not verified again, so a client would stay authorised after its certificate has run out or the
 *  CA has changed. Without them each connection is verified in full, at the cost of a full handshake. */
function askingClients(ca: string[]) {
  return { ca, requestCert: true, rejectUnauthorized: false, secureOptions: constants.SSL_OP_NO_TICKET }
}

/** Every certificate of the file is parsed here, since Node serves or trusts what comes before a broken one without a word. */
function certificatesOf(setting: Setting, content: Content): { readonly all: string[]; readonly first: X509Certificate } {
  const text = textOf(setting, content)
  const all = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  const begun = text.match(/-----BEGIN CERTIFICATE-----/g)?.length ?? 0
  if (begun === 0) throw unusable(setting, 'the file has no certificate in PEM (-----BEGIN CERTIFICATE-----)')
  const parsed = all.flatMap((pem) => attempt(() => new X509Certificate(pem)) ?? [])
  const [first] = parsed
  if (!first || parsed.length < begun)
    throw unusable(setting, `of ${begun} certificates in the file ${begun - parsed.length} cannot be read`)
  return { all, first }
}

function privateKeyOf(content: Content, certificate: X509Certificate): string {
  const text = textOf('key', content)
  const [pem] = text.match(/-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/) ?? []
  if (!pem) throw unusable('key', 'the file has no private key in PEM (-----BEGIN PRIVATE KEY-----)')
  if (/ENCRYPTED/.test(pem)) throw unusable('key', 'the private key is encrypted; it has to be in the clear')
  const key = attempt(() => createPrivateKey(pem))
  if (!key) throw unusable('key', 'the private key cannot be read')
  if (!certificate.checkPrivateKey(key)) throw unusable('key', `the key does not belong to the first certificate of ${SETTINGS.cert}`)
  return pem
}

/** OpenSSL's own words for what it cannot parse ("DECODER routines::unsupported") say nothing to a person. */
function attempt<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch {
    return undefined
  }
}

function textOf(setting: Setting, content: Content): string {
  if ('problem' in content) throw unusable(setting, content.problem)
  return content.text
}

function unusable(setting: Setting, what: string, cause?: unknown): CodedError {
  return new CodedError('invalid_config', `${SETTINGS[setting]}: ${what}`, { cause })
}
