import { addressBytes, parseNetwork, withinNetwork } from '../../condition/compare/network.ts'

/** A matcher of IP addresses by network: `address/prefix`, or one address. IPv4 and IPv6 apart; what is no address does not match.
 *  undefined for what is no network, or has bits set after its prefix. */
export function compileCidr(text: string): ((value: string) => boolean) | undefined {
  const [address = '', prefix] = text.split('/')
  const bytes = addressBytes(address)
  if (bytes === undefined) return undefined
  if (bytes.length === 16 && prefix === '0' && /^\0+$/.test(bytes)) return (value) => addressBytes(value)?.length === 16
  const network = parseNetwork(prefix === undefined ? `${address}/${bytes.length * 8}` : text)
  if (network === undefined) return undefined
  const boundary = network.prefix.length
  const kept = network.prefix + (boundary < bytes.length ? String.fromCharCode(network.next) : '')
  if (kept.padEnd(bytes.length, '\0') !== bytes) return undefined
  return (value) => {
    const candidate = addressBytes(value)
    return candidate !== undefined && withinNetwork(candidate, network)
  }
}
