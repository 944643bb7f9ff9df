import { isIPv4, isIPv6 } from 'node:net'
import * as z from 'zod'

const FORM = /^([0-9a-fA-F:.]{2,45})\/(0|[1-9]\d{0,2})$/
const EXAMPLES = 'such as 10.0.0.0/8, 192.0.2.7/32 or fd00::/8'

/** A network of IPv4 or IPv6 addresses as the API servers take it: without host bits, in its canonical text (RFC 5952). Not the whole of a
 *  family: what may reach everything is not isolated. Not an IPv4 address mapped into IPv6, of which it is not clear what it matches. */
export const Cidr = z
  .string()
  .max(49)
  .superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== undefined) context.addIssue(problem)
  })

export function isIPv6Cidr(cidr: string): boolean {
  return cidr.includes(':')
}

function problemOf(text: string): string | undefined {
  const [, address = '', length = ''] = FORM.exec(text) ?? []
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : 0
  const prefix = Number(length)
  if (bits === 0) return `expected a network, ${EXAMPLES}`
  if (prefix > bits) return `expected at most /${bits}`
  if (prefix === 0) return 'expected a part of all addresses: what may reach all of them is not isolated'
  const value = bits === 32 ? ipv4Value(address) : ipv6Value(address)
  if (bits === 128 && value >> 32n === 0xffffn) return 'expected an IPv4 network in IPv4 notation'
  const hostBits = BigInt(bits - prefix)
  const network = (value >> hostBits) << hostBits
  const canonical = `${bits === 32 ? ipv4Text(network) : ipv6Text(network)}/${prefix}`
  return text === canonical ? undefined : `expected the network itself, ${canonical}`
}

function ipv4Value(address: string): bigint {
  return address.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n)
}

function ipv4Text(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join('.')
}

function ipv6Value(address: string): bigint {
  const [head = '', tail] = canonicalIPv6(address).split('::')
  const groupsOf = (part: string) => part.split(':').filter(Boolean)
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')]
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0')
  return [...first, ...zeros, ...last].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n)
}

function ipv6Text(value: bigint): string {
  const groups = [112n, 96n, 80n, 64n, 48n, 32n, 16n, 0n].map((shift) => ((value >> shift) & 0xffffn).toString(16))
  return canonicalIPv6(groups.join(':'))
}

/** The URL standard's text of an IPv6 host is that of RFC 5952. */
function canonicalIPv6(address: string): string {
  return new URL(`http://[${address}]/`).hostname.slice(1, -1)
}
