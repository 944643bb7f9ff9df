import { lookup as lookUp } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { CodedError } from '../error.ts'
import type { HttpAnswer, HttpRequest, HttpSender } from '../port/http.ts'

/** `loopback`: whether requests may go to this machine itself: never from a cloud function, whose runtime listens there. `allowHttp`: whether they may go out in
 *  clear text. `lookup`: how names become addresses. */
export type HttpSenderSettings = {
  readonly loopback: boolean
  readonly allowHttp?: boolean
  readonly timeoutMs?: number
  readonly lookup?: LookupFunction
}

const MOST_BYTES = 64 * 1024
const LOOPBACK_NAME = /^(?:localhost|.*\.localhost)$/

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('::1', 'ipv6')

/** Where no webhook is, and credentials of this process may be: link-local (metadata of AWS, Azure, GCP; ECS and EKS credentials), the clouds' own unicast
 *  addresses for it, "this network", multicast and broadcast. Source: RFC 6890; the clouds' documentation of their metadata services. */
const NEVER = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  NEVER.addSubnet(network, bits)
for (const address of ['100.100.100.200', '168.63.129.16', '192.0.0.192']) NEVER.addAddress(address)
for (const [network, bits] of [
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
  ['fd20:ce::', 32],
  ['::', 128],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2002::', 16],
] as const)
  NEVER.addSubnet(network, bits, 'ipv6')

/** Sends a request over a connection of its own, within 10 s, and follows no redirect. The address that was looked at is the one that is used. Errors: CodedError
 *  `unavailable` (no answer, or not to its end), `not_permitted` (an address or clear text that is refused), `invalid_input` (no such request can be made).
 *  None of them has the URL or a header in it. */
export function httpSender({ loopback, allowHttp = false, timeoutMs = 10_000, lookup = lookUp }: HttpSenderSettings): HttpSender {
  return async (request) => {
    const url = readUrl(request.url)
    const hostname = url.hostname.replace(/^\[|\]$/g, '')
    const isLocal = LOOPBACK_NAME.test(hostname) || (isIP(hostname) > 0 && isIn(LOOPBACK, hostname))
    if (url.protocol === 'http:' && !allowHttp && !isLocal)
      throw new CodedError('not_permitted', 'HTTP: nothing is sent in clear text: expected an https URL')
    const refusal = (address: string) => refusalOf(address, loopback && isLocal)
    const refused = isIP(hostname) > 0 ? refusal(hostname) : undefined // of an address no name is looked up
    if (refused) throw refused
    return exchange(request, url, { signal: AbortSignal.timeout(timeoutMs), lookup: checked(lookup, refusal) })
  }
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') return url
  throw new CodedError('invalid_input', 'HTTP: expected an http or https URL without a name and password')
}

function refusalOf(address: string, mayBeLocal: boolean): CodedError | undefined {
  if (isIn(LOOPBACK, address)) return mayBeLocal ? undefined : new CodedError('not_permitted', 'HTTP: the address is this machine itself')
  return isIn(NEVER, address)
    ? new CodedError('not_permitted', 'HTTP: the address is link-local, of metadata, or no host at all')
    : undefined
}

/** An IPv4 address within IPv6 (`::ffff:…`) counts as what it is. */
function isIn(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** A lookup whose every address is looked at before a connection is made to it: one that may not be is an error, even beside others. */
function checked(lookup: LookupFunction, refusal: (address: string) => CodedError | undefined): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, options, (error, found, family) => {
      if (error) return done(error, found, family)
      const addresses = Array.isArray(found) ? found.map(({ address }) => address) : [found]
      const refused = addresses.map(refusal).find((one) => one !== undefined)
      if (refused) done(refused, found, family)
      else done(null, found, family)
    })
  }
}

type How = { readonly signal: AbortSignal; readonly lookup: LookupFunction }

function exchange({ method, headers, body }: HttpRequest, url: URL, { signal, lookup }: How): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  const fail = (error: unknown): void => reject(translated(error, signal))
  try {
    const send = url.protocol === 'https:' ? requestHttps : requestHttp
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const sent = send(
      url,
      { method, headers: { 'user-agent': 'creance', ...headers, ...length }, agent: false, signal, lookup },
      (answer) => {
        readAnswer(answer).then(resolve, fail)
      },
    )
    sent.on('error', fail)
    sent.end(body)
  } catch (error) {
    fail(error)
  }
  return promise
}

/** The rest of a longer answer is not read. */
async function readAnswer(answer: IncomingMessage): Promise<HttpAnswer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= MOST_BYTES) break
  }
  const headers = Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')])
  const text = Buffer.concat(chunks).subarray(0, MOST_BYTES).toString('utf8')
  return { status: answer.statusCode ?? 0, headers: Object.fromEntries(headers), body: text }
}

/** By the code alone: Node's own messages name the host, and what a header had in it. */
function translated(error: unknown, signal: AbortSignal): CodedError {
  if (error instanceof CodedError) return error
  if (signal.aborted) return new CodedError('unavailable', 'HTTP: no answer in time')
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  if (/^ERR_INVALID_CHAR|^ERR_INVALID_HTTP_TOKEN|^ERR_HTTP_INVALID|^ERR_UNESCAPED|^ERR_INVALID_ARG/.test(code))
    return new CodedError('invalid_input', `HTTP: no such request can be made: ${code}`)
  return new CodedError('unavailable', `HTTP: ${code}`)
}
