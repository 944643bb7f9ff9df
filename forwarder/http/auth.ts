import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type Address, isLoopback } from '../../lib/address.ts'
import { CodedError } from '../../lib/error.ts'

/** How senders prove who they are. Where both are set, both are asked for; `insecure` allows to ask for neither. */
export type Senders = {
  readonly pathSecret?: string | undefined
  readonly clientCertificates: boolean
  readonly insecure: boolean
}

/** Refuses, at start, an address that is open to others where nobody has to prove anything, and a path secret that is too short or does not
 *  fit into a URL as it is. Throws `invalid_config`; never names the secret. */
export function checkSenders({ pathSecret, clientCertificates, insecure }: Senders, listen: Address): void {
  if (pathSecret !== undefined && !/^[\w.~-]{16,256}$/.test(pathSecret))
    throw new CodedError('invalid_config', 'CREANCE_PATH_SECRET: expected 16 to 256 characters of A–Z a–z 0–9 - . _ ~')
  if (pathSecret === undefined && !clientCertificates && !insecure && !isLoopback(listen))
    throw new CodedError(
      'invalid_config',
      `CREANCE_LISTEN: ${listen.host} is open to others: set CREANCE_PATH_SECRET or CREANCE_TLS_CLIENT_CA, so that senders prove who they are, or CREANCE_INSECURE=true to take alerts from anybody`,
    )
}

/** Whether this request may send alerts: undefined if it may, else why not, in words that have neither the secret nor the path. Never throws. */
export function whyNotAllowed({ socket, url }: IncomingMessage, { pathSecret, clientCertificates }: Senders): string | undefined {
  const fault = clientCertificates ? certificateFault(socket) : undefined
  if (fault !== undefined) return `client certificate: ${fault}`
  if (pathSecret !== undefined && !carriesSecret(url, pathSecret)) return 'the path has no or a wrong secret'
  return undefined
}

function certificateFault(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return 'none can be sent without TLS'
  if (!socket.getPeerX509Certificate()) return 'none was sent'
  if (socket.authorized) return undefined
  const code = String(socket.authorizationError) // a server's socket has OpenSSL's code here, not an Error
  return `${FAULTS[code] ?? 'it is not valid'} (${code})`
}

/** OpenSSL's verification results, those that a sender is likely to meet. */
const FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its CA is not one of CREANCE_TLS_CLIENT_CA',
  UNABLE_TO_GET_ISSUER_CERT: 'its CA is not one of CREANCE_TLS_CLIENT_CA',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its CA is not one of CREANCE_TLS_CLIENT_CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its CA is not one of CREANCE_TLS_CLIENT_CA',
  CERT_SIGNATURE_FAILURE: 'its CA is not one of CREANCE_TLS_CLIENT_CA',
  INVALID_PURPOSE: 'certificate is not meant for clients (extended key usage clientAuth)',
}

/** `/<secret>` or `/<secret>/`, with any query; percent-encoding is decoded once. */
function carriesSecret(url: string | undefined, secret: string): boolean {
  const [, segment] = url?.split('?')[0]?.match(/^\/([^/]+)\/?$/) ?? []
  const given = segment === undefined ? undefined : decoded(segment)
  return given !== undefined && timingSafeEqual(sha256(given), sha256(secret))
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined // malformed encoding
  }
}

/** Of one length whatever the text, as timingSafeEqual needs it. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
